import { z } from "zod";
import { artifactRef, type Difference, type Measures, type MetricInfo } from "../machines/domain/index.ts";
import type { Evaluator, ReadArtifact } from "./evaluator.ts";
import { comparePictures } from "./pages/compare-pictures.ts";
import { meansOf, partsLoss, pictureMetrics } from "./pages/metric-infos.ts";
import { pairViews } from "./photometric.ts";
import { checkSlide } from "./slides/checks.ts";
import { type Deck, readDeck } from "./slides/deck.ts";

/** What is read of scene.json: the deck that the program wrote, as an artifact. */
const slideInfo = z.looseObject({ deck: artifactRef.optional() });

const fault = (name: string, title: string): MetricInfo => ({
  name,
  label: name,
  title,
  better: "lower",
  unit: "",
  digits: 4,
});

const checkMetrics: MetricInfo[] = [
  fault("overflow", "part of the texts' height that has no room, by estimate"),
  fault("overlap", "part of the texts' area that is covered"),
  fault("contrast", "part of the characters that stand out too little"),
  fault("leaving", "part of the shapes' area beyond the slide"),
];

/** The deck that a state wrote; null where scene.json names none. */
export async function deckOf(scene: string | undefined, read: ReadArtifact): Promise<Deck | null> {
  if (scene === undefined) return null;
  const { deck } = slideInfo.parse(JSON.parse((await read(scene)).toString("utf8")));
  return deck === undefined ? null : readDeck(await read(deck), "output.pptx");
}

/**
 * Slides against target pictures where there are any: the loss is that of pages. Without them the loss is what can be told
 * of the shapes alone, and each slide of the deck is one view.
 */
export const slides: Evaluator = {
  measurement: { evaluator: "slides", loss: partsLoss, metrics: [partsLoss, ...pictureMetrics, ...checkMetrics] },
  async measure(state, task, read) {
    if (!state.ok) return null;
    const deck = await deckOf(state.scene, read);
    const checked = (deck?.slides ?? []).map((slide) => checkSlide(deck!, slide));
    const views: Measures["views"] = [];
    const differences: Difference[] = [];
    const nameOf = (index: number) => state.renders[index]?.name ?? `slide${index + 1}`;
    for (const { name, image, target } of pairViews(state.renders, task.targets)) {
      const [render, goal] = await Promise.all([read(image), read(target)]);
      const compared = await comparePictures(
        { name, key: image, bytes: render },
        { name: `target ${name}`, key: target, bytes: goal },
        () => "text",
      );
      const checks = checked[state.renders.findIndex((one) => one.name === name)]?.checks;
      views.push({ ...compared.view, metrics: { ...compared.view.metrics, ...checks } });
      differences.push(...compared.differences);
    }
    const compared = views.length > 0;
    for (const [index, { checks, loss, differences: said }] of checked.entries()) {
      if (!compared) views.push({ name: nameOf(index), loss, metrics: { loss, ...checks } });
      const where = checked.length > 1 ? `${nameOf(index)}: ` : "";
      differences.push(...said.map((one) => ({ text: `${where}${one.text}`, loss: one.loss / checked.length })));
    }
    if (views.length === 0) return null;
    differences.sort((a, b) => b.loss - a.loss);
    return { ...meansOf(views), noise: 0, views, differences: differences.slice(0, 12) };
  },
};
