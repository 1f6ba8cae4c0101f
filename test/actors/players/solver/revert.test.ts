import { expect, test } from "vitest";
import { at } from "../../../../actors/players/solver/problem.ts";
import { revert } from "../../../../actors/players/solver/revert.ts";
import { blobFitter, names } from "./blobs.ts";

const goal = [0.3, 0.4, 0.7, 0.7, 0.6, 1, 0];
const start = [0.5, 0.4, 0.7, 0.7, 0.6, 1, 0];
const knob = (name: (typeof names)[number]) => names.indexOf(name);
const scale = at(64, 16, 4, 1.2);

test("numbers that explain nothing once others are right go back to the program's own, those that explain stay", async () => {
  const fitter = await blobFitter(start, goal);
  // "ax" has found its place; "by" was moved a little to make up for it.
  fitter.moveTo([0.3, 0.4, 0.7, 0.7, 0.62, 1, 0]);
  const returned = await revert(fitter, [[knob("ax")], [knob("by")]], scale);
  expect(returned).toEqual([knob("by")]);
  expect(fitter.moved()).toEqual([knob("ax")]);
});

test("what explains the picture stays, and nothing is asked of no numbers", async () => {
  const fitter = await blobFitter(start, goal);
  fitter.moveTo([0.3, 0.4, 0.7, 0.7, 0.6, 1, 0]);
  expect(await revert(fitter, [[knob("ax")]], scale)).toEqual([]);
  expect(await revert(fitter, [], scale)).toEqual([]);
  expect(fitter.moved()).toEqual([knob("ax")]);
});
