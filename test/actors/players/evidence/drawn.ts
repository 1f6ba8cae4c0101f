import { deflateSync } from "node:zlib";
import sharp from "sharp";
import type { ObjectMap } from "../../../../evaluators/pictures/object-map.ts";
import type { Picture } from "../../../../evaluators/pictures/picture.ts";
import { painted } from "../../../evaluators/pictures.ts";

type Colour = readonly [number, number, number];
/** A square cup with a handle, on a board before a wall; sides in parts of a picture 1.5 times as wide as high. */
export interface Cup {
  name: string;
  left: number;
  top: number;
  side: number;
  colour: Colour;
}

function covers({ left, top, side }: Cup, x: number, y: number): boolean {
  const [u, v] = [(x - left) / side, (y - top) / side];
  const body = u >= 0 && u < 0.8 && v >= 0 && v < 1;
  return body || (u >= 0.8 && u < 1 && v >= 0.3 && v < 0.6);
}

const across = (i: number, width: number) => ((i % width) + 0.5) / (width / 1.5);
const down = (i: number, width: number, height: number) => (Math.floor(i / width) + 0.5) / height;

/** A picture of cups; the later hide the earlier. */
export function cups(list: readonly Cup[], height = 120): Picture {
  const width = Math.round(1.5 * height);
  return painted(width, height, (x, y) => {
    const at = y * width + x;
    const on = list.findLast((cup) => covers(cup, across(at, width), down(at, width, height)));
    return on?.colour ?? (y > 0.7 * height ? [150, 110, 70] : [120, 125, 130]);
  });
}

/** Which cup each place of the picture shows. */
export function mapOf(list: readonly Cup[], height = 120): ObjectMap {
  const width = Math.round(1.5 * height);
  const labels = Uint16Array.from(
    { length: width * height },
    (_, at) => 1 + list.findLastIndex((cup) => covers(cup, across(at, width), down(at, width, height))),
  );
  return { width, height, names: list.map(({ name }) => name), labels };
}

/** The map as scene.json has it. */
export function labelsOf({ width, height, labels }: ObjectMap) {
  const bytes = Buffer.alloc(labels.length * 2);
  for (const [at, label] of labels.entries()) bytes.writeUInt16LE(label, 2 * at);
  return { size: [width, height], data: deflateSync(bytes).toString("base64") };
}

/** A scene.json of cups and how its picture shows them. */
export function sceneJson(list: readonly Cup[], view = "render1") {
  const things = list.map(({ name }) => ({ name, rect: [0, 0, 1, 1], share: 0.1 }));
  return JSON.stringify({
    renderer: "CYCLES",
    samples: 32,
    resolution: [180, 120],
    view_transform: "Filmic",
    objects: list.map(({ name }) => ({ name, type: "MESH" })),
    views: [{ name: view, things, labels: labelsOf(mapOf(list)) }],
  });
}

export const png = ({ width, height, rgb }: Picture): Promise<Buffer> =>
  sharp(rgb, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
