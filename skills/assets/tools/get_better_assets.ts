import { z } from "zod";
import type { Tool } from "../../tool.ts";

const found = z.object({
  path: z.string(),
  kind: z.string(),
  bytes: z.number(),
  size: z.array(z.number()).length(3).optional().describe("x, y, z as the file has it, in its own units"),
  meshes: z.number().optional(),
  faces: z.number().optional(),
  animations: z.array(z.string()).optional().describe("names of the actions it came with"),
  rigged: z.boolean().optional(),
  tags: z.array(z.string()),
  metres: z.number().optional().describe("longest side that the library states"),
});

const answer = z.object({
  found: z.array(found),
  broken: z.array(z.object({ path: z.string(), why: z.string() })),
  searched: z.number(),
  notes: z.array(z.string()),
  code: z.string().describe("function to paste into the program"),
});

/** Models of things from libraries; each was imported in the sandbox, so that a path told is one a program can read. */
export const tool: Tool = {
  name: "get_better_assets",
  title: "Find an asset",
  kind: "service",
  roles: ["generator"],
  engines: ["blender"],
  description:
    "Looks in the libraries of 3D files for one thing and answers with the paths that fit, the best first, a numbered sheet of their pictures, and the code that imports one, standing on the ground at the size you state. Where no file fits and a service is configured, that makes one, which takes minutes and costs money. Its materials are final: do not repaint it.",
  args: z.object({
    thought: z.string().optional().describe("Why this thing is better imported than built."),
    object_name: z.string().min(1).max(200).describe('One thing, in a word or two: "armchair".'),
    reference_type: z
      .enum(["text", "image"])
      .default("text")
      .describe(
        "What a service makes it from: the description, or the thing cut out of the target by its name. Files are chosen by name and description.",
      ),
    object_description: z
      .string()
      .max(500)
      .optional()
      .describe("Decides between several files of that name; what a service is told of its looks."),
    rig_and_animate: z.boolean().default(false).describe("A figure that moves: with bones and the movement asked for."),
    action_description: z.string().max(200).optional().describe('Its movement, one verb: "walk" (default), "run".'),
    box: z
      .object({
        left: z.number().min(0).max(1),
        top: z.number().min(0).max(1),
        right: z.number().min(0).max(1),
        bottom: z.number().min(0).max(1),
      })
      .optional()
      .describe(
        "Where all of the thing is in the first target, as fractions from its upper left corner; for image, unless its description says so.",
      ),
    make: z
      .boolean()
      .default(false)
      .describe("Have a service make it, whatever the libraries hold; only where the files you were told do not do."),
  }),
  result: answer,
  text: (result) => {
    const read = answer.safeParse(result);
    if (!read.success) return JSON.stringify(result);
    const { found, broken, searched, notes, code } = read.data;
    const beside = [...broken.map(({ path, why }) => `Left out, it cannot be imported: ${path} (${why})`), ...notes];
    if (found.length === 0) {
      return [`None of the ${searched} files fits. Build a simple stand-in and go on.`, ...beside].join("\n");
    }
    const lines = found.map((one, index) => `${index + 1}. ${line(one)}`);
    const model = found.find(({ kind }) => kind !== "image");
    if (model === undefined) {
      return ["Pictures only, the best first (bpy.data.images.load(path)):", ...lines, ...beside].join("\n");
    }
    const size = model.metres ?? 1;
    const call = `place_asset(${JSON.stringify(model.path)}, size=${size.toFixed(2)}, location=(0, 0, 0))`;
    return [
      "The best first; the sheet shows them by these numbers:",
      ...lines,
      ...beside,
      "Paste this once, and call it for each copy:",
      code,
      call,
    ].join("\n");
  },
  aliases: ["get_better_object", "get_better_asset"],
};

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

function line({
  path,
  kind,
  bytes,
  size,
  meshes,
  faces,
  animations,
  rigged,
  tags,
  metres,
}: z.output<typeof found>): string {
  const facts = [
    kind === "image" ? "picture" : kind,
    `${Math.ceil(bytes / 1024)} KiB`,
    ...(meshes === undefined ? [] : [count(meshes, "mesh", "meshes")]),
    ...(faces === undefined ? [] : [count(faces, "face", "faces")]),
    ...(size === undefined ? [] : [`${size.join(" x ")} in its own units`]),
    ...(metres === undefined ? [] : [`really ${metres} m`]),
    ...(rigged ? ["rigged"] : []),
    ...(animations === undefined || animations.length === 0 ? [] : [`moves: ${animations.join(", ")}`]),
    ...(tags.length === 0 ? [] : [`tags: ${[...new Set(tags)].slice(0, 12).join(" ")}`]),
  ];
  return `${path} (${facts.join(", ")})`;
}
