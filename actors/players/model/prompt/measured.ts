import type { ImagePart, Part } from "../../../../bridge/models/contract.ts";
import { toVigaError } from "../../../../config/errors.ts";
import { photometricLoss } from "../../../../evaluators/pictures/pl.ts";
import type { Context, Round } from "../../../../machines/domain/index.ts";
import { checkLine, motionLines, newChecks } from "../../evidence/checks.ts";
import { crops, type EvidencePicture, wholePair } from "../../evidence/pictures.ts";
import { findingLines, pictureLine } from "../../evidence/text.ts";
import { sceneOf, seenViews } from "../../evidence/views.ts";
import { findingsOfViews } from "../../findings.ts";
import type { PlayerIO } from "../../player.ts";

/** Findings and crops of the worst regions that a generator is shown at most. */
const mostFindings = 6;
const mostCrops = 2;
/** Left out first when the budget is too small: the crops, then the side by side; the words stay longer than any round. */
const drop = { crop: 0.1, whole: 0.4, text: 1.5e6 } as const;

/** The round whose program the next one starts from; without such a program the last that rendered. */
function startingRound({ rounds, best, from }: Context): Round | null {
  const known = [...rounds, ...(best === null ? [] : [best])].filter((round) => round.state.ok);
  if (from === null) return rounds.findLast((round) => round.state.ok) ?? null;
  return known.find(({ state }) => state.t === from.t && state.candidate === from.candidate) ?? null;
}

/** Sentences of a round's feedback, which a generator reads with the round. */
function saidOf({ feedback }: Round): ReadonlySet<string> {
  if (feedback === null) return new Set();
  const { critical, major, minor } = feedback.visual_difference;
  return new Set([...critical, ...major, ...minor, ...feedback.edit_suggestion]);
}

const shown = ({ label, png }: EvidencePicture, rank: number): ImagePart => ({
  type: "image",
  bytes: png,
  media: "image/png",
  label,
  drop: rank,
});

async function partsOf(round: Round, context: Context, io: PlayerIO): Promise<Part[]> {
  const { state, t } = round;
  const scene = await sceneOf(state, io);
  const views = await seenViews(state, context.task, scene, io);
  const findings = findingsOfViews(views);
  const drawn = scene && pictureLine(scene);
  const start = context.rounds.find((one) => one.t === 0)?.state;
  const wrong = t === 0 ? (state.checks ?? []) : newChecks(state, start);
  const lines = [
    ...checkLine(wrong),
    ...motionLines(state),
    ...(drawn === null ? [] : [drawn]),
    ...findingLines(findings, mostFindings, saidOf(round)),
  ];
  if (lines.length === 0) return [];
  const title = t === 0 ? "the start" : `the program of round ${t}, which you start from`;
  const parts: Part[] = [{ type: "text", text: `# Measured: ${title}\n${lines.join("\n")}`, drop: drop.text }];
  const losses = views.map((view) => photometricLoss(view.render, view.target));
  const worst = losses.indexOf(Math.max(...losses));
  if (worst >= 0 && losses[worst]! > 0) {
    parts.push(shown(await wholePair(views[worst]!, losses[worst]!), drop.whole));
    const enlarged = await crops(views, findings, mostCrops);
    parts.push(...enlarged.map((crop, index) => shown(crop, drop.crop * (mostCrops - index))));
  }
  return parts;
}

/**
 * What is measured of the program that the next one starts from: how it is drawn, where and how it differs and what would
 * correct that (less what the round's feedback says already), target and render side by side, and the worst regions at one
 * scale. Nothing where there is no target or no picture yet.
 */
export async function measuredParts(context: Context, io: PlayerIO): Promise<Part[]> {
  const round = startingRound(context);
  if (round === null) return [];
  try {
    return await partsOf(round, context, io);
  } catch (thrown) {
    // A picture that cannot be read is no reason to write no program.
    const { code, message } = toVigaError(thrown);
    if (code !== "input_invalid") throw thrown;
    io.note("evidence.left_out", { t: context.t, why: message });
    return [];
  }
}
