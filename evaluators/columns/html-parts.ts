import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { MetricInfo } from "../../machines/domain/index.ts";
import type { Clip } from "../features/clip.ts";
import { keptWords, whyCut } from "../pages/clean-prediction.ts";
import type { DrawCopies } from "../pages/extract.ts";
import { officialScore, type ReferencePage, readReference } from "../pages/official-score.ts";
import type { Column } from "./column.ts";

const part = (name: string, title: string): MetricInfo => ({
  name: `html_${name}`,
  label: `${name} (from HTML)`,
  title,
  better: "higher",
  unit: "",
  digits: 4,
});

/** What the benchmark's cleaning keeps of a program, 0..1: no measure of it, but why the others may be low. */
export const htmlKept = "html_kept";

/**
 * Design2Code's own parts, from the program's page and the task's page (`html`), both drawn anew; with a CLIP model its fifth
 * part and its final score too.
 *
 * @param drawBeside what draws pages with the pictures that lie beside this reference
 */
export function htmlParts(
  drawBeside: (reference: string) => Promise<DrawCopies>,
  model: { clip: Clip; name: string } | null,
): Column {
  const clip = model?.clip ?? null;
  // A chosen program comes again at final quality, and runs of one task share its page.
  const found = new Map<string, Promise<Record<string, number>>>();
  const pages = new Map<string, Promise<ReferencePage>>();
  const cut = new Map<string, number>();
  const pageOf = async (reference: string, draw: DrawCopies) =>
    readReference(await readFile(reference, "utf8"), draw, clip);
  const measure = async (code: string, reference: string) => {
    const draw = await drawBeside(reference);
    const page = pages.get(reference) ?? pageOf(reference, draw);
    pages.set(reference, page);
    const { score, kept } = await officialScore(code, await page, draw, clip);
    const id = basename(reference, ".html");
    if (kept < 1) cut.set(id, Math.min(kept, cut.get(id) ?? 1));
    const numbers = Object.fromEntries(Object.entries(score).map(([name, value]) => [`html_${name}`, value]));
    return { ...numbers, [htmlKept]: kept };
  };
  return {
    metrics: [
      part("block", "Design2Code's block match (its size score): area of matched blocks over the area of all"),
      part("text", "Design2Code's likeness of matched texts"),
      part("position", "Design2Code's nearness of matched blocks; may fall below 0"),
      part("colour", "Design2Code's likeness of matched blocks' colours"),
      ...(model === null
        ? []
        : [
            part(
              "clip",
              `Design2Code's CLIP part, by ${model.name}: cosine of both pages' features, texts painted over`,
            ),
            part("final", "Design2Code's score: 0.2 x the sum of its five parts"),
          ]),
    ],
    async measure({ code, truth }) {
      const reference = truth.get("html");
      if (code === null || reference === undefined) return {};
      const key = `${reference}\n${code}`;
      const numbers = found.get(key) ?? measure(code, reference);
      found.set(key, numbers);
      return numbers;
    },
    notes: () =>
      cut.size === 0
        ? []
        : [
            `Design2Code's cleaning cut programs of ${[...cut].map(([id, kept]) => `${id} (${keptWords(kept)})`).join(", ")} ${whyCut}`,
          ],
  };
}
