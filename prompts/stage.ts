import type { Stage } from "../machines/domain/index.ts";
import { sharedPart } from "./index.ts";

const duty = {
  generator: "Work on this factor alone; leave what belongs to the others as it is.",
  verifier:
    "Judge and suggest edits for this factor alone; a difference of another factor belongs in `minor`, without an edit. The similarity is of the whole picture, as in every round.",
} as const;

/**
 * The factor that a staged run works on, as the role is told it at the end of a round's request; "" where there is none.
 */
export function stageText(stage: Stage | undefined, role: keyof typeof duty): string {
  if (stage === undefined) return "";
  const factor = sharedPart(`stage_${stage}`);
  if (factor === undefined) throw new Error(`there is no prompt part stage_${stage}`);
  return `# Stage: ${stage}\n${factor.trim()}\n${duty[role]}`;
}
