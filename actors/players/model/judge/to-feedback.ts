import type { Feedback } from "../../../../machines/domain/index.ts";
import type { Observation, PlayerIO } from "../../player.ts";
import { checkClaims } from "./claims.ts";
import type { Evidence } from "./evidence.ts";
import type { Verdict } from "./verdict.ts";

/** A verdict as feedback: checked against what was measured, with the heat map that was measured too. */
export async function settle(
  given: { verdict: Verdict; thought: string },
  observation: Observation,
  evidence: Evidence,
  io: PlayerIO,
): Promise<Feedback> {
  const { previous, measures, t } = observation;
  const { kept, disputed } = checkClaims(given.verdict, {
    objects: evidence.objects,
    changed: evidence.changed,
    measures,
    previousMeasures: previous?.measures ?? null,
    previousSimilarity: previous?.feedback?.overall_similarity ?? null,
  });
  if (disputed.length > 0) io.note("claims.disputed", { t, disputed });
  const { next_focus } = given.verdict;
  return {
    visual_difference: kept.visual_difference,
    edit_suggestion: kept.edit_suggestion,
    ...(kept.overall_similarity === undefined ? {} : { overall_similarity: kept.overall_similarity }),
    ...(next_focus === undefined ? {} : { next_focus }),
    ...(disputed.length === 0 ? {} : { disputed }),
    ...(evidence.heat === null ? {} : { heatmap: await io.put(evidence.heat) }),
    thought: given.thought,
  };
}
