import { VigaError } from "../../../config/errors.ts";
import { heatMap } from "../../../evaluators/drawings/heatmap.ts";
import { plText, sideBySide } from "../../../evaluators/drawings/sidebyside.ts";
import { compareViews, pairViews } from "../../../evaluators/photometric.ts";
import { type Change, changeBetween } from "../../../evaluators/pictures/change.ts";
import { decodePicture } from "../../../evaluators/pictures/picture.ts";
import type { Feedback, Measures } from "../../../machines/domain/index.ts";
import { checkTexts, newChecks } from "../evidence/checks.ts";
import { type SeenView, sceneOf, seenViews } from "../evidence/views.ts";
import { type Finding, findingsOfViews } from "../findings.ts";
import type { Observation, PlayerIO, VerifierPlayer } from "../player.ts";

/** Findings listed at most; the rest has too little loss to be worth a round. */
const most = 12;

/** Photometric loss; it is the run's loss itself where pictures alone are measured. */
const plOf = ({ loss, metrics }: Pick<Measures, "loss" | "metrics">) => metrics.pl ?? loss;

/**
 * Similarity 0..100 out of measures: 100 x (0.6 x max(0, 1 - 2 x sqrt(PL)) + 0.4 x max(0, SSIM)). sqrt(PL) is the root mean
 * squared error as a part of full scale, so the first term reaches 0 when pictures differ by half the scale.
 */
export function similarity(measures: Pick<Measures, "loss" | "metrics">): number {
  const { metrics } = measures;
  const pl = plOf(measures);
  const ssim = metrics.ssim ?? 0;
  return 100 * Math.min(1, 0.6 * Math.max(0, 1 - 2 * Math.sqrt(pl)) + 0.4 * Math.max(0, ssim));
}

const ssimText = ({ ssim }: Measures["metrics"]) => (ssim ?? 0).toFixed(4);

async function look(observation: Observation, io: PlayerIO): Promise<SeenView[]> {
  const { state, task, t } = observation;
  if (task.targets.length === 0) {
    throw new VigaError(
      "input_invalid",
      "the pixels player measures against a target picture, and this task has none",
      {
        hint: "give a target (--target IMG) or let a model play the verifier",
      },
    );
  }
  const seen = await seenViews(state, task, await sceneOf(state, io), io);
  if (seen.length === 0) {
    const names = (of: { name: string }[]) => of.map(({ name }) => name).join(", ") || "none";
    throw new VigaError(
      "input_invalid",
      `round ${t}: no render is named after a target (renders: ${names(state.renders)}; targets: ${names(task.targets)})`,
      { hint: "name renders and targets alike: render1, render2, ..." },
    );
  }
  return seen;
}

/** What changed since the round before, per view; views that cannot be compared are left out. */
async function changes(observation: Observation, seen: SeenView[], io: PlayerIO): Promise<Change[]> {
  const before = observation.previous?.state;
  if (before === undefined || !before.ok) return [];
  const found = await Promise.all(
    pairViews(before.renders, observation.task.targets).map(async ({ name, image }) => {
      const view = seen.find((one) => one.name === name) ?? (seen.length === 1 ? seen[0] : undefined);
      if (view === undefined) return null;
      return changeBetween(await decodePicture(await io.bytes(image), `render ${name}`), view.render, view.target);
    }),
  );
  return found.filter((change) => change !== null);
}

async function heatSheet(seen: SeenView[]): Promise<Buffer> {
  if (seen.length === 1) return (await heatMap(seen[0]!.render, seen[0]!.target)).png;
  const maps = await Promise.all(
    seen.map(async ({ name, render, target }) => ({
      label: name,
      size: render.height,
      map: await heatMap(render, target),
    })),
  );
  const height = Math.max(...maps.map(({ size, map }) => size + map.legend));
  return sideBySide(
    maps.map(({ label, map }) => ({ label, image: map.png })),
    { height },
  );
}

interface Trend {
  text: string;
  /** Advice when the last edit did harm or nothing. */
  advice: string | null;
  idle: boolean;
}

function trendOf(observation: Observation, now: Measures, changed: Change[], label: string): Trend | null {
  const { previous } = observation;
  if (previous === null) return null;
  const old = previous.measures;
  if (old === null) return { text: `Round ${previous.t} was not measured.`, advice: null, idle: false };
  const mean = (of: (change: Change) => number) => changed.reduce((sum, c) => sum + of(c), 0) / changed.length;
  const part = changed.length === 0 ? null : mean((change) => change.changed);
  const gain = old.loss === 0 ? 0 : (old.loss - now.loss) / old.loss;
  const verdict =
    now.loss === old.loss ? "unchanged" : `${(Math.abs(gain) * 100).toFixed(1)} % ${gain > 0 ? "better" : "worse"}`;
  const touched =
    part === null ? "" : ` ${(mean((change) => change.visible) * 100).toFixed(1)} % of the picture changed visibly.`;
  const cells = changed.flatMap((c) => c.cells).sort((a, b) => a.pl - b.pl);
  const [best, worst] = [cells[0], cells.at(-1)];
  const places = [
    best !== undefined && best.pl < -1e-6 ? ` Most gained: ${best.where} (PL ${plText(-best.pl)} less).` : "",
    worst !== undefined && worst.pl > 1e-6 ? ` Most lost: ${worst.where} (PL ${plText(worst.pl)} more).` : "",
  ].join("");
  const idle = part === 0 && observation.t > 0;
  const text = `Against round ${previous.t}: ${label} ${plText(old.loss)} -> ${plText(now.loss)}, ${verdict}; SSIM ${ssimText(old.metrics)} -> ${ssimText(now.metrics)}.${touched}${places}`;
  if (idle)
    return { text, advice: "the last edit had no visible effect: change something that is in view, by more", idle };
  const worse = gain < -0.005 && worst !== undefined;
  return {
    text,
    idle,
    advice: worse ? `the last edit made the picture worse, most at ${worst.where}: undo that part of it` : null,
  };
}

function thoughtOf(measures: Measures, trend: Trend | null, findings: Finding[]): string {
  const pl = plOf(measures);
  const views = measures.views.map((v) => `| ${v.name} | ${plText(plOf(v))} | ${ssimText(v.metrics)} |`);
  return [
    `Measured, not judged: PL ${plText(pl)} (root mean squared error ${(100 * Math.sqrt(pl)).toFixed(1)} % of full scale), SSIM ${ssimText(measures.metrics)}.`,
    ...(trend === null ? [] : ["", trend.text]),
    "",
    "| view | PL | SSIM |",
    "|---|---|---|",
    ...views,
    "",
    ...(measures.differences ?? []).map(({ loss, text }) => `- loss ${plText(loss)}: ${text}`),
    ...(findings.length === 0
      ? ["No difference above the threshold is left."]
      : findings.map((f) => `- ${f.level}, PL ${plText(f.loss)}: ${f.text}`)),
  ].join("\n");
}

/** Part of the loss from which a difference that the evaluator names counts as critical or major. */
const toldLevels = { critical: 0.02, major: 0.004 } as const;

/** What the evaluator itself says of blocks and shapes, of one level. */
function toldOf({ differences = [] }: Measures, level: Finding["level"]): string[] {
  const levelOf = (loss: number) =>
    loss >= toldLevels.critical ? "critical" : loss >= toldLevels.major ? "major" : "minor";
  return differences.filter(({ loss }) => levelOf(loss) === level).map(({ text }) => text);
}

/** The verdict where there is nothing to compare with: what can be told of the shapes alone. */
function withoutTarget(measures: Measures): Feedback {
  const said = measures.differences ?? [];
  return {
    visual_difference: {
      critical: toldOf(measures, "critical"),
      major: toldOf(measures, "major"),
      minor: toldOf(measures, "minor"),
    },
    edit_suggestion: said.slice(0, 3).map(({ text }) => `correct this: ${text}`),
    overall_similarity: 100 * Math.max(0, 1 - measures.loss),
    thought: [
      "Measured without a target: overflow, overlap, contrast, leaving the slide.",
      ...(said.length === 0 ? ["Nothing was found."] : said.map(({ loss, text }) => `- loss ${plText(loss)}: ${text}`)),
    ].join("\n"),
  };
}

/** The built-in verifier that needs no model: it measures renders against targets and says in numbers what differs. */
export function createPixels(): VerifierPlayer {
  return {
    name: "pixels",
    async judge(observation, io): Promise<Feedback> {
      const told = observation.measures?.differences;
      if (observation.task.targets.length === 0 && told !== undefined) return withoutTarget(observation.measures!);
      const seen = await look(observation, io);
      const compared = () => compareViews(seen.map(({ name, render: image, target }) => ({ name, image, target })));
      const measures = observation.measures ?? (await compared());
      const [changed, sheet] = await Promise.all([changes(observation, seen, io), heatSheet(seen)]);
      const findings = findingsOfViews(seen).slice(0, most);
      const trend = trendOf(observation, measures, changed, io.measurement.loss.label);
      const of = (level: Finding["level"]) => findings.filter((f) => f.level === level).map((f) => f.text);
      const advice = [trend?.advice ?? null, ...findings.map((f) => f.advice)].filter((text) => text !== null);
      // Where nothing differs, the target has it so.
      const wrong = findings.length === 0 ? [] : newChecks(observation.state, observation.start);
      const still = trend?.idle === true ? ["the picture is the same as in the round before"] : [];
      const focus = findings[0];
      return {
        visual_difference: {
          critical: [...checkTexts(wrong, "critical"), ...toldOf(measures, "critical"), ...of("critical")],
          major: [...still, ...toldOf(measures, "major"), ...of("major")],
          minor: [...toldOf(measures, "minor"), ...of("minor"), ...checkTexts(wrong, "minor")],
        },
        edit_suggestion:
          advice.length > 0
            ? advice
            : findings.length > 0
              ? ["adjust shapes and textures: light and colour already agree"]
              : [],
        overall_similarity: similarity(measures),
        ...(focus === undefined
          ? {}
          : { next_focus: `${focus.where} (PL ${plText(focus.loss)} of ${plText(plOf(measures))})` }),
        heatmap: await io.put(sheet),
        thought: thoughtOf(measures, trend, findings),
      };
    },
  };
}
