import {
  readScene,
  type SceneCamera,
  type SceneLight,
  type SceneMaterial,
  type SceneObject,
  type SceneSummary,
  type SceneView,
  type SocketValue,
} from "./summary.ts";

type Numbers = readonly (number | null)[];

/** Three decimals, two from 10 on, unless it says how many. */
const figure = (value: number | null | undefined, digits?: number) =>
  value === null || value === undefined ? "?" : String(Number(value.toFixed(digits ?? (Math.abs(value) < 10 ? 3 : 2))));
const place = (values: Numbers | undefined, digits?: number) =>
  values === undefined ? "?" : `(${values.map((value) => figure(value, digits)).join(" ")})`;
const percent = (share: number) => `${share >= 0.1 ? (share * 100).toFixed(0) : (share * 100).toFixed(1)} %`;

/** What draws the pictures, in words. */
export function rendererText({ renderer, samples, resolution, view_transform }: SceneSummary): string {
  const names: Record<string, string> = { CYCLES: "Cycles", EEVEE: "EEVEE", WORKBENCH: "Workbench" };
  const parts = [
    `Rendered by ${names[renderer ?? "CYCLES"] ?? renderer}`,
    ...(resolution === undefined ? [] : [`${resolution[0]} x ${resolution[1]} px`]),
    ...(samples === null || samples === undefined ? [] : [`${samples} samples per pixel`]),
    ...(view_transform === undefined ? [] : [`view transform ${view_transform}`]),
  ];
  return `${parts.join(", ")}.`;
}

/** Where a thing is in each picture; null where no picture shows it. */
function seenText(name: string, views: readonly SceneView[]): string | null {
  const places = views.flatMap((view) => {
    const thing = view.things?.find((each) => each.name === name);
    if (thing === undefined) return [];
    const rect = `[${thing.rect.map((side) => figure(side, 2)).join(" ")}] ${percent(thing.share)}`;
    return [views.length === 1 ? `in the picture ${rect}` : `in ${view.name} ${rect}`];
  });
  return places.length === 0 ? null : places.join(", ");
}

const turned = (rotation: Numbers | undefined) => rotation?.some((angle) => angle !== 0) === true;

function objectLine(object: SceneObject, views: readonly SceneView[]): string {
  const { name, type, box, location, rotation, materials } = object;
  const mapped = views.some((view) => view.things !== undefined);
  const unseen = mapped && box ? "not seen" : null;
  const parts = [
    object.visible ? (seenText(name, views) ?? unseen) : "hidden",
    box
      ? `box ${place(box.min)} to ${place(box.max)}, size ${box.max.map((side, axis) => figure(difference(side, box.min[axis]))).join(" x ")}`
      : object.dimensions === undefined
        ? null
        : `size ${object.dimensions.map((side) => figure(side)).join(" x ")}`,
    `at ${place(location)}`,
    turned(rotation) ? `rotation ${place(rotation)}` : null,
    object.animated ? "animated" : null,
    materials.length > 0 ? `material ${materials.slice(0, 4).join(", ")}${materials.length > 4 ? " ..." : ""}` : null,
  ];
  return `- ${name} (${type.toLowerCase()}): ${parts.filter((part) => part !== null).join("; ")}`;
}

function difference(a: number | null, b: number | null | undefined): number | null {
  return a === null || b === null || b === undefined ? null : a - b;
}

function cameraLine(camera: SceneCamera): string {
  const lens =
    camera.type === "ORTHO" ? `orthographic, scale ${figure(camera.ortho_scale)}` : `lens ${figure(camera.lens_mm)} mm`;
  const parts = [
    `at ${place(camera.location, 4)}`,
    `rotation ${place(camera.rotation, 4)}`,
    camera.direction === undefined ? null : `looks along ${place(camera.direction)}`,
    lens,
    camera.fov_degrees == null ? null : `field of view ${figure(camera.fov_degrees, 1)} degrees`,
  ];
  return `- ${camera.name}${camera.active ? " (active)" : ""}: ${parts.filter((part) => part !== null).join(", ")}`;
}

function lightLine(light: SceneLight, objects: readonly SceneObject[]): string {
  const holder = objects.find(({ name }) => name === light.name);
  const size = light.size ?? light.shadow_soft_size;
  const parts = [
    `energy ${figure(light.energy)}`,
    `colour ${place(light.color)}`,
    light.type === "SUN" ? `angle ${figure(light.angle, 3)}` : size == null ? null : `size ${figure(size)}`,
    light.spot_size == null ? null : `cone ${figure(light.spot_size, 3)}`,
    holder === undefined ? null : `at ${place(holder.location)}, rotation ${place(holder.rotation)}`,
  ];
  return `- ${light.name} (${light.type.toLowerCase()}): ${parts.filter((part) => part !== null).join("; ")}`;
}

/** Sockets that say nothing at these values. */
const plain: Readonly<Record<string, number>> = {
  Metallic: 0,
  Alpha: 1,
  Transmission: 0,
  "Transmission Weight": 0,
  Specular: 0.5,
  "Specular IOR Level": 0.5,
  IOR: 1.45,
  Clearcoat: 0,
  "Coat Weight": 0,
  Subsurface: 0,
  "Subsurface Weight": 0,
  Sheen: 0,
  "Sheen Weight": 0,
};

function socketText(value: SocketValue): string {
  if (value === null || typeof value === "number") return figure(value);
  return "linked" in value ? `from ${value.linked.replace(/^ShaderNode/, "")}` : place(value.slice(0, 3));
}

function materialLine({ name, principled, diffuse_color, nodes }: SceneMaterial): string {
  if (principled === undefined) {
    const what =
      diffuse_color === undefined
        ? nodes.map((node) => node.replace(/^ShaderNode/, "")).join(", ")
        : `colour ${place(diffuse_color.slice(0, 3))}`;
    return `- ${name}: ${what}`;
  }
  const glows = Object.entries(principled).some(
    ([socket, value]) => /^Emission( Color)?$/.test(socket) && isLit(value),
  );
  const values = Object.entries(principled)
    .filter(([socket, value]) => !(typeof value === "number" && Math.abs((plain[socket] ?? Number.NaN) - value) < 1e-4))
    .filter(([socket]) => glows || !socket.startsWith("Emission"))
    .map(([socket, value]) => `${socket} ${socketText(value)}`);
  return `- ${name}: ${values.join(", ")}`;
}

const isLit = (value: SocketValue) =>
  Array.isArray(value) ? value.slice(0, 3).some((part) => part !== 0) : value !== null && typeof value === "object";

interface Entry {
  name: string;
  line: string;
}

/** A list with its heading in at most `room` characters: what does not fit is counted, with as many names as fit. */
function listed(heading: string, entries: readonly Entry[], missing: number, room: number): string {
  const count = entries.length + missing;
  if (count === 0) return "";
  const head = `${heading} (${count})`;
  const whole = [head, ...entries.map(({ line }) => line)].join("\n");
  if (missing === 0 && whole.length <= room) return whole;
  // Room for the line that counts the rest, with some of their names.
  const tail = Math.min(300, Math.max(40, room / 4));
  let used = head.length;
  const kept = entries.findIndex(({ line }) => {
    used += line.length + 1;
    return used > room - tail;
  });
  const shown = kept < 0 ? entries.length : kept;
  const rest = entries.slice(shown);
  const lines = [head, ...entries.slice(0, shown).map(({ line }) => line)];
  const left = room - lines.join("\n").length - 1;
  if (rest.length + missing > 0) lines.push(moreText(rest, rest.length + missing, left));
  const text = lines.join("\n");
  return text.length <= room ? text : "";
}

function moreText(rest: readonly Entry[], count: number, room: number): string {
  const start = `and ${count} more`;
  let text = "";
  for (const [index, { name }] of rest.entries()) {
    const next = `${text}${index === 0 ? ": " : ", "}${name}`;
    if (start.length + next.length + 5 > room) return text === "" ? start : `${start}${text}, ...`;
    text = next;
  }
  return `${start}${text}${rest.length < count && text !== "" ? ", ..." : ""}`;
}

function headOf(scene: SceneSummary): string {
  const { frames, world, views, checks, motion } = scene;
  const background = world?.background;
  const unmapped = views.filter((view) => view.left_out !== undefined);
  return [
    rendererText(scene),
    ...(frames === undefined
      ? []
      : [
          `Frames ${frames.start} to ${frames.end} at ${frames.fps} per second; places and poses are those of frame ${frames.current}.`,
        ]),
    ...(background === undefined
      ? []
      : [`World background ${socketText(background.color)}, strength ${socketText(background.strength)}.`]),
    ...(checks.length === 0 ? [] : [`Found wrong: ${checks.map(({ text }) => text).join("; ")}.`]),
    ...(motion === undefined ? [] : ["What moves:", ...motion.text.slice(0, 24).map((line) => `- ${line}`)]),
    ...unmapped
      .slice(0, 2)
      .map((view) => `What ${view.name} shows is not told apart: ${view.left_out?.slice(0, 100)}.`),
    "Rectangles are [left top right bottom] in fractions of the picture from its upper left corner, with the share of its area; lengths in scene units, rotations XYZ in radians, colours linear.",
  ].join("\n");
}

/**
 * A scene.json (text or parsed) as compact text of at most `budget` characters, cut at no place but between entries: the
 * things most seen come first, the others are counted. Null when it is no scene of Blender's.
 */
export function sceneText(scene: unknown, budget: number): string | null {
  const read = readScene(scene);
  if (read === null) return null;
  const { objects, cameras, lights, materials, views, left_out } = read;
  const shares = new Map<string, number>();
  for (const thing of views.flatMap((view) => view.things ?? [])) {
    shares.set(thing.name, Math.max(shares.get(thing.name) ?? 0, thing.share));
  }
  const rank = ({ name, visible }: SceneObject) => shares.get(name) ?? (visible ? 0 : -1);
  const things = objects
    .filter(({ type }) => type !== "CAMERA" && type !== "LIGHT")
    .sort((a, b) => rank(b) - rank(a) || (a.name < b.name ? -1 : 1));
  const head = headOf(read);
  if (head.length > budget) return rendererText(read).slice(0, budget);
  let room = budget - head.length;
  const parts: string[] = [];
  const add = (heading: string, entries: Entry[], missing: number, part: number) => {
    const text = listed(heading, entries, missing, Math.floor(room * part) - 1);
    room -= text === "" ? 0 : text.length + 1;
    return text;
  };
  const entry = <T extends { name: string }>(list: readonly T[], line: (item: T) => string) =>
    list.map((item) => ({ name: item.name, line: line(item) }));
  // What is short and always wanted takes its part first, and what that leaves goes to the things and materials.
  const cameraText = add("Cameras", entry(cameras, cameraLine), left_out.cameras ?? 0, 0.2);
  const lightText = add(
    "Lights",
    entry(lights, (light) => lightLine(light, objects)),
    left_out.lights ?? 0,
    0.25,
  );
  const materialNeed = materials.reduce((sum, material) => sum + materialLine(material).length + 1, 30);
  const thingPart = Math.max(0.65, 1 - materialNeed / Math.max(1, room));
  const unseen = Math.max(0, left_out.objects ?? 0);
  parts.push(
    add(
      "Objects",
      entry(things, (thing) => objectLine(thing, views)),
      unseen,
      thingPart,
    ),
  );
  parts.push(cameraText, lightText);
  parts.push(add("Materials", entry(materials, materialLine), left_out.materials ?? 0, 1));
  return [head, ...parts.filter((part) => part !== "")].join("\n");
}
