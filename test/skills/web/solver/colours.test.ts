import { describe, expect, test } from "vitest";
import { pageLiterals } from "../../../../bridge/text/page-literals.ts";
import { colours, markOf } from "../../../../skills/web/solver/guesses.ts";
import type { Raster } from "../../../../skills/web/solver/raster.ts";

const { literals } = pageLiterals("<style>p { color: #804020 }</style><p>x</p>");
const [width, height] = [64, 32];

/** A plain page with strokes of one colour from some row on. */
function strokes(colour: readonly number[], top: number, paper: readonly number[]): Raster {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0; at < width * height; at++) data.set(paper, at * 3);
  for (let y = top; y < top + 6; y++) for (let x = 8; x < 56; x += 8) data.set(colour, (y * width + x) * 3);
  return { width, height, data };
}

const paper = [250, 245, 240];
const guessed = (target: Raster) => colours([0], literals, new Map(), strokes(markOf(0), 4, paper), target);

describe("the colour of a text", () => {
  test("is what the target shows where the text stands", () => {
    expect(guessed(strokes([20, 40, 160], 4, paper)).map(({ text }) => text)).toEqual(["#1428a0"]);
  });

  test("is never that of the paper around it: the text stands elsewhere in the target", () => {
    expect(guessed(strokes([20, 40, 160], 20, paper))).toEqual([]);
  });
});
