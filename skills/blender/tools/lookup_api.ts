import { z } from "zod";
import type { Tool } from "../../tool.ts";

const found = z.object({
  version: z.string(),
  found: z.array(z.object({ name: z.string(), kind: z.string(), text: z.string() })),
});

/** What the running Blender's Python API has under some words. */
export const tool: Tool = {
  name: "lookup_api",
  title: "Look up Blender's Python API",
  kind: "engine",
  roles: ["generator"],
  engines: ["blender"],
  description:
    'Looks up names of the Blender that runs your program: operators with keywords and defaults, types with properties, kinds of node with their sockets, and what to write for names of other versions. Ask before you use what you are not sure of: "principled bsdf sockets", "rigid body", "mesh.primitive_torus_add".',
  args: z.object({
    query: z.string().min(1).max(200).describe("A few words, or a name as it would stand in a program."),
  }),
  result: found,
  text: (result) => {
    const parsed = found.safeParse(result);
    if (!parsed.success) return JSON.stringify(result);
    const lines = parsed.data.found.map(({ text }) => `- ${text}`);
    return lines.length === 0
      ? `Blender ${parsed.data.version} has nothing under these words.`
      : [`Blender ${parsed.data.version}:`, ...lines].join("\n");
  },
  operation: "lookup_api",
};
