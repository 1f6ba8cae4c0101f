import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { MetricInfo } from "../../machines/domain/index.ts";
import { cleanedPage } from "../pages/clean-prediction.ts";
import { type DrawPage, extractBlocks } from "../pages/extract.ts";
import { scorePages } from "../pages/page-score.ts";
import type { Column } from "./column.ts";

const part = (name: string, title: string): MetricInfo => ({
  name: `html_${name}`,
  label: `${name} (from HTML)`,
  title,
  better: "higher",
  unit: "",
  digits: 4,
});

/**
 * Design2Code's own parts, from the blocks of the program's page and of the task's page (`html`), both drawn anew.
 *
 * @param drawBeside what draws pages with the pictures that lie beside this reference
 */
export function htmlParts(drawBeside: (reference: string) => Promise<DrawPage>): Column {
  // A chosen program comes again at final quality, and runs of one task share its page.
  const found = new Map<string, Promise<Record<string, number>>>();
  const pages = new Map<string, ReturnType<typeof extractBlocks>>();
  const cut = new Set<string>();
  const blocksOf = async (reference: string, draw: DrawPage) => extractBlocks(await readFile(reference, "utf8"), draw);
  const score = async (code: string, reference: string) => {
    const draw = await drawBeside(reference);
    const page = pages.get(reference) ?? blocksOf(reference, draw);
    pages.set(reference, page);
    const wanted = (await page).blocks;
    const { html, cut: isCut } = cleanedPage(code);
    if (isCut) cut.add(basename(reference, ".html"));
    const { block, text, position, colour } = scorePages((await extractBlocks(html, draw)).blocks, wanted);
    return { html_block: block, html_text: text, html_position: position, html_colour: colour };
  };
  return {
    metrics: [
      part("block", "Design2Code's block match (its size score): area of matched blocks over the area of all"),
      part("text", "Design2Code's likeness of matched texts"),
      part("position", "Design2Code's nearness of matched blocks; may fall below 0"),
      part("colour", "Design2Code's likeness of matched blocks' colours"),
    ],
    async measure({ code, truth }) {
      const reference = truth.get("html");
      if (code === null || reference === undefined) return {};
      const key = `${reference}\n${code}`;
      const numbers = found.get(key) ?? score(code, reference);
      found.set(key, numbers);
      return numbers;
    },
    notes: () =>
      cut.size === 0
        ? []
        : [
            `Design2Code's cleaning cut programs of ${[...cut].join(", ")} short, as the benchmark's would: their text, style sheets included, repeats itself`,
          ],
  };
}
