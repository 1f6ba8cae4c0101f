import { expect, test } from "vitest";
import { pageLiterals } from "../../../../bridge/text/page-literals.ts";
import type { Texts } from "../../../../skills/web/solver/live-page.ts";
import { rounded, tidy } from "../../../../skills/web/solver/tidy.ts";

const { literals } = pageLiterals("<style>p { width: 100px; margin: 7px; color: #123456 }</style><p>x</p>");
const [width, margin] = [0, 1];
/** The page is right at a width of 120 px; the margin changes nothing. */
const lossOf = (texts: Texts) => Math.abs(Number.parseFloat(texts.get(width) ?? "100") - 120) / 100;

test("what was moved for nothing is taken back, and numbers become the round ones that are as good", async () => {
  const texts = new Map([
    [margin, "9.3px"],
    [width, "119.84px"],
  ]);
  const found = await tidy({ texts, loss: lossOf(texts) }, literals, async (tried) => lossOf(tried));
  expect([...found.texts]).toEqual([[width, "120px"]]);
  expect(found.loss).toBe(0);
});

test("nothing changes when no time is left", async () => {
  const texts = new Map([[width, "119.84px"]]);
  const found = { texts, loss: lossOf(texts) };
  expect(await tidy(found, literals, async () => null)).toEqual(found);
});

test("a set of numbers is rounded whole, and colours stay what they are", () => {
  const texts = new Map([
    [width, "119.84px"],
    [margin, "6.97px"],
    [2, "#654321"],
  ]);
  expect([...rounded(texts, literals).values()]).toEqual(["120px", "7px", "#654321"]);
});
