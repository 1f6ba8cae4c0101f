import type { Trace } from "./knobs.ts";
import type { Box, Picture } from "./pictures.ts";
import type { Edit, Level, Sweeper } from "./sweeper.ts";

/** Unblurred pictures of a point, one per view. */
export interface Look {
  readonly views: readonly Picture[];
}

/** What is asked of pictures beside their numbers, per point. */
export interface Ask {
  /** The part of each view that is rendered, null for all of it; the rest is taken from `under`. */
  readonly boxes?: readonly (readonly (Box | null)[] | null)[] | undefined;
  /** One look for each point, or the first point's for all. */
  readonly under?: "first" | readonly Look[];
  /** Names of objects left out. */
  readonly hide?: readonly (readonly string[] | null)[];
  /** Each point's seed instead of the level's. */
  readonly seeds?: readonly number[];
}

/** Whole pictures that are remembered: the fit asks for the same point at the same scale again and again. */
const remembered = 64;

/** A request with more whole pictures than this keeps none of them: derivatives of many numbers are asked for once. */
const atOnce = 12;

/** Pictures of one program with some numbers changed. What was drawn whole is drawn once: an engine job costs a run of the program. */
export class Looks {
  private readonly sweeper: Sweeper;
  private readonly program: string;
  private readonly trace: Trace;
  private readonly known = new Map<string, Look>();

  constructor(sweeper: Sweeper, program: string, trace: Trace) {
    this.sweeper = sweeper;
    this.program = program;
    this.trace = trace;
  }

  /** Null where the program failed. */
  async of(edits: readonly (readonly Edit[])[], level: Level, ask: Ask): Promise<(Look | null)[]> {
    const found: (Look | null)[] = edits.map(() => null);
    const whole = edits.map((_, v) => !ask.boxes?.[v]?.some((box) => box !== null) && !ask.hide?.[v]?.length);
    const few = whole.filter(Boolean).length <= atOnce;
    const keys = edits.map((edit, v) => (few && whole[v] ? keyOf(edit, level, ask.seeds?.[v] ?? level.seed) : null));
    const missing = keys.flatMap((key, v) => {
      const known = key === null ? undefined : this.known.get(key);
      if (known === undefined) return [v];
      found[v] = known;
      return [];
    });
    // Points that are asked for twice in one request are drawn once as well.
    const drawn = missing.filter((v) => keys[v] === null || keys.indexOf(keys[v]!) === v);
    if (drawn.length > 0) await this.draw(edits, level, ask, drawn, found);
    for (const v of missing) {
      const key = keys[v]!;
      if (key === null) continue;
      found[v] = found[keys.indexOf(key)]!;
      if (found[v]) this.remember(key, found[v]);
    }
    return found;
  }

  private async draw(
    edits: readonly (readonly Edit[])[],
    level: Level,
    { boxes, under, hide, seeds }: Ask,
    drawn: readonly number[],
    found: (Look | null)[],
  ): Promise<void> {
    const of = <T>(list: readonly T[] | undefined) => list && drawn.map((v) => list[v]!);
    const sweep = await this.sweeper.sweep(this.program, this.trace, of(edits)!, level, of(boxes), of(hide), of(seeds));
    for (const [i, shot] of sweep.shots.entries()) {
      const v = drawn[i]!;
      if (!shot) continue;
      const below = under === "first" ? found[0] : under?.[v];
      const views = shot.map((data, view): Picture => {
        const box = boxes?.[v]?.[view] ?? null;
        const { width, height } = sweep.sizes[view]!;
        if (!box || !below) return { width, height, data };
        const whole = Float32Array.from(below.views[view]!.data);
        const row = (box.right - box.left) * 3;
        for (let y = box.top; y < box.bottom; y++) {
          whole.set(data.subarray((y - box.top) * row, (y - box.top + 1) * row), (y * width + box.left) * 3);
        }
        return { width, height, data: whole };
      });
      found[v] = { views };
    }
  }

  private remember(key: string, look: Look): void {
    this.known.delete(key);
    this.known.set(key, look);
    if (this.known.size > remembered) this.known.delete(this.known.keys().next().value!);
  }
}

const keyOf = (edits: readonly Edit[], { px, samples, area, exact }: Level, seed: number): string =>
  JSON.stringify([px, samples, seed, area ?? false, exact ?? false, edits]);
