import { z } from "zod";

/** Numbers of a scene may be no numbers (a NaN in a program): null in their place. */
const numbers = z.array(z.number().nullable());
/** On one line, whatever a program called it. */
const name = z
  .string()
  .max(400)
  .transform((said) => said.replace(/\p{Cc}/gu, " "));

const object = z.object({
  name,
  type: z.string().default("MESH"),
  /** False: hidden from renders by itself or by its collection. */
  visible: z.boolean().default(true),
  location: numbers.optional(),
  /** XYZ Euler angles, radians. */
  rotation: numbers.optional(),
  dimensions: numbers.optional(),
  /** Along the world's axes; null for what has no extent. */
  box: z.object({ min: numbers, max: numbers }).nullish(),
  materials: z.array(name).default([]),
  vertices: z.number().optional(),
  animated: z.boolean().optional(),
});
export type SceneObject = z.output<typeof object>;

/** A thing in a picture: [left, top, right, bottom] and its share of the area, all in fractions of the picture. */
const seenThing = z.object({
  name,
  rect: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  share: z.number().min(0).max(1),
});

const view = z.object({
  name: z.string(),
  /** The most visible first; absent where `left_out` says why. */
  things: z.array(seenThing).optional(),
  /** Which thing each pixel shows: 16-bit numbers by rows, low byte first, 0 or 1 + index into `things`; zlib, base64. */
  labels: z.object({ size: z.tuple([z.int().positive(), z.int().positive()]), data: z.string() }).optional(),
  left_out: z.string().optional(),
});
export type SceneView = z.output<typeof view>;

const light = z.object({
  name,
  type: z.string(),
  energy: z.number().nullish(),
  color: numbers.optional(),
  angle: z.number().nullish(),
  spot_size: z.number().nullish(),
  shadow_soft_size: z.number().nullish(),
  size: z.number().nullish(),
});

const camera = z.object({
  name,
  active: z.boolean().default(false),
  type: z.string().default("PERSP"),
  location: numbers.optional(),
  rotation: numbers.optional(),
  direction: numbers.optional(),
  lens_mm: z.number().nullish(),
  fov_degrees: z.number().nullish(),
  ortho_scale: z.number().nullish(),
});

/** A socket's value: a number, a colour, or what it is linked to. */
const value = z.union([z.number(), numbers, z.object({ linked: z.string() }), z.null()]);

const material = z.object({
  name,
  principled: z.record(z.string(), value).optional(),
  diffuse_color: numbers.optional(),
  nodes: z.array(z.string()).default([]),
});

/** What the Blender engine says of a scene (scene.json); unknown keys are left alone. */
const summary = z.object({
  renderer: z.string().optional(),
  samples: z.number().nullish(),
  resolution: z.tuple([z.number(), z.number()]).optional(),
  frames: z.object({ start: z.number(), end: z.number(), current: z.number(), fps: z.number() }).optional(),
  view_transform: z.string().optional(),
  world: z.object({ background: z.object({ color: value, strength: value }).optional() }).nullish(),
  cameras: z.array(camera).default([]),
  lights: z.array(light).default([]),
  objects: z.array(object),
  materials: z.array(material).default([]),
  left_out: z.record(z.string(), z.number()).default({}),
  views: z.array(view).default([]),
  checks: z.array(z.object({ check: z.string(), text: z.string() })).default([]),
  /** What moves, where pictures are of frames. */
  motion: z.object({ text: z.array(name) }).optional(),
});
export type SceneSummary = z.output<typeof summary>;
export type SceneLight = SceneSummary["lights"][number];
export type SceneCamera = SceneSummary["cameras"][number];
export type SceneMaterial = SceneSummary["materials"][number];
export type SocketValue = z.output<typeof value>;

/** Characters of a scene.json that are read: a program can write into its own. */
const mostText = 8 << 20;

/** A scene.json, as text or parsed; null when it is none of Blender's, or not what it should be. */
export function readScene(scene: unknown): SceneSummary | null {
  let found = scene;
  if (typeof scene === "string") {
    if (scene.length > mostText) return null;
    try {
      found = JSON.parse(scene);
    } catch {
      return null;
    }
  }
  const parsed = summary.safeParse(found);
  return parsed.success ? parsed.data : null;
}
