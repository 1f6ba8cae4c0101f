import type { Clip } from "../features/clip.ts";
import { cosine } from "../features/library.ts";
import type { PageBlock } from "./block.ts";
import { cleanedPage } from "./clean-prediction.ts";
import { textlessFeatures } from "./clip-part.ts";
import { type DrawCopies, extractBlocks } from "./extract.ts";
import { type PageParts, scorePages } from "./page-score.ts";

/** What a score needs of the reference's page. */
export interface ReferencePage {
  blocks: PageBlock[];
  /** CLIP's features of it without its texts; null: there is no model. */
  features: Float32Array | null;
}

/** Design2Code's parts and, with a CLIP model, its fifth part and its final score. */
export interface OfficialScore extends PageParts {
  /** Cosine of CLIP's features of both pages without their texts. */
  clip?: number;
  /** 0.2 x the sum of the five parts. */
  final?: number;
}

export async function readReference(html: string, draw: DrawCopies, clip: Clip | null): Promise<ReferencePage> {
  const { blocks, picture } = await extractBlocks(html, draw);
  return { blocks, features: clip === null ? null : await textlessFeatures(clip, picture, blocks) };
}

/**
 * A prediction's page, cleaned as the benchmark cleans it, against the reference's. Its texts are painted over in the boxes that
 * the matching joined, the reference's in those that were found, as the benchmark does.
 *
 * @returns the score, and the part of the prediction's characters that the cleaning kept, 1 where it cut none
 */
export async function officialScore(
  html: string,
  { blocks: wanted, features }: ReferencePage,
  draw: DrawCopies,
  clip: Clip | null,
): Promise<{ score: OfficialScore; kept: number }> {
  const { html: cleaned, kept } = cleanedPage(html);
  const { blocks, picture } = await extractBlocks(cleaned, draw);
  const { matched, ...parts } = scorePages(blocks, wanted);
  if (clip === null || features === null) return { score: parts, kept };
  const likeness = cosine(await textlessFeatures(clip, picture, matched.prediction), features);
  const final = 0.2 * (parts.block + parts.text + parts.position + parts.colour + likeness);
  return { score: { ...parts, clip: likeness, final }, kept };
}
