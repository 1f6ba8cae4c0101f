import { z } from "zod";
import type { Tool } from "../../tool.ts";

export const tool: Tool = {
  name: "undo_last_step",
  title: "Go back one program",
  kind: "protocol",
  roles: ["generator"],
  description: "Goes back to the program before the current one and shows it.",
  args: z.object({}),
};
