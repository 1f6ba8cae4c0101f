import { expect, test } from "vitest";
import { pageLiterals } from "../../../../bridge/text/page-literals.ts";
import { Draft } from "../../../../skills/web/solver/draft.ts";
import { type Drawn, sizesOfSome } from "../../../../skills/web/solver/letters.ts";
import type { Box, LivePage, Measured, Texts } from "../../../../skills/web/solver/live-page.ts";
import type { Raster } from "../../../../skills/web/solver/raster.ts";
import { height, paper, write } from "./written.ts";

const found = pageLiterals('<p style="font-size: 40px">a word</p>');
const measured = (boxes: Box[]): Measured => ({
  height,
  boxes,
  kinds: boxes.map(() => 0),
  owners: boxes.map(() => 0),
  moved: [],
});

/** A text that stands in one line at 20 px, as the target shows it, and breaks in two at any other size. */
const isRight = (texts: Texts) => texts.get(0) === "20px";
const layout = (texts: Texts) =>
  measured(
    isRight(texts)
      ? [[10, 10, 40, 10]]
      : [
          [10, 10, 40, 10],
          [10, 30, 40, 10],
        ],
  );
function picture(texts: Texts): Raster {
  const drawn = paper();
  for (const [line, [left, top]] of layout(texts).boxes.entries())
    write(drawn, isRight(texts) ? 1 : 2 + line, left, top);
  return drawn;
}

test("the size of a text is found by which it breaks into other lines", async () => {
  const target = paper();
  write(target, 1, 70, 60);
  let put: Texts = new Map();
  const page = {
    found,
    textOf: (literal: number, texts: Texts) => texts.get(literal) ?? found.literals[literal]!.text,
    put: async (texts: Texts) => {
      put = texts;
    },
    measure: async () => layout(put),
  } as unknown as LivePage;
  const drawPart = async (texts: Texts) => picture(texts);
  const start = layout(put);
  const changed = start.boxes.map(([left, top], item) => [item, left, top, 48, 12] as [number, ...Box]);
  const drawn: Drawn = {
    compared: { target, page, drawPart } as unknown as Drawn["compared"],
    draft: new Draft(page),
    sampled: { measured: start, samples: new Map([[0, [{ factor: 1.2, trial: { height, changed } }]]]) },
    now: picture(put),
    late: () => false,
  };
  expect(await sizesOfSome(drawn)).toEqual([{ literal: 0, text: "20px", gain: 0 }]);
});
