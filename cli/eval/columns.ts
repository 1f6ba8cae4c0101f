import { VigaError } from "../../config/errors.ts";
import { modeName, modeOf } from "../../config/modes/index.ts";
import { codeDiff } from "../../evaluators/columns/code-diff.ts";
import type { Column } from "../../evaluators/columns/column.ts";
import { htmlParts } from "../../evaluators/columns/html-parts.ts";
import type { Judge } from "../../evaluators/columns/judge.ts";
import { nClip } from "../../evaluators/columns/n-clip.ts";
import { sceneGeometry } from "../../evaluators/columns/scene-geometry.ts";
import { slideJudged } from "../../evaluators/columns/slide-judged.ts";
import { slideParts } from "../../evaluators/columns/slide-parts.ts";
import { vlmScore } from "../../evaluators/columns/vlm-score.ts";
import { type Clip, clipModel, openClip } from "../../evaluators/features/clip.ts";
import { openSentences, sentenceModel } from "../../evaluators/features/sentences.ts";
import { openPageDrawer, placeholdersBeside, usualWidth } from "../launch/page-drawer.ts";
import type { Entries } from "./entries.ts";
import type { Missing } from "./evaluate.ts";
import { openUnseen } from "./unseen.ts";

/** What columns were asked for: models are local folders, or names of the hub. */
export interface AskedColumns {
  clip?: string;
  sentences?: string;
  judge?: Judge;
  /** Draw programs from cameras whose goal the runs were not given. */
  unseen?: boolean;
}

/** Columns that can be measured, and those that cannot. */
export interface Columns {
  columns: Column[];
  missing: Missing[];
  /** Ends what columns draw with. */
  close(): Promise<void>;
}

/** A CLIP model that was asked for, with its name. */
interface NamedClip {
  clip: Clip;
  name: string;
}

const noClip = `no weights: give --clip FOLDER or --clip ${clipModel}`;

/** Design2Code's parts, where tasks have their page: one browser draws for all of them. */
async function htmlColumn({ entries }: Entries, from: string, clip: NamedClip | null): Promise<Columns> {
  const official = "Design2Code's block, text, position, colour";
  const missing: Missing[] = [];
  const without = entries.filter(({ truth }) => !truth.has("html")).map(({ id }) => id);
  if (without.length > 0) {
    const which = without.length === entries.length ? "" : ` (${without.join(", ")})`;
    const why = `needs the page's own HTML beside its screenshot: ${from}${which}`;
    missing.push({ label: official, why });
  }
  if (clip === null) missing.push({ label: "Design2Code's CLIP part, and so its final score", why: noClip });
  if (without.length === entries.length) return { columns: [], missing, close: async () => {} };
  const drawer = await openPageDrawer().catch((thrown: unknown) => {
    if (!(thrown instanceof VigaError) || thrown.code !== "dependency_missing") throw thrown;
    return thrown;
  });
  if (drawer instanceof VigaError) {
    missing.push({ label: official, why: `${drawer.message}; ${drawer.hint}` });
    return { columns: [], missing, close: async () => {} };
  }
  const drawBeside = async (reference: string) => drawer.drawAt(usualWidth, await placeholdersBeside([reference]));
  return { columns: [htmlParts(drawBeside, clip)], missing, close: drawer.close };
}

/** PL from cameras whose goal the runs were not given, where their data set is at hand. */
async function unseenColumn({ mode, entries }: Entries, from: string): Promise<Columns> {
  if (entries.every(({ source }) => source === null)) {
    const missing = [{ label: "unseen PL", why: `needs the tasks' data set: ${from}` }];
    return { columns: [], missing, close: async () => {} };
  }
  const { column, close } = await openUnseen(modeOf(modeName(mode)));
  return { columns: [column], missing: [], close };
}

/**
 * The columns that can be measured of these runs beside their own numbers, and those that cannot, with the reason.
 *
 * @throws VigaError dependency_missing, not_found for a model that was asked for and cannot be loaded
 */
export async function columnsFor(of: Entries, asked: AskedColumns): Promise<Columns> {
  const { mode, entries, kind } = of;
  const columns: Column[] = [];
  const missing: Missing[] = [];
  const truth = (ending: string) => entries.some((entry) => entry.truth.has(ending));
  const from = kind === "runs" ? "a run's folder names no data set; viga batch's does" : "its data set has none here";
  const slides = mode === "autopresent";
  const clip = asked.clip === undefined ? null : { clip: await openClip(asked.clip), name: asked.clip };
  if (clip !== null) columns.push(nClip(clip.clip, clip.name));
  else if (!slides) missing.push({ label: "N-CLIP", why: noClip });
  const sentences = asked.sentences === undefined ? null : await openSentences(asked.sentences);
  if (slides) {
    if (truth("pptx")) columns.push(slideParts(sentences));
    else missing.push({ label: "SlideBench's reference-based parts", why: `needs the reference deck: ${from}` });
    if (sentences === null) {
      const why = `no weights: give --sentences FOLDER or --sentences ${sentenceModel}`;
      missing.push({ label: "SlideBench's text by MiniLM", why });
    }
  } else if (truth("py")) {
    columns.push(codeDiff);
  } else if (mode === "blendergym" || mode === "blenderbench") {
    missing.push({ label: "code diff", why: `needs the goal's program: ${from}` });
  }
  if (truth("json")) columns.push(sceneGeometry);
  else if (mode === "blendergym" || mode === "blenderbench") {
    missing.push({ label: "places, turns, sizes, camera", why: `needs the goal's scene.json: ${from}` });
  }
  const unseen = asked.unseen ? await unseenColumn(of, from) : null;
  if (unseen === null && (mode === "blendergym" || mode === "blenderbench"))
    missing.push({ label: "unseen PL", why: "programs are drawn again for it: give --unseen" });
  const judged = slides ? "SlideBench's reference-free parts" : "VLM score";
  if (asked.judge !== undefined) columns.push(slides ? slideJudged(asked.judge) : vlmScore(asked.judge));
  else missing.push({ label: judged, why: "no judge: give --judge MODEL (viga model list)" });
  const pages = mode === "design2code" ? await htmlColumn(of, from, clip) : null;
  const drawn = [unseen, pages].filter((one) => one !== null);
  columns.push(...drawn.flatMap((one) => one.columns));
  missing.push(...drawn.flatMap((one) => one.missing));
  const close = async () => {
    for (const one of drawn) await one.close();
  };
  return { columns, missing, close };
}
