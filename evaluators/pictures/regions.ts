import { type Blocks, blobsAbove, blocksOf, field, total } from "./blocks.ts";
import { type Box, type Displacement, displacementFinder } from "./displacement.ts";
import { withGains } from "./gains.ts";
import { grainOf } from "./grain.ts";
import { labelAt, type NamedShare, namedShares, type ObjectMap, type Rect } from "./object-map.ts";
import { hueName, luminance, oklab } from "./oklab.ts";
import type { Picture } from "./picture.ts";
import { alignedGoal, photometricLoss } from "./pl.ts";
import { luma } from "./ssim.ts";

/** How the light and colour of a render's region differ from the goal's. */
export interface ColourShift {
  /** Mean luma of the render against the goal's, in %: -18 is 18 % too dark. */
  brightness: number;
  /** Difference of mean luma, render less goal, in levels. */
  offset: number;
  /** Factor on linear light that gives the goal's mean luminance. */
  light: number;
  /** Factors on linear red, green, blue that give the goal's mean colour. */
  gains: [number, number, number];
  /** Difference of chromaticity at equal luminance (OKLab distance); under 0.02 hardly seen. */
  cast: number;
  /** What the render has too much of ("blue"); empty while `cast` is under 0.02. */
  tooMuch: string;
  /** Turn of hue in degrees, -180..180; null where either is almost grey. */
  hue: number | null;
  /** Spread of luma (standard deviation, levels 0..255) in render and goal: how much detail there is. */
  detail: { render: number; goal: number };
}

/** A part of the picture and how it differs. */
export interface RegionDifference extends ColourShift {
  /** In words: "upper left", "centre", "most of the picture". */
  where: string;
  /** In fractions of the picture. */
  rect: Rect;
  /** What of the render it shows, largest part first, at most three; empty without a map. */
  things: NamedShare[];
  /** Part of the picture's pixels in the region, 0..1. */
  area: number;
  /** PL inside the region. */
  pl: number;
  /** Part of the picture's whole squared error in the region, 0..1; times the picture's PL it is the region's contribution. */
  share: number;
  /** Part of its squared error that is grain, 0..1: it differs from pixel to pixel, as samples scatter. */
  grain: number;
  /** moved: the goal's content was found elsewhere; missing / extra: detail that only the goal / only the render has. */
  content: "moved" | "missing" | "extra" | "changed";
  displacement: Displacement | null;
}

export interface Differences {
  width: number;
  height: number;
  pl: number;
  whole: RegionDifference;
  /** Nine cells, row by row. */
  cells: RegionDifference[];
  /** Connected regions with above-average error, largest contribution first, at most 8; large ones, and those that show
   * several things, in parts. */
  blobs: RegionDifference[];
}

/** A blob over more than this part of the picture is cut at the nine cells: its parts differ in different ways. */
const largeBlob = 0.12;
/** Blobs with less of the error than this are left out, unless nothing else is left. */
const leastShare = 0.01;

/** Below this root mean squared error (levels) a block is never part of a blob: dither and JPEG noise. */
const noiseLevels = 4;

function ratio(over: number, under: number): number {
  return Math.min(20, Math.max(0.05, (over + 1e-4) / (under + 1e-4)));
}

/** Light and colour of a region out of its sums. */
function shiftOf(sums: Float64Array): ColourShift {
  const n = Math.max(1, sums[field.pixels]!);
  const mean = (f: number) => sums[f]! / n;
  const [y1, y2] = [mean(field.renderLuma), mean(field.goalLuma)];
  const spread = (square: number, m: number) => Math.sqrt(Math.max(0, square - m * m));
  const render = [mean(field.renderR), mean(field.renderG), mean(field.renderB)] as const;
  const goal = [mean(field.goalR), mean(field.goalG), mean(field.goalB)] as const;
  const light = ratio(luminance(...goal), luminance(...render));
  const lit = oklab(render[0] * light, render[1] * light, render[2] * light);
  const wanted = oklab(...goal);
  const [da, db] = [lit.a - wanted.a, lit.b - wanted.b];
  const cast = Math.hypot(da, db);
  const grey = Math.min(Math.hypot(lit.a, lit.b), Math.hypot(wanted.a, wanted.b)) < 0.04;
  const turn = ((Math.atan2(lit.b, lit.a) - Math.atan2(wanted.b, wanted.a)) * 180) / Math.PI;
  return {
    brightness: (100 * (y1 - y2)) / Math.max(4, y2),
    offset: y1 - y2,
    light,
    gains: [ratio(goal[0], render[0]), ratio(goal[1], render[1]), ratio(goal[2], render[2])],
    cast,
    tooMuch: cast < 0.02 ? "" : hueName(da, db),
    hue: grey ? null : ((turn + 540) % 360) - 180,
    detail: { render: spread(mean(field.renderLuma2), y1), goal: spread(mean(field.goalLuma2), y2) },
  };
}

/** Place of a box in words. */
export function whereIs(box: Box, width: number, height: number): string {
  const wide = box.width / width > 0.7;
  const tall = box.height / height > 0.7;
  if (wide && tall) return "most of the picture";
  const column = ["left", "", "right"][Math.min(2, Math.floor((3 * (box.x + box.width / 2)) / width))]!;
  const row = ["upper", "", "lower"][Math.min(2, Math.floor((3 * (box.y + box.height / 2)) / height))]!;
  if (wide) return `${row === "" ? "middle" : row} band`;
  if (tall) return column === "" ? "middle column" : `${column} side`;
  if (row === "" && column === "") return "centre";
  if (row === "") return `middle ${column}`;
  return column === "" ? `${row} middle` : `${row} ${column}`;
}

function boxOf(blocks: Blocks, members: number[], width: number, height: number): Box {
  let [x0, y0, x1, y1] = [blocks.columns, blocks.rows, 0, 0];
  for (const block of members) {
    const column = block % blocks.columns;
    const row = (block - column) / blocks.columns;
    x0 = Math.min(x0, column);
    x1 = Math.max(x1, column + 1);
    y0 = Math.min(y0, row);
    y1 = Math.max(y1, row + 1);
  }
  const [x, y] = [x0 * blocks.size, y0 * blocks.size];
  return { x, y, width: Math.min(width, x1 * blocks.size) - x, height: Math.min(height, y1 * blocks.size) - y };
}

const rectOf = ({ x, y, width: w, height: h }: Box, width: number, height: number): Rect => ({
  left: x / width,
  top: y / height,
  right: (x + w) / width,
  bottom: (y + h) / height,
});

/** How many cells of the map show each thing, per block. */
function labelsOfBlocks(map: ObjectMap, blocks: Blocks): Map<number, number>[] {
  const counts = Array.from({ length: blocks.columns * blocks.rows }, () => new Map<number, number>());
  for (const [at, label] of map.labels.entries()) {
    const column = Math.floor((((at % map.width) + 0.5) / map.width) * blocks.across);
    const row = Math.floor(((Math.floor(at / map.width) + 0.5) / map.height) * blocks.down);
    const own = counts[row * blocks.columns + column]!;
    own.set(label, (own.get(label) ?? 0) + 1);
  }
  for (const [block, own] of counts.entries()) {
    // A map coarser than the blocks leaves some without a cell of their own.
    const [x, y] = [(block % blocks.columns) + 0.5, Math.floor(block / blocks.columns) + 0.5];
    if (own.size === 0) own.set(labelAt(map, x / blocks.across, y / blocks.down), 1);
  }
  return counts;
}

/** What most of a block shows. */
const mostly = (counts: ReadonlyMap<number, number>): number =>
  [...counts].reduce((top, each) => (each[1] > top[1] ? each : top), [0, 0])[0];

function joinedCounts(each: readonly ReadonlyMap<number, number>[]): Map<number, number> {
  const sums = new Map<number, number>();
  for (const [label, count] of each.flatMap((counts) => [...counts])) sums.set(label, (sums.get(label) ?? 0) + count);
  return sums;
}

function contentOf(shift: ColourShift, moved: Displacement | null): RegionDifference["content"] {
  if (moved !== null) return "moved";
  const { render, goal } = shift.detail;
  if (goal > 2 * render + 4) return "missing";
  if (render > 2 * goal + 4) return "extra";
  return "changed";
}

/** How far light and colour alone explain a difference. */
export interface LightDifference {
  pl: number;
  shift: ColourShift;
  /** PL that would be left if the whole picture's linear light were multiplied by `shift.gains`. */
  plAfterGains: number;
}

/** Light and colour of the whole picture against its goal (resized as for PL), but for the pixels that are ignored. */
export function lightDifference(render: Picture, target: Picture, ignored: Uint8Array | null = null): LightDifference {
  const goal = alignedGoal(render, target);
  const blocks = blocksOf(render, goal, ignored);
  const shift = shiftOf(total(blocks, Array(blocks.columns * blocks.rows).keys()));
  const plAfterGains = photometricLoss(withGains(render, shift.gains), goal);
  return { pl: photometricLoss(render, goal), shift, plAfterGains };
}

/** What is known of a render beside its pixels. */
export interface Beside {
  /** Names what its regions show. Apparent displacements are then not sought: its things are known one by one. */
  map?: ObjectMap | null;
  /** Pixels whose difference is told otherwise, one a pixel: left out of all but the whole's PL. */
  ignored?: Uint8Array | null;
}

/**
 * Where and how a render differs from its goal (resized as for PL): the whole picture, nine cells, and the connected
 * regions that carry the error, with light and colour shifts and apparent displacements. 512x512 takes some 25 ms.
 */
export function differences(render: Picture, target: Picture, beside: Beside = {}): Differences {
  const goal = alignedGoal(render, target);
  const { width, height } = render;
  const { map = null, ignored = null } = beside;
  const blocks = blocksOf(render, goal, ignored);
  const all = Array.from({ length: blocks.columns * blocks.rows }, (_, i) => i);
  const sum = total(blocks, all);
  const find = displacementFinder({ width, height, data: luma(render) }, { width, height, data: luma(goal) });
  const pl = photometricLoss(render, goal);
  // Of the whole picture, so that a region's share is its part of the picture's loss.
  const error = ignored === null ? sum[field.error]! : pl * width * height * 3 * 255 * 255;

  const shown = map === null ? null : labelsOfBlocks(map, blocks);
  // What a region shows decides what its numbers mean, so each is cut where one thing ends and another begins.
  const byThing = (blob: number[]) =>
    shown === null ? [blob] : [...Map.groupBy(blob, (block) => mostly(shown[block]!)).values()];

  const describe = (members: number[], seek: boolean): RegionDifference => {
    const sums = total(blocks, members);
    const shift = shiftOf(sums);
    const box = boxOf(blocks, members, width, height);
    const moved = seek ? find(box) : null;
    const pixels = sums[field.pixels]!;
    return {
      where: whereIs(box, width, height),
      rect: rectOf(box, width, height),
      things: map === null ? [] : namedShares(map, joinedCounts(members.map((block) => shown![block]!))),
      area: pixels / (width * height),
      pl: pixels === 0 ? 0 : sums[field.error]! / (pixels * 3 * 255 * 255),
      share: error === 0 ? 0 : sums[field.error]! / error,
      grain: grainOf(render, goal, blocks, members, ignored),
      content: contentOf(shift, moved),
      displacement: moved,
      ...shift,
    };
  };

  const threshold = Math.max(noiseLevels ** 2, sum[field.error]! / (width * height * 3));
  const cellOf = (block: number) => {
    const column = block % blocks.columns;
    const row = (block - column) / blocks.columns;
    return Math.floor((3 * row) / blocks.rows) * 3 + Math.floor((3 * column) / blocks.columns);
  };
  const cells = Map.groupBy(all, cellOf);
  const whole = describe(all, error > 0 && ignored === null);
  const found = blobsAbove(blocks, threshold)
    .slice(0, 24)
    .flatMap(byThing)
    .flatMap((blob) => (blob.length > largeBlob * all.length ? [...Map.groupBy(blob, cellOf).values()] : [blob]))
    .map((members) => ({ members, share: total(blocks, members)[field.error]! / error }))
    .sort((a, b) => b.share - a.share);
  const telling = found.filter((blob) => blob.share >= leastShare);
  const blobs = (telling.length > 0 ? telling : found).slice(0, 8).map((blob) => describe(blob.members, map === null));
  return {
    width,
    height,
    pl,
    whole,
    cells: [...cells.entries()].sort((a, b) => a[0] - b[0]).map(([, members]) => describe(members, false)),
    blobs,
  };
}
