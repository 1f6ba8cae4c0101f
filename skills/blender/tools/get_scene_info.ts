import { z } from "zod";
import type { Tool } from "../../tool.ts";

/** What stands in the live scene, as text. Both roles have it (paper, Table 1). */
export const tool: Tool = {
  name: "get_scene_info",
  title: "Describe the scene",
  kind: "engine",
  roles: ["generator", "verifier"],
  engines: ["blender"],
  description: ({ client }) =>
    client === "mcp"
      ? "Objects with position, rotation, scale, size and materials, lights, cameras and world of the scene as the last program left it (before any: the base scene)."
      : "Lists the current scene's objects with transforms and sizes, materials, lights and cameras.",
  args: z.object({}),
  action: "scene_info",
};
