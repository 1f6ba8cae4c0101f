import { z } from "zod";
import type { Tool } from "../../tool.ts";

const list = (what: string) => z.array(z.string()).describe(what);

/** The verifier's end_process: it ends the observation only, and its arguments are the verdict. */
export const tool: Tool = {
  name: "end_process",
  title: "Hand in the verdict",
  kind: "protocol",
  roles: ["verifier"],
  description: "Ends your observation of this round and hands in what you found.",
  args: z.object({
    visual_difference: z.object({
      critical: list("Things missing, wrong or out of view; a wrong view."),
      major: list("Clearly wrong position, size, shape, colour or light."),
      minor: list("Details."),
    }),
    edit_suggestion: list("Concrete changes to the program, the most useful first."),
    overall_similarity: z.number().min(0).max(100).describe("0 nothing in common, 100 equal."),
    next_focus: z.string().describe("The one thing to get right next."),
  }),
  aliases: ["end", "finish", "stop", "done", "end_task"],
};
