import { readFile } from "node:fs/promises";
import { VigaError } from "../config/errors.ts";
import { comparePictures } from "./pages/compare-pictures.ts";
import { type Deck, type DeckSlide, readDeck } from "./slides/deck.ts";
import { scoreSlides } from "./slides/slide-score.ts";

export interface Pair {
  prediction: string;
  reference: string;
}

/** Score of one pair of slides or screenshots, as `viga score autopresent|design2code` prints it. */
export interface DocumentScore extends Pair {
  schema: 1;
  /** 1 - the mean of the parts below that a run's loss is made of; null for decks, which a run has no target deck for. */
  loss: number | null;
  /** Parts by name: for decks x100 as SlideBench prints them, for screenshots 0..1. */
  metrics: Record<string, number>;
  /** What differs, the weightiest first. */
  differences: string[];
  /** What a reader of the numbers must know. */
  notes?: string[];
}

async function bytesOf(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new VigaError("not_found", `${what} ${path} cannot be read`, { hint: "check the path", cause });
  }
}

/** A slide by the path of its deck: `deck.pptx:3` is the third, without a number the first. */
async function slideAt(written: string, what: string): Promise<{ deck: Deck; slide: DeckSlide }> {
  const [, path = written, number = "1"] = /^(.*\.pptx):(\d+)$/i.exec(written) ?? [];
  const deck = await readDeck(await bytesOf(path, what), path);
  const slide = deck.slides[Number(number) - 1];
  if (slide === undefined) {
    throw new VigaError("input_invalid", `${what} ${path} has no slide ${number}`, {
      hint: `it has ${deck.slides.length}; ${path}:1 is the first`,
    });
  }
  return { deck, slide };
}

/**
 * SlideBench's reference-based parts of one slide against another. Texts are compared by their characters (difflib), where
 * the benchmark takes embeddings of MiniLM.
 *
 * @throws VigaError not_found, input_invalid
 */
export async function scoreDecks(pair: Pair): Promise<DocumentScore> {
  const score = scoreSlides(await slideAt(pair.prediction, "prediction"), await slideAt(pair.reference, "reference"));
  if (score === null) {
    throw new VigaError("input_invalid", "neither slide has a text or a picture that counts", {
      hint: "SlideBench compares shapes with text and pictures; groups, tables and charts are left out",
    });
  }
  const { match, text, colour, position } = score;
  const metrics = { match: 100 * match, text: 100 * text, colour: 100 * colour, position: 100 * position };
  return { schema: 1, ...pair, loss: null, metrics, differences: [] };
}

/**
 * Two screenshots as a run of design2code measures them; `drawn` is the picture of a path that names a page.
 *
 * @throws VigaError not_found, input_invalid
 */
export async function scoreScreenshots(pair: Pair, drawn?: { path: string; bytes: Buffer }): Promise<DocumentScore> {
  const shown = (path: string, what: string) => (path === drawn?.path ? drawn.bytes : bytesOf(path, what));
  const [prediction, reference] = [
    await shown(pair.prediction, "prediction"),
    await shown(pair.reference, "reference"),
  ];
  const { view, differences } = await comparePictures(
    { name: "prediction", key: pair.prediction, bytes: prediction },
    { name: "reference", key: pair.reference, bytes: reference },
    () => "text",
  );
  const { loss, ...metrics } = view.metrics;
  return { schema: 1, ...pair, loss: loss ?? view.loss, metrics, differences: differences.map(({ text }) => text) };
}
