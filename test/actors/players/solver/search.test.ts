import { describe, expect, test } from "vitest";
import { coordinates } from "../../../../actors/players/solver/coordinates.ts";
import { Fitter } from "../../../../actors/players/solver/fitter.ts";
import { decode } from "../../../../actors/players/solver/pictures.ts";
import { at, Problem } from "../../../../actors/players/solver/problem.ts";
import { misplaced, searchPlaces } from "../../../../actors/players/solver/search.ts";
import { Sweeper } from "../../../../actors/players/solver/sweeper.ts";
import { blobStage, program } from "./blobs.ts";

const goal = [0.25, 0.3, 0.7, 0.7, 0.75, 1, 0];
const scale = at(64, 8, 4, 1.2);

/** A fitter at `start`, against a picture of `goal`. */
async function fitterAt(start: readonly number[]): Promise<Fitter> {
  const { stage } = await blobStage(start, goal);
  const sweeper = new Sweeper(stage.io, stage.io.views);
  const code = program(start);
  const [knobs, trace] = [await sweeper.knobs(code), await sweeper.trace(code)];
  const target = await decode(await stage.io.bytes(stage.context.task.targets[0]!.image));
  return new Fitter(new Problem(sweeper, code, knobs, trace, coordinates(knobs, trace), [target]), () => {});
}

describe("looking for things again", () => {
  test("only the thing that stands elsewhere in the target is suspected", async () => {
    const fitter = await fitterAt([0.25, 0.3, 0.7, 0.45, 0.75, 1, 0]);
    expect((await misplaced(fitter, scale)).map((thing) => thing.name)).toEqual(["b"]);
  });

  test("nothing is suspected where the pictures already match", async () => {
    expect(await misplaced(await fitterAt(goal), scale)).toEqual([]);
  });

  test("a thing too far off for a gradient is found, and those not asked for stay", async () => {
    const fitter = await fitterAt([0.25, 0.3, 0.7, 0.45, 0.75, 1, 0]);
    const before = [...fitter.point];
    const moved = await searchPlaces(fitter, scale, 2, await misplaced(fitter, scale));
    expect(moved).toContain(3);
    expect(Math.abs(fitter.problem.value(3, fitter.point[3]!) - 0.7)).toBeLessThan(0.12);
    expect(fitter.point.slice(0, 3)).toEqual(before.slice(0, 3));
  });
});
