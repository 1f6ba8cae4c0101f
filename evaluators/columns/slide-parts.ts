import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { MetricInfo } from "../../machines/domain/index.ts";
import { readDeck } from "../slides/deck.ts";
import { scoreSlides } from "../slides/slide-score.ts";
import { deckOf } from "../slides.ts";
import type { Column } from "./column.ts";

const part = (name: string, title: string): MetricInfo => ({
  name,
  label: name.replace("slide_", ""),
  title,
  better: "higher",
  unit: "",
  digits: 4,
});

/** SlideBench's reference-based parts, x100 as its tables print them, against the slide of the data set's deck. */
export const slideParts: Column = {
  metrics: [
    part("slide_match", "area of matched shapes over the area of all, x100"),
    part("slide_text", "likeness of matched texts by their characters, x100; the benchmark takes embeddings of MiniLM"),
    part("slide_colour", "likeness of fills and backgrounds of matched shapes, x100"),
    part("slide_position", "nearness of matched shapes, x100"),
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
    return {
      slide_match: 100 * match,
      slide_text: 100 * text,
      slide_colour: 100 * colour,
      slide_position: 100 * position,
    };
  },
};
