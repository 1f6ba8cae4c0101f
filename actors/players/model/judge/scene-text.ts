import { z } from "zod";
import { bounded } from "../tools/tool.ts";
import { mostSceneText } from "./claims.ts";

const vector = z.array(z.number().nullable()).optional().catch(undefined);
const scalar = z.number().nullable().optional().catch(undefined);
const named = z.looseObject({ name: z.string() });
const list = <T extends z.ZodType>(each: T) => z.array(each).default([]).catch([]);
/** A socket's value, or where it comes from. */
const socket = z.union([z.number(), z.array(z.number().nullable()), z.object({ linked: z.string() })]).nullable();

/** What of scene.json is told. Whatever is missing or of another form is left out. */
const sceneData = z.object({
  frames: z
    .object({ start: z.number(), end: z.number(), fps: z.number(), current: z.number() })
    .partial({ fps: true, current: true })
    .optional()
    .catch(undefined),
  world: z
    .object({ background: z.object({ color: socket, strength: socket }).optional() })
    .nullable()
    .optional()
    .catch(undefined),
  cameras: list(
    named.extend({ active: z.boolean().catch(false), location: vector, rotation: vector, lens_mm: scalar }),
  ),
  lights: list(named.extend({ type: z.string(), energy: scalar, color: vector })),
  materials: list(named.extend({ principled: z.record(z.string(), socket).optional().catch(undefined) })),
  objects: z.array(
    named.extend({
      type: z.string().default("MESH"),
      visible: z.boolean().default(true),
      location: vector,
      rotation: vector,
      dimensions: vector,
      materials: z.array(z.string()).default([]).catch([]),
      animated: z.boolean().default(false).catch(false),
    }),
  ),
});
type Scene = z.output<typeof sceneData>;

/** Characters of the whole, and of the list of materials, which is the least needed. */
const most = { all: 6000, materials: 1500 };
const socketsTold = ["Base Color", "Metallic", "Roughness", "Transmission", "Transmission Weight", "Emission Strength"];

const short = (value: number | null, digits = 2): string =>
  value === null ? "?" : String(Number(value.toFixed(digits)));
const plain = (values: readonly (number | null)[] | undefined): string =>
  values?.map((value) => short(value)).join(" ") ?? "?";
/** Numbers as a program takes them: a pose must be given back exactly. */
const exact = (values: readonly (number | null)[] | undefined): string =>
  values === undefined ? "?" : `[${values.map((value) => short(value, 4)).join(", ")}]`;

function socketText(value: z.output<typeof socket>): string {
  if (value === null) return "?";
  if (typeof value === "number") return short(value);
  return Array.isArray(value) ? plain(value.slice(0, 3)) : `from ${value.linked}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `- ${line}`)];
}

function materialText({ name, principled = {} }: Scene["materials"][number]): string {
  const said = socketsTold.flatMap((key) => {
    const value = principled[key];
    // What a material leaves at nothing says nothing of its look.
    return value === undefined || (value === 0 && key !== "Roughness")
      ? []
      : [`${key.toLowerCase()} ${socketText(value)}`];
  });
  return said.length === 0 ? name : `${name}: ${said.join(", ")}`;
}

function lightText({ name, type, energy, color }: Scene["lights"][number], objects: Scene["objects"]): string {
  const place = objects.find((object) => object.name === name);
  const at = place === undefined ? "" : `, location ${exact(place.location)}, rotation_euler ${exact(place.rotation)}`;
  return `${name}: ${type.toLowerCase()}, energy ${short(energy ?? null)}, colour ${plain(color)}${at}`;
}

function objectText({
  name,
  type,
  visible,
  location,
  dimensions,
  rotation,
  materials,
  animated,
}: Scene["objects"][number]) {
  const turned = rotation?.some((angle) => angle !== null && Math.abs(angle) > 1e-3)
    ? `, turned ${plain(rotation.map((angle) => (angle === null ? null : (180 * angle) / Math.PI)))} degrees`
    : "";
  const look = materials.length === 0 ? "" : `, ${materials.join(" and ")}`;
  const more = `${turned}${look}${animated ? ", moves" : ""}${visible ? "" : ", hidden"}`;
  return `${name}: ${type.toLowerCase()} at ${plain(location)}, size ${plain(dimensions)}${more}`;
}

function framesText({ start, end, fps, current }: NonNullable<Scene["frames"]>): string {
  const speed = fps === undefined ? "" : `, ${fps} a second`;
  const now = current === undefined || start === end ? "" : ` Places and poses here are those of frame ${current}.`;
  return `Frames ${start} to ${end}${speed}.${now}`;
}

/** scene.json in words: frames, cameras with their exact poses, lights, things, materials. Null where it is no such file. */
export function sceneText(json: string): string | null {
  if (json.length > mostSceneText) return null;
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    return null;
  }
  const parsed = sceneData.safeParse(data);
  if (!parsed.success) return null;
  const { frames, world, cameras, lights, materials, objects } = parsed.data;
  const background = world?.background;
  const things = objects.filter(({ type }) => type !== "CAMERA" && type !== "LIGHT");
  const lines = [
    `# What the scene holds (${objects.length} objects)`,
    "Places and sizes in scene units, x y z; colours linear, 0 to 1.",
    ...(frames === undefined ? [] : [framesText(frames)]),
    ...(background === undefined
      ? []
      : [`Background: colour ${socketText(background.color)}, strength ${socketText(background.strength)}.`]),
    ...section(
      "Cameras (rotation_euler in radians):",
      cameras.map(
        ({ name, active, location, rotation, lens_mm }) =>
          `${name}${active ? " (active)" : ""}: location ${exact(location)}, rotation_euler ${exact(rotation)}, lens ${short(lens_mm ?? null)} mm`,
      ),
    ),
    ...section(
      "Lights:",
      lights.map((light) => lightText(light, objects)),
    ),
    ...(things.length === 0
      ? ["It holds nothing beside cameras and lights."]
      : section("Things:", things.map(objectText))),
  ];
  const rest = bounded(section("Materials:", materials.map(materialText)).join("\n"), most.materials);
  const whole = bounded(lines.join("\n"), most.all - Math.min(rest.length, most.materials));
  return rest === "" ? whole : `${whole}\n${rest}`;
}
