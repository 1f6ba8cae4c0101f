import { z } from "zod";
import type { Tool } from "../../tool.ts";
import { sceneText } from "./scene/text.ts";

/** Characters of the answer's text. */
const mostText = 8000;

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
      ? "Objects with world box, position, rotation, materials and their place in the picture, lights, cameras, materials and world of the scene as the last program left it; after one that failed, as the last good one did; before any, the base scene. `of` says which."
      : "Lists the current scene's objects with world boxes, transforms and places in the picture, cameras with exact pose, lights, materials and frames.",
  args: z.object({}),
  result: z.looseObject({
    objects: z
      .array(named)
      .describe("lengths in scene units, rotations XYZ Euler angles in radians, boxes along the world's axes"),
    views: z
      .array(z.looseObject({ name: z.string() }))
      .describe("things that each picture shows: [left, top, right, bottom] and share of the area, in fractions of it"),
    materials: z.array(z.looseObject({ name: z.string() })).describe("colours linear, 0 to 1"),
    lights: z.array(named),
    cameras: z.array(named),
    left_out: z.record(z.string(), z.number()).describe("entries cut from each list for size, the least visible first"),
  }),
  text: (result) => sceneText(result, mostText) ?? JSON.stringify(result),
  action: "scene_info",
};
