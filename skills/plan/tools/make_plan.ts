import { z } from "zod";
import type { Tool } from "../../tool.ts";

export const tool: Tool = {
  name: "make_plan",
  title: "Write down a plan",
  kind: "protocol",
  roles: ["generator"],
  description:
    "Writes down your plan for the whole task. It tells you nothing new, but you will see it again in every round.",
  args: z.object({
    overall_description: z
      .string()
      .describe("The wanted result in full: things, sizes, places, view, light, materials."),
    detailed_plan: z.string().describe("The order of work, from the rough layout to the details."),
  }),
  aliases: ["initialize_plan", "init_plan", "plan", "create_plan"],
};
