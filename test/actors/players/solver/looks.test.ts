import { describe, expect, test } from "vitest";
import type { Trace } from "../../../../actors/players/solver/knobs.ts";
import { Looks } from "../../../../actors/players/solver/looks.ts";
import type { Edit, Level, Sweeper } from "../../../../actors/players/solver/sweeper.ts";

/** A renderer whose one pixel tells the value of knob 0, the seed and how many pictures came before; knob 0 below zero fails. */
function renderer() {
  const jobs: number[] = [];
  let drawn = 0;
  const sweep: Sweeper["sweep"] = async (_program, _trace, edits, level, _boxes, _hide, seeds) => {
    jobs.push(edits.length);
    const shots = edits.map((edit, v) => {
      const value = edit[0]?.[1] ?? 0;
      return value < 0 ? null : [Float32Array.from([value, seeds?.[v] ?? level.seed, drawn++])];
    });
    return { sizes: [{ width: 1, height: 1 }], shots };
  };
  return { looks: new Looks({ sweep } as unknown as Sweeper, "x = 1", {} as Trace), jobs };
}

const level: Level = { px: 1, samples: 4, seed: 7 };
const at = (value: number): Edit[] => [[0, value]];
const told = async (all: ReturnType<Looks["of"]>) => (await all).map((look) => look && Array.from(look.views[0]!.data));

describe("pictures of a program", () => {
  test("are drawn once for the same numbers, size, samples and seed, also within one request", async () => {
    const { looks, jobs } = renderer();
    const first = await told(looks.of([at(1), at(2), at(1)], level, {}));
    expect(first).toEqual([
      [1, 7, 0],
      [2, 7, 1],
      [1, 7, 0],
    ]);
    expect(await told(looks.of([at(2), at(3)], level, {}))).toEqual([
      [2, 7, 1],
      [3, 7, 2],
    ]);
    expect(jobs).toEqual([2, 1]);
    await looks.of([at(2)], { ...level, samples: 8 }, {});
    await looks.of([at(2)], { ...level, px: 2 }, {});
    expect(jobs).toEqual([2, 1, 1, 1]);
  });

  test("of two seeds differ, and one drawn by its own seed is known at a level of that seed", async () => {
    const { looks, jobs } = renderer();
    expect(await told(looks.of([at(1), at(1)], level, { seeds: [7, 8] }))).toEqual([
      [1, 7, 0],
      [1, 8, 1],
    ]);
    expect(await told(looks.of([at(1)], { ...level, seed: 8 }, {}))).toEqual([[1, 8, 1]]);
    expect(jobs).toEqual([2]);
  });

  test("with things left out or of a part only are never taken for whole ones", async () => {
    const { looks, jobs } = renderer();
    const [whole] = await looks.of([at(1)], level, {});
    await looks.of([at(1)], level, { hide: [["Cup"]] });
    await looks.of([at(1)], level, { boxes: [[{ left: 0, top: 0, right: 1, bottom: 1 }]], under: [whole!] });
    expect(jobs).toEqual([1, 1, 1]);
  });

  test("that failed are null, and are asked for again", async () => {
    const { looks, jobs } = renderer();
    expect(await told(looks.of([at(-1), at(1)], level, {}))).toEqual([null, [1, 7, 0]]);
    expect(await looks.of([at(-1)], level, {})).toEqual([null]);
    expect(jobs).toEqual([2, 1]);
  });

  test("of very many points at once are not remembered", async () => {
    const { looks, jobs } = renderer();
    const many = Array.from({ length: 40 }, (_, i) => at(i));
    await looks.of(many, level, {});
    await looks.of(many, level, {});
    expect(jobs).toEqual([40, 40]);
  });
});
