import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Evaluated } from "../../../evaluators/columns/column.ts";
import { htmlParts } from "../../../evaluators/columns/html-parts.ts";
import { openChromium } from "../pages/chromium.ts";

let browser: Awaited<ReturnType<typeof openChromium>>;
const folder = mkdtempSync(join(tmpdir(), "viga-html-parts-"));
beforeAll(async () => {
  browser = await openChromium();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

const page = (style: string) => `<html><head><style>${style}</style></head><body><h1>A heading</h1></body></html>`;
/** Rules that differ in a few letters, as those of a framework's grid do. */
const grid = Array.from({ length: 60 }, (_, n) => `.column-${n} { flex: 0 0 auto; width: ${n}%; margin: 0 }`).join(
  "\n",
);

describe("Design2Code's parts of a run", () => {
  it("say where the benchmark's cleaning cut a program, which scores nothing then", async () => {
    const reference = join(folder, "7.html");
    writeFileSync(reference, page(grid));
    const draw = await browser.drawer();
    const column = htmlParts(async () => draw, null);
    const measure = (code: string | null) =>
      column.measure({ code, truth: new Map([["html", reference]]) } as unknown as Evaluated);
    expect(await measure(page(""))).toEqual({
      html_block: expect.closeTo(1, 6),
      html_text: 1,
      html_position: expect.closeTo(1, 6),
      html_colour: expect.closeTo(1, 6),
      html_kept: 1,
    });
    expect(column.notes?.()).toEqual([]);
    const cut = await measure(page(grid));
    expect(cut).toMatchObject({ html_block: 0, html_text: 0, html_position: 0, html_colour: 0 });
    expect(cut.html_kept).toBeLessThan(0.1);
    expect(column.notes?.()).toEqual([expect.stringMatching(/^Design2Code's cleaning cut programs of 7 \(0\.\d % of/)]);
    expect(await measure(null)).toEqual({});
  }, 60_000);
});
