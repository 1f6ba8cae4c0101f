import { type Coordinate, clampUnits, fromUnits, shapeKeyPath, toUnits } from "./coordinates.ts";
import { type Focus, keepWithin, shareOf } from "./focus.ts";
import type { Knob, Trace } from "./knobs.ts";
import { type Ask, type Look, Looks } from "./looks.ts";
import {
  type Box,
  type Bytes,
  blur,
  difference,
  evened,
  extent,
  meanSquare,
  type Picture,
  resample,
} from "./pictures.ts";
import type { Edit, Level, Sweeper } from "./sweeper.ts";

/** Where a fit looks: picture size, samples, and the blur (pixels of that size) that widens every minimum. */
export interface Scale extends Level {
  readonly sigma: number;
  /** Samples of derivative pictures: with common random numbers they need far fewer than the residual. */
  readonly probe: number;
}

/** A scale by size, samples, samples of derivatives and blur. */
export const at = (px: number, samples: number, probe: number, sigma: number): Scale => ({
  px,
  samples,
  probe,
  sigma,
  seed: 0,
});

/** A column of the Jacobian: the blurred derivative, and the box in which the pictures really change. */
export interface Column {
  readonly knob: number;
  readonly values: Float32Array;
}

/** A program's knobs as a least-squares problem against the target pictures, one per view. Points are vectors of units. */
export class Problem {
  readonly program: string;
  readonly knobs: readonly Knob[];
  readonly trace: Trace;
  readonly coordinates: readonly Coordinate[];
  /** The program's own values, in units. */
  readonly origin: readonly number[];
  private readonly sweeper: Sweeper;
  private readonly looks: Looks;
  private readonly targets: readonly Bytes[];
  /** Where pictures are compared; null: everywhere. */
  focus: Focus | null = null;
  private readonly resampled = new Map<string, Picture>();

  constructor(
    sweeper: Sweeper,
    program: string,
    knobs: readonly Knob[],
    trace: Trace,
    coordinates: readonly Coordinate[],
    targets: readonly Bytes[],
  ) {
    this.sweeper = sweeper;
    this.looks = new Looks(sweeper, program, trace);
    this.program = program;
    this.knobs = knobs;
    this.trace = trace;
    this.coordinates = coordinates;
    this.targets = targets;
    this.origin = coordinates.map((c, i) => toUnits(c, knobs[i]!.value));
  }

  value(k: number, units: number): number {
    return units === this.origin[k] ? this.knobs[k]!.value : fromUnits(this.coordinates[k]!, units);
  }

  /** Units of a value, kept in bounds. */
  units(k: number, value: number): number {
    const c = this.coordinates[k]!;
    return clampUnits(c, toUnits(c, value));
  }

  edits(point: readonly number[]): Edit[] {
    return point.flatMap((u, k): Edit[] => (u === this.origin[k] ? [] : [[k, this.value(k, u)]]));
  }

  inPlace(k: number): boolean {
    return this.trace.in_place[String(k)] !== undefined;
  }

  /** Something reads it, it measures something, and the program runs when it is nudged. */
  isUsable(k: number): boolean {
    const { dead, fragile, held } = this.trace;
    return !dead.includes(k) && !fragile.includes(k) && !held.includes(k);
  }

  /** The weight of a shape key. */
  isShapeKey(k: number): boolean {
    return (this.trace.in_place[String(k)] ?? []).some(([, , path]) => shapeKeyPath.test(path));
  }

  /** Places, turns or sets a camera. */
  drivesCamera(k: number): boolean {
    const { cameras } = this.trace.scene;
    return (this.trace.in_place[String(k)] ?? []).some(
      ([kind, name]) => kind === "cameras" || (kind === "objects" && cameras.includes(name)),
    );
  }

  /** Sets how surfaces look and nothing else. */
  isMaterial(k: number): boolean {
    const places = this.trace.in_place[String(k)] ?? [];
    return places.length > 0 && places.every(([kind]) => kind === "materials" || kind === "node_groups");
  }

  /** Sets, places or turns a lamp or the world. */
  isLight(k: number): boolean {
    const { lamps } = this.trace.scene;
    const places = this.trace.in_place[String(k)] ?? [];
    const lit = ([kind, name]: (typeof places)[number]) =>
      kind === "lights" || kind === "worlds" || (kind === "objects" && lamps.includes(name));
    return places.length > 0 && places.every(lit);
  }

  /** A view's target in the shape of its pictures. */
  private target(view: number, { width, height }: Picture): Picture {
    const key = `${view}/${width}x${height}`;
    let found = this.resampled.get(key);
    if (!found) {
      found = resample(this.targets[view]!, width, height);
      this.resampled.set(key, found);
    }
    return found;
  }

  /** Renders points, whole pictures of the same numbers once only; null where the program failed. */
  look(points: readonly (readonly number[])[], level: Level, ask: Ask = {}): Promise<(Look | null)[]> {
    const area = this.targets.every(({ width, height }) => Math.max(width, height) >= 1.4 * level.px);
    return this.looks.of(
      points.map((point) => this.edits(point)),
      { ...level, area },
      ask,
    );
  }

  /** Which of these things are seen where, at each point; null where the program failed. */
  masks(points: readonly (readonly number[])[], px: number, things: readonly (readonly string[])[]) {
    const edits = points.map((point) => this.edits(point));
    return this.sweeper.masks(this.program, this.trace, edits, px, things);
  }

  /** What stands in these objects, or they in it, at each point; null where the program failed. */
  crossings(points: readonly (readonly number[])[], of: readonly string[]) {
    const edits = points.map((point) => this.edits(point));
    return this.sweeper.crossings(this.program, this.trace, edits, of);
  }

  /** The look as brighter or tinted light would show it at best: every channel scaled and shifted to fit its target. */
  evened(look: Look): Look {
    return { views: look.views.map((picture, i) => evened(picture, this.target(i, picture))) };
  }

  /** A look's targets, as pictures of its sizes. */
  targetsOf(look: Look): Picture[] {
    return look.views.map((picture, i) => this.target(i, picture));
  }

  /** What is compared: pictures less target (or less another look), blurred, thinned to about one value per sigma. */
  features(look: Look, sigma: number, against?: Look): Float32Array {
    const parts = look.views.map((picture, i) => {
      const base = (against?.views[i] ?? this.target(i, picture)).data;
      const delta = difference(picture.data, base);
      if (this.focus) keepWithin(delta, picture, this.focus.views[i]!, this.focus.ids);
      return thin(blur(delta, picture.width, picture.height, sigma), picture.width, picture.height, stride(sigma));
    });
    const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  /** Independent observations in the features: a Gaussian blur averages 4 pi sigma^2 pixels. */
  observations(look: Look, sigma: number): number {
    const all = look.views.reduce((sum, v) => sum + v.width * v.height, 0);
    const pixels = this.focus ? shareOf(this.focus) * all : all;
    return Math.max(40, (3 * pixels) / Math.max(1, 4 * Math.PI * sigma * sigma));
  }

  /** Photometric loss of a look at its own size: mean squared sRGB difference, every view counting the same. */
  loss(look: Look): number {
    const losses = look.views.map((picture, i) => meanSquare(difference(picture.data, this.target(i, picture).data)));
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  }

  /**
   * Pictures of the point, and of it with one knob moved at a time; `both`: then the same again with it moved the other way.
   * One batch: a job of its own for the point costs a run of the program.
   */
  async nudged(
    point: readonly number[],
    members: readonly number[],
    steps: readonly number[],
    level: Level,
    boxes?: readonly (readonly (Box | null)[] | null)[],
    both = false,
  ): Promise<{ under: Look | null; looks: (Look | null)[] }> {
    const along = (sign: number) => members.map((k, i) => point.map((u, j) => (j === k ? u + sign * steps[i]! : u)));
    const points = [point, ...along(1), ...(both ? along(-1) : [])];
    const parts = boxes && [null, ...boxes, ...(both ? boxes : [])];
    const [under, ...looks] = await this.look(points, level, { boxes: parts, under: "first" });
    return { under: under ?? null, looks };
  }

  /** The part of each view that a nudge changes visibly, null for nearly all of it. */
  boxes(look: Look, base: Look, margin: number): (Box | null)[] {
    return look.views.map((picture, i) => {
      const delta = new Float32Array(picture.data.length);
      for (let j = 0; j < delta.length; j++) delta[j] = picture.data[j]! - base.views[i]!.data[j]!;
      const soft = blur(delta, picture.width, picture.height, 1);
      let peak = 0;
      for (let j = 0; j < soft.length; j++) peak = Math.max(peak, Math.abs(soft[j]!));
      const box = extent(soft, picture.width, picture.height, Math.max(0.004, 0.04 * peak), margin);
      if (!box) return { left: 0, top: 0, right: 1, bottom: 1 };
      const area = ((box.right - box.left) * (box.bottom - box.top)) / (picture.width * picture.height);
      return area > 0.7 ? null : box;
    });
  }
}

const stride = (sigma: number): number => Math.max(1, Math.floor(sigma));

function thin(data: Float32Array, width: number, height: number, step: number): Float32Array {
  if (step === 1) return data;
  const columns = Math.ceil(width / step);
  const rows = Math.ceil(height / step);
  const out = new Float32Array(columns * rows * 3);
  let at = 0;
  for (let y = Math.floor(step / 2); y < height; y += step) {
    for (let x = Math.floor(step / 2); x < width; x += step) {
      for (let c = 0; c < 3; c++) out[at++] = data[(y * width + x) * 3 + c]!;
    }
  }
  return out.subarray(0, at);
}
