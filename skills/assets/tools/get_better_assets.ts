import { z } from "zod";
import type { Tool } from "../../tool.ts";

const answer = z.object({
  found: z.array(
    z.object({
      path: z.string(),
      kind: z.string(),
      bytes: z.number(),
      size: z.array(z.number()).length(3).describe("x, y, z as the file has it, in its own units"),
      meshes: z.number(),
    }),
  ),
  broken: z.array(z.object({ path: z.string(), why: z.string() })),
  searched: z.number(),
  notes: z.array(z.string()),
  code: z.string().describe("function to paste into the program"),
});

/** Models of things from the task's assets folder; searched in the sandbox, so that a path told is one a program can read. */
export const tool: Tool = {
  name: "get_better_assets",
  title: "Find an asset",
  kind: "engine",
  roles: ["generator"],
  engines: ["blender"],
  description:
    "Looks in the task's own folder of 3D files for one thing and answers with the paths that fit and with the code that imports one, standing on the ground at the size you state. Its materials are final: do not repaint it. Nothing is made or downloaded.",
  args: z.object({
    thought: z.string().optional().describe("Why this thing is better imported than built."),
    object_name: z.string().min(1).max(200).describe('One thing, in a word or two: "armchair".'),
    reference_type: z
      .enum(["text", "image"])
      .default("text")
      .describe("Files are chosen by name and description either way; the answer says so."),
    object_description: z.string().max(500).optional().describe("What decides between several files of that name."),
    rig_and_animate: z.boolean().default(false).describe("Not done here: a file has the movements it came with."),
    action_description: z.string().max(200).optional().describe("Verbs only; has no effect here."),
  }),
  result: answer,
  text: (result) => {
    const read = answer.safeParse(result);
    if (!read.success) return JSON.stringify(result);
    const { found, broken, searched, notes, code } = read.data;
    const skipped = broken.map(({ path, why }) => `Left out, it cannot be imported: ${path} (${why})`);
    if (found.length === 0) {
      return [`None of the ${searched} files fits. Build a simple stand-in and go on.`, ...skipped, ...notes].join(
        "\n",
      );
    }
    const lines = found.map(
      ({ path, kind, bytes, size, meshes }) =>
        `- ${path} (${kind}, ${Math.ceil(bytes / 1024)} KiB, ${meshes} ${meshes === 1 ? "mesh" : "meshes"}, ${size.join(" x ")} in its own units)`,
    );
    const call = `place_asset(${JSON.stringify(found[0]!.path)}, size=1.0, location=(0, 0, 0))`;
    return [
      "The best first:",
      ...lines,
      ...skipped,
      ...notes,
      "Paste this once, and call it for each copy:",
      code,
      call,
    ].join("\n");
  },
  operation: "find_assets",
  aliases: ["get_better_object", "get_better_asset"],
};
