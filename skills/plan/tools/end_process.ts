import { z } from "zod";
import type { Tool } from "../../tool.ts";

/** The generator's: it ends the run. The verifier's stands in end_observation.ts. */
export const tool: Tool = {
  name: "end_process",
  title: "End the run",
  kind: "protocol",
  roles: ["generator"],
  description: "Ends the whole run: nothing is left that you could improve. The best program so far is the result.",
  args: z.object({ reason: z.string().optional().describe("Why nothing is left to do, in one sentence.") }),
  aliases: ["end", "finish", "stop", "done", "end_task"],
};
