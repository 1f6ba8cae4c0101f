import { z } from "zod";
import type { Tool } from "../../tool.ts";

/** One thing of the live scene in full, where the list of all things has a line. */
export const tool: Tool = {
  name: "get_object_info",
  title: "Describe one object",
  kind: "engine",
  roles: ["generator", "verifier"],
  engines: ["blender"],
  description:
    "One object of the current scene: pose, world box, mesh counts with modifiers applied, modifiers, constraints, parent, children, collections, materials with their values. A name that is not there is refused with the most similar ones.",
  args: z.object({ object_name: z.string().min(1).describe("the object's name") }),
  result: z.looseObject({ name: z.string(), type: z.string() }),
  action: "object_info",
};
