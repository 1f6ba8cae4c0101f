import { access } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { VigaError } from "../../config/errors.ts";
import type { ExperimentRun } from "../../machines/domain/index.ts";
import type { TapeEvent } from "../observer.ts";
import { addEvent } from "../project.ts";
import { folderReader, PictureCache, type Read, type Shown } from "../report/pictures.ts";
import { newRunView, programOf, type RunView, stateOf } from "../run-view.ts";
import { readTape } from "../tape.ts";

/** Width of a picture on the page, and of one that a model was sent, pixels. */
const widths = { picture: 288, sent: 160 } as const;
/** Pictures shown of those that a run's verifier was sent. */
const mostSent = 8;
/** Characters of a program that the page holds. */
const longestProgram = 60_000;

/** A picture whose receipt is on the tape. `t` is the first round it was sent in. */
export interface SentPicture {
  t: number;
  label: string;
  width: number;
  height: number;
  bytes: number;
  sha256: string;
  shown: Shown;
}

/** What the page shows of a run's folder, as far as the folder still holds it. */
export interface ShownRun {
  target: Shown | null;
  start: Shown | null;
  best: Shown | null;
  /** Name of the view that is shown, and how many there are. */
  view: string | null;
  views: number;
  startProgram: string | null;
  bestProgram: string | null;
  /** Who judged; null where the tape does not tell. */
  verifier: string | null;
  sent: SentPicture[];
  /** Receipts of further pictures. */
  sentMore: number;
  report: boolean;
  /** Why there is nothing to show. */
  missing: string | null;
}

const nothing: ShownRun = {
  target: null,
  start: null,
  best: null,
  view: null,
  views: 0,
  startProgram: null,
  bestProgram: null,
  verifier: null,
  sent: [],
  sentMore: 0,
  report: false,
  missing: null,
};

const verifierCall = z.object({
  t: z.number().int().nonnegative(),
  receipts: z.array(
    z.object({
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      source: z.string().regex(/^[0-9a-f]{64}$/),
      width: z.number().int().positive(),
      height: z.number().int().positive(),
      bytes: z.number().int().nonnegative(),
      label: z.string(),
    }),
  ),
});
type Receipt = z.infer<typeof verifierCall>["receipts"][number] & { t: number };

/** Each picture once that the verifier's calls have receipts of, by the round it was first sent in. */
function receiptsOf(events: readonly TapeEvent[]): Receipt[] {
  const found = new Map<string, Receipt>();
  for (const { type, role, data } of events) {
    if (type !== "model.call" || role !== "verifier") continue;
    const { t, receipts } = verifierCall.safeParse(data).data ?? { t: 0, receipts: [] };
    for (const one of receipts) if (!found.has(one.sha256)) found.set(one.sha256, { ...one, t });
  }
  return [...found.values()];
}

/** A program's text, cut where it is longer than the page holds. */
async function programText(read: Read, ref: string | undefined): Promise<string | null> {
  if (ref === undefined) return null;
  const text = await read(ref).then(
    (bytes) => bytes.toString("utf8"),
    () => null,
  );
  if (text === null || text.length <= longestProgram) return text;
  return `${text.slice(0, longestProgram)}\n... ${text.length - longestProgram} more characters\n`;
}

const players = z.object({ players: z.object({ verifier: z.string() }) });

/** The first target's view of start and best, at final quality where that was drawn. */
async function pictures(runView: RunView, cache: PictureCache) {
  const targets = runView.task?.targets ?? [];
  const best = runView.final?.best.state ?? stateOrNull(runView, runView.bestT);
  const start = runView.final?.start?.state ?? stateOrNull(runView, 0);
  const view = targets[0]?.name ?? best?.renders[0]?.name ?? null;
  const show = async (renders: readonly { name: string; image: string }[]) => {
    const found = renders.find(({ name }) => name === view) ?? (renders.length === 1 ? renders[0] : undefined);
    return found === undefined ? null : cache.show(found.image, widths.picture);
  };
  return {
    target: await show(targets),
    start: await show(start?.renders ?? []),
    best: await show(best?.renders ?? []),
    view,
    views: Math.max(targets.length, best?.renders.length ?? 0),
  };
}

function stateOrNull(runView: RunView, t: number | null) {
  const at = runView.rounds.get(t ?? -1);
  return at === undefined ? null : stateOf(at);
}

async function sentPictures(receipts: readonly Receipt[], cache: PictureCache): Promise<SentPicture[]> {
  const out: SentPicture[] = [];
  for (const { source, ...receipt } of receipts.slice(0, mostSent)) {
    out.push({ ...receipt, shown: await cache.show(`sha256:${source}`, Math.min(widths.sent, receipt.width)) });
  }
  return out;
}

/** Reads what a run's folder holds. Never throws for a folder that is gone or damaged: then it says why nothing is shown. */
export async function readShownRun(out: string, run: ExperimentRun): Promise<ShownRun> {
  const folder = resolve(out, run.dir);
  let events: TapeEvent[];
  try {
    events = await readTape(folder);
  } catch (error) {
    if (!(error instanceof VigaError)) throw error;
    return { ...nothing, missing: error.message };
  }
  const runView = newRunView();
  for (const event of events) addEvent(runView, event);
  const store = new ArtifactStore(join(folder, "artifacts"));
  const read = folderReader(folder, (ref) => store.get(ref));
  const cache = new PictureCache(read);
  const receipts = receiptsOf(events);
  const best = runView.rounds.get(runView.bestT ?? -1);
  return {
    ...(await pictures(runView, cache)),
    startProgram: await programText(read, runView.task?.start ?? undefined),
    bestProgram: await programText(read, best && programOf(best)?.code),
    verifier: players.safeParse(runView.facts).data?.players.verifier ?? null,
    sent: await sentPictures(receipts, cache),
    sentMore: Math.max(0, receipts.length - mostSent),
    report: await access(join(folder, "report.html")).then(
      () => true,
      () => false,
    ),
    missing: null,
  };
}
