import { readFileSync } from "node:fs";
import type { PageBlock } from "../../../evaluators/pages/block.ts";
import { casesFolder, measureFixtures } from "../cases.ts";

/** A pair of pages with the blocks and scores of the benchmark's own code. */
export interface GoldenPair {
  method: string;
  page: string;
  block: number;
  text: number;
  position: number;
  colour: number;
  prediction: PageBlock[];
  reference: PageBlock[];
  /** The prediction's boxes after the matching joined neighbours; where the file holds them. */
  joined?: PageBlock["box"][];
}

interface Fixture {
  ratios: [string, string, number][];
  assignments: { cost: number[][]; row: number[]; col: number[] }[];
  colours: { rgb1: [number, number, number]; rgb2: [number, number, number]; delta_e: number }[];
  pages: GoldenPair[];
}

/** What travels with the repository. */
export const fixture = JSON.parse(readFileSync(`${measureFixtures}pages.json`, "utf8")) as Fixture;

export const goldenFile = "design2code/golden/golden_visual_score.json";

interface OriginalBlock {
  text: string;
  bbox: [number, number, number, number];
  color: [number, number, number];
}

interface OriginalPair {
  method: string;
  page: string;
  size: number;
  text: number;
  position: number;
  color: number;
  pred_blocks_raw: OriginalBlock[];
  ref_blocks_raw: OriginalBlock[];
  merged: { pred: OriginalBlock[] };
}

/** Every pair of the cases folder: set A without cleaning of the prediction, set B with it. */
export function goldenPairs(set: "A" | "B"): GoldenPair[] {
  const file = JSON.parse(readFileSync(casesFolder + goldenFile, "utf8")) as Record<"A" | "B", OriginalPair[]>;
  const blocks = (list: OriginalBlock[]) => list.map(({ text, bbox, color }) => ({ text, box: bbox, colour: color }));
  return file[set].map((pair) => ({
    method: pair.method,
    page: pair.page,
    block: pair.size,
    text: pair.text,
    position: pair.position,
    colour: pair.color,
    prediction: blocks(pair.pred_blocks_raw),
    reference: blocks(pair.ref_blocks_raw),
    joined: pair.merged.pred.map(({ bbox }) => bbox),
  }));
}
