import { z } from "zod";
import type { Tool } from "../../tool.ts";

const named = z.looseObject({ name: z.string(), type: z.string() });

/** What stands in the live scene, as text. Both roles have it (paper, Table 1). */
export const tool: Tool = {
  name: "get_scene_info",
  title: "Describe the scene",
  kind: "engine",
  roles: ["generator", "verifier"],
  engines: ["blender"],
  description: ({ client }) =>
    client === "mcp"
      ? "Objects with position, rotation, scale, size and materials, lights, cameras and world of the scene as the last program left it; after one that failed, as the last good one did; before any, the base scene. `of` says which."
      : "Lists the current scene's objects with transforms and sizes, materials, lights and cameras.",
  args: z.object({}),
  result: z.looseObject({
    objects: z.array(named).describe("lengths in scene units, rotations XYZ Euler angles in radians"),
    materials: z.array(z.looseObject({ name: z.string() })).describe("colours linear, 0 to 1"),
    lights: z.array(named),
    cameras: z.array(named),
    left_out: z.record(z.string(), z.number()).describe("entries cut from the end of each list, for size"),
  }),
  action: "scene_info",
};
