import { z } from "zod";
import type { Audience, Tool } from "../../../tool.ts";

const numbers = z.array(z.number().nullable());
const seen = z.array(z.object({ name: z.string(), share: z.number() }));
const pose = z.object({ location: numbers, rotation: numbers, lens: z.number(), frame: z.int() });

/** What the viewpoint tools answer beside their pictures. */
const viewpointResult = z.looseObject({
  viewpoint: z.looseObject({}).describe("what the next viewpoint tool starts from"),
  camera: pose.describe("world position, XYZ Euler angles in radians, focal length in mm on a 36 mm sensor, frame"),
  sees: seen.optional().describe("what the picture shows, by rays, as shares of its area"),
  views: z
    .array(pose.extend({ view: z.int(), seen: z.number(), sees: seen }))
    .optional()
    .describe("one per picture view_N.png; `seen`: part of the things that nothing covers"),
  hidden: z.array(z.string()).optional(),
  frames: z.object({ start: z.int(), end: z.int(), outside: z.boolean(), differ: z.boolean() }).optional(),
});
type Result = z.output<typeof viewpointResult>;

const short = (value: number | null, digits: number) => (value === null ? "?" : String(Number(value.toFixed(digits))));
const poseText = ({ location, rotation, lens, frame }: z.output<typeof pose>): string =>
  `location (${location.map((each) => short(each, 3)).join(", ")}), rotation_euler (${rotation.map((each) => short(each, 4)).join(", ")}) radians, lens ${short(lens, 1)} mm, frame ${frame}`;
const seenText = (things: z.output<typeof seen>): string =>
  things.length === 0
    ? "nothing but the background"
    : things
        .map(({ name, share }) => `${name} ${share < 0.1 ? (100 * share).toFixed(1) : (100 * share).toFixed(0)} %`)
        .join(", ");

function lines({ camera, sees, views, hidden, frames }: Result): string[] {
  if (views !== undefined) {
    const each = views.map(
      (view) =>
        `view_${view.view}: ${poseText(view)}; ${(100 * view.seen).toFixed(0)} % of the things in sight; shows ${seenText(view.sees)}`,
    );
    return [`${views.length} pictures, and all of them on the numbered sheet views.png:`, ...each];
  }
  return [
    `Camera: ${poseText(camera)}.`,
    ...(sees === undefined ? [] : [`The picture shows ${seenText(sees)} (by rays, of its area).`]),
    ...(hidden === undefined || hidden.length === 0 ? [] : [`Hidden for you alone: ${hidden.join(", ")}.`]),
    ...(frames?.differ === false ? ["Nothing in the scene is animated: every frame shows the same."] : []),
    ...(frames?.outside === true
      ? [`The scene's frames are ${frames.start} to ${frames.end}: this one is outside.`]
      : []),
  ];
}

/** The answer in words, poses so that a program can take them as they are. */
function viewpointText(result: unknown): string {
  const parsed = viewpointResult.safeParse(result);
  return parsed.success ? lines(parsed.data).join("\n") : JSON.stringify(result);
}

/** Size and quality, which clients outside a run may choose; in a run they are the run's own. */
export const sized =
  <S extends z.ZodRawShape>(shape: S) =>
  ({ client }: Audience): z.ZodObject =>
    client === "player"
      ? z.object(shape)
      : z.object({
          ...shape,
          px: z.int().min(8).max(2048).optional().describe("longer side of the picture, default 256"),
          samples: z.int().min(1).max(1024).optional().describe("samples a pixel, default 16"),
        });

/** A tool that looks at the live scene from the viewpoint that the last such tool left; the engine's action has its name. */
export const viewpointTool = (own: Pick<Tool, "name" | "title" | "description" | "args">): Tool => ({
  kind: "engine",
  roles: ["generator", "verifier"],
  engines: ["blender"],
  result: viewpointResult,
  text: viewpointText,
  action: own.name,
  keeps: "viewpoint",
  ...own,
});
