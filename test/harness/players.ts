import type { GeneratorPlayer, VerifierPlayer } from "../../actors/players/player.ts";
import type { Feedback } from "../../machines/domain/index.ts";

/** Proposes the programs of a list, one a round, then ends. */
export function listGenerator(programs: string[], options: { onWrite?: (t: number) => void } = {}): GeneratorPlayer {
  return {
    name: "list",
    async write(context, io) {
      options.onWrite?.(context.t);
      const code = await io.once("choose", async () => programs[context.t - 1] ?? "");
      if (code === "") return { type: "end", reason: "the list is over" };
      return {
        type: "programs",
        candidates: code.split("|").map((part) => ({ thought: `try ${part}`, code_diff: "", code: part })),
      };
    },
  };
}

export const silentFeedback: Feedback = {
  visual_difference: { critical: [], major: [], minor: [] },
  edit_suggestion: [],
  thought: "measured",
};

export const quietVerifier: VerifierPlayer = { name: "quiet", judge: async () => silentFeedback };
