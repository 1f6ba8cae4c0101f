import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { artifactRef, type MetricInfo } from "../../machines/domain/index.ts";
import type { ReadArtifact } from "../evaluator.ts";
import type { Sentences } from "../features/sentences.ts";
import { type Deck, readDeck } from "../slides/deck.ts";
import { type SlideScore, scoreSlides } from "../slides/slide-score.ts";
import type { Column } from "./column.ts";

const part = (name: string, title: string): MetricInfo => ({
  name,
  label: name.replace("slide_", ""),
  title,
  better: "higher",
  unit: "",
  digits: 4,
});

const slideInfo = z.looseObject({ deck: artifactRef.optional() });

/** The deck that a state wrote; null where scene.json names none. */
async function deckOf(scene: string | undefined, read: ReadArtifact): Promise<Deck | null> {
  if (scene === undefined) return null;
  const { deck } = slideInfo.parse(JSON.parse((await read(scene)).toString("utf8")));
  return deck === undefined ? null : readDeck(await read(deck), "output.pptx");
}

/**
 * SlideBench's reference-based parts, x100 as its tables print them, against the slide of the data set's deck. `slide_minilm`
 * is the benchmark's own text part, where a sentence model was given.
 */
export const slideParts = (sentences: Sentences | null): Column => ({
  metrics: [
    part("slide_minilm", "cosine of the embeddings of matched texts, x100"),
    part("slide_match", "area of matched shapes over the area of all, x100"),
    part("slide_text", "likeness of matched texts by their characters, x100"),
    part("slide_colour", "likeness of fills and backgrounds of matched shapes, x100"),
    part("slide_position", "nearness of matched shapes, x100"),
    part("slide_overall", "mean of match, text (by embeddings where a sentence model was given), colour and position"),
  ],
  async measure({ state, read, truth, source }) {
    const [path, number] = [truth.get("pptx"), /^slide_(\d+)$/.exec(basename(source ?? ""))?.[1]];
    if (path === undefined || number === undefined) return {};
    const [generated, reference] = [await deckOf(state.scene, read), await readDeck(await readFile(path), path)];
    const [slide, wanted] = [generated?.slides[0], reference.slides[Number(number) - 1]];
    if (generated === null || slide === undefined || wanted === undefined) return {};
    const score = scoreSlides({ deck: generated, slide }, { deck: reference, slide: wanted });
    if (score === null) return {};
    const { match, text, colour, position } = score;
    const embedded = sentences === null ? null : await textByEmbedding(score, sentences);
    return {
      slide_match: 100 * match,
      slide_text: 100 * text,
      slide_colour: 100 * colour,
      slide_position: 100 * position,
      slide_overall: 25 * (match + (embedded ?? text) + colour + position),
      ...(embedded === null ? {} : { slide_minilm: 100 * embedded }),
    };
  },
});

/** Mean cosine over matched texts, those left out of which one is empty; 1 where none is left, as the benchmark has it. */
async function textByEmbedding({ generated, reference, pairs }: SlideScore, sentences: Sentences): Promise<number> {
  const found: number[] = [];
  for (const pair of pairs) {
    const [one, other] = [generated[pair.generated]?.text ?? "", reference[pair.reference]?.text ?? ""];
    if (one.trim() === "" || other.trim() === "") continue;
    found.push(await sentences.likeness(one, other));
  }
  return found.length === 0 ? 1 : found.reduce((sum, value) => sum + value, 0) / found.length;
}
