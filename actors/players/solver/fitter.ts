import type { PictureSize } from "../../../machines/domain/index.ts";
import type { Look } from "./looks.ts";
import { dampedStep, type Normal, normalEquations, predictedGain, restrict } from "./normal.ts";
import { type Box, meanSquare } from "./pictures.ts";
import type { Problem, Scale } from "./problem.ts";
import { chance, nominate, supportOf } from "./select.ts";

/** Derivative information of many knobs at one point, by forward differences with common random numbers. */
export interface Scan {
  readonly members: number[];
  readonly columns: Float32Array[];
  readonly residual: Float32Array;
  readonly normal: Normal;
  readonly observations: number;
}

export type Progress = (stage: string, data: Record<string, unknown>) => void;

/** Up to this many knobs derivatives are two-sided. */
const twoSided = 16;

const dampings = [1e-3, 3e-2, 0.3, 2];

/** Fits a problem's knobs: holds the current point and what is known about how pictures respond there. */
export class Fitter {
  readonly problem: Problem;
  point: number[];
  /** Derivative steps in units, adapted so that a nudge moves pictures enough to measure, and not much more. */
  readonly steps: number[];
  /** Boxes in which a knob changes the picture, by knob, at the size they were measured; from the last scan. */
  private readonly reachOf = new Map<number, { sizes: readonly PictureSize[]; boxes: (Box | null)[] }>();
  /** Root mean square change of the blurred pictures by one nudge, by knob, from the last scan. */
  private readonly responses = new Map<number, number>();
  readonly tell: Progress;

  constructor(problem: Problem, progress: Progress) {
    this.problem = problem;
    this.point = [...problem.origin];
    this.steps = problem.coordinates.map(() => 1);
    this.tell = progress;
  }

  /** Goes to knob values; those equal to the program's own stay exactly there. */
  moveTo(values: readonly number[]): void {
    const { problem } = this;
    this.point = values.map((v, k) => (v === problem.knobs[k]!.value ? problem.origin[k]! : problem.units(k, v)));
  }

  /** How much a nudge of this knob shows, root mean square of the blurred pictures; infinite where never measured. */
  visible(k: number): number {
    return this.responses.get(k) ?? Number.POSITIVE_INFINITY;
  }

  /** The direction of a nudge: away from a bound that is too near. */
  private nudge(k: number): number {
    const c = this.problem.coordinates[k]!;
    const step = this.steps[k]!;
    return this.point[k]! + step > c.high ? -step : step;
  }

  async base(scale: Scale): Promise<Look> {
    const [look] = await this.problem.look([this.point], scale);
    if (!look) throw new RangeError("the current point does not render");
    return look;
  }

  private boxesFor(k: number, base: Look): (Box | null)[] | null {
    const known = this.reachOf.get(k);
    if (!known) return null;
    const boxes = known.boxes.map((box, i) => {
      if (!box) return null;
      const { width, height } = base.views[i]!;
      const [across, down] = [width / known.sizes[i]!.width, height / known.sizes[i]!.height];
      const grown = {
        left: Math.max(0, Math.floor((box.left - 1) * across)),
        top: Math.max(0, Math.floor((box.top - 1) * down)),
        right: Math.min(width, Math.ceil((box.right + 1) * across)),
        bottom: Math.min(height, Math.ceil((box.bottom + 1) * down)),
      };
      return (grown.right - grown.left) * (grown.bottom - grown.top) > 0.7 * width * height ? null : grown;
    });
    return boxes.every((box) => box === null) ? null : boxes;
  }

  /** |r|^2 that path-tracing noise alone makes at this scale: half the difference of two seeds. */
  async noise(scale: Scale, known?: Look): Promise<number> {
    const again = scale.seed + 1;
    const [a, b] = known
      ? [known, (await this.problem.look([this.point], scale, { seeds: [again] }))[0]]
      : await this.problem.look([this.point, this.point], scale, { seeds: [scale.seed, again] });
    if (!a) throw new RangeError("the current point does not render");
    return b ? sumSquares(this.problem.features(a, scale.sigma, b)) / 2 : 0;
  }

  /** Measures the response to each member. `learn`: whose boxes and steps are measured (on whole pictures). */
  async scan(members: readonly number[], scale: Scale, learn: "all" | "new" | "none", base?: Look): Promise<Scan> {
    const { problem } = this;
    const at = base ?? (await this.base(scale));
    const residual = problem.features(at, scale.sigma);
    const probe = { ...scale, samples: scale.probe };
    const steps = members.map((k) => this.nudge(k));
    const boxes = learn === "all" ? undefined : members.map((k) => this.boxesFor(k, at));
    // Few knobs are worth two-sided differences: along a curved valley one-sided ones point off it.
    const both = learn === "none" && members.length <= twoSided;
    const { under, looks } = await problem.nudged(this.point, members, steps, probe, boxes, both);
    if (under === null) throw new RangeError("the current point does not render");
    const sizes = under.views.map(({ width, height }) => ({ width, height }));
    const kept: number[] = [];
    const columns: Float32Array[] = [];
    members.forEach((k, i) => {
      const look = looks[i];
      if (!look) return;
      const back = both ? looks[members.length + i] : null;
      const column = problem.features(look, scale.sigma, back ?? under);
      if (back) for (let j = 0; j < column.length; j++) column[j]! /= 2;
      const response = Math.sqrt(meanSquare(column));
      this.responses.set(k, response);
      const top = peak(column);
      for (let j = 0; j < column.length; j++) column[j]! /= steps[i]!;
      if (learn !== "none") {
        if (!boxes?.[i]) {
          this.reachOf.set(k, { sizes, boxes: problem.boxes(look, under, 2) });
        }
        if (top > 0)
          this.steps[k] = Math.min(2, Math.max(0.1, Math.abs(steps[i]!) * Math.min(3, Math.max(0.3, 0.06 / top))));
      }
      if (response < 1e-5) return;
      kept.push(k);
      columns.push(column);
    });
    return {
      members: kept,
      columns,
      residual,
      normal: normalEquations(columns, residual),
      observations: problem.observations(at, scale.sigma),
    };
  }

  private bounds(members: readonly number[], reach: number): [low: number, high: number][] {
    return members.map((k) => {
      const c = this.problem.coordinates[k]!;
      const far = reach * c.stretch;
      return [Math.max(-far, c.low - this.point[k]!), Math.min(far, c.high - this.point[k]!)];
    });
  }

  /** How surprising it would be for this knob to be wrong: shared numbers, exact zeros and constants of functions seldom are. */
  price(k: number): number {
    const { trace, knobs } = this.problem;
    const places = trace.in_place[String(k)];
    const things = places ? new Set(places.map(([collection, name]) => `${collection}/${name}`)).size : 1;
    // The camera is tried as a whole (stages.ts); knob by knob it is a proxy for whatever else moved.
    const camera = this.problem.drivesCamera(k) ? 2.5 : 1;
    return (
      camera *
      (things > 2 ? 2 : 1) *
      (knobs[k]!.value === 0 ? 1.5 : 1) *
      (places ? 1 : 1.2) *
      (knobs[k]!.inFunction ? 1.5 : 1)
    );
  }

  /** Knobs that differ from the program's own values. */
  moved(): number[] {
    return this.point.flatMap((u, k) => (u === this.problem.origin[k] ? [] : [k]));
  }

  /** Chooses which of the scanned knobs to free, the `free` ones (moved already) at no cost. */
  nominate(
    scan: Scan,
    free: ReadonlySet<number>,
    limit: number,
    reach: number,
    strictness: number,
    noise: number,
  ): number[] {
    const { knobs } = this.problem;
    const groups = (k: number) => knobs[k]!.group;
    const members = nominate({
      ...scan,
      supports: scan.columns.map((column) => supportOf(column, scan.observations)),
      floor: (chance * noise) / scan.observations,
      limit,
      reach: this.bounds(scan.members, reach),
      cost: (column, taken) => {
        const k = scan.members[column]!;
        if (free.has(k)) return 0.1;
        const kin = groups(k) !== null && taken.some((m) => groups(scan.members[m]!) === groups(k));
        return strictness * (kin ? 0.6 : 1) * this.price(k);
      },
    });
    return members.map((m) => scan.members[m]!);
  }

  /**
   * Levenberg-Marquardt over `members` at one scale: one Jacobian and one batch of trial steps (several dampings at once,
   * because renders in a batch are cheap and round trips are not) per iteration, until a step gains too little.
   */
  async fit(
    members: readonly number[],
    scale: Scale,
    iterations: number,
    reach: number,
    first?: Scan,
  ): Promise<number> {
    const { problem } = this;
    let base = await this.base(scale);
    let rss = sumSquares(problem.features(base, scale.sigma));
    const before = rss;
    let trust = reach;
    for (let it = 0; it < iterations && members.length > 0; it++) {
      const scan = it === 0 && first ? pick(first, members) : await this.scan(members, scale, "none", base);
      const limits = this.bounds(scan.members, trust);
      const low = limits.map(([l]) => l);
      const high = limits.map(([, h]) => h);
      const trials = dampings.map((lambda) => {
        const step = dampedStep(scan.normal, lambda, low, high);
        const next = [...this.point];
        scan.members.forEach((k, i) => {
          next[k] = this.point[k]! + step[i]!;
        });
        return { next, gain: predictedGain(scan.normal, step) };
      });
      const looks = await problem.look(
        trials.map((t) => t.next),
        scale,
      );
      let best = -1;
      let bestRss = rss;
      looks.forEach((look, i) => {
        if (!look) return;
        const value = sumSquares(problem.features(look, scale.sigma));
        if (value < bestRss) {
          bestRss = value;
          best = i;
        }
      });
      if (best < 0) {
        trust /= 3;
        if (trust < 0.2) break;
        continue;
      }
      const fell = (rss - bestRss) / rss;
      this.point = trials[best]!.next;
      base = looks[best]!;
      rss = bestRss;
      this.tell("fit", {
        px: scale.px,
        sigma: scale.sigma,
        knobs: members.length,
        iteration: it + 1,
        loss: problem.loss(base),
      });
      if (fell < 0.01) break;
    }
    return before > 0 ? 1 - rss / before : 0;
  }

  /** Evaluates other points at a scale: their blurred |r|^2 (light evened out or not), infinity where the program fails. */
  async judge(points: readonly (readonly number[])[], scale: Scale, evened = false): Promise<number[]> {
    const { problem } = this;
    const looks = await problem.look(points, scale);
    return looks.map((look) =>
      look ? sumSquares(problem.features(evened ? problem.evened(look) : look, scale.sigma)) : Number.POSITIVE_INFINITY,
    );
  }
}

function peak(values: Float32Array): number {
  let top = 0;
  for (let i = 0; i < values.length; i++) top = Math.max(top, Math.abs(values[i]!));
  return top;
}

export function sumSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return sum;
}

/** The part of a scan that concerns some members. */
export function pick(scan: Scan, members: readonly number[]): Scan {
  const rows = members.flatMap((k) => {
    const i = scan.members.indexOf(k);
    return i < 0 ? [] : [i];
  });
  return {
    ...scan,
    members: rows.map((i) => scan.members[i]!),
    columns: rows.map((i) => scan.columns[i]!),
    normal: restrict(scan.normal, rows),
  };
}
