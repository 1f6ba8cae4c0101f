import { z } from "zod";
import type { Difference, Measures, MetricInfo } from "../machines/domain/index.ts";
import type { Evaluator, ReadArtifact } from "./evaluator.ts";
import { comparePictures } from "./pages/compare-pictures.ts";
import { meansOf, partsLoss, pictureMetrics } from "./pages/metric-infos.ts";
import { pairViews } from "./photometric.ts";
import { type CheckedSlide, checkedSlide, checkSlide } from "./slides/checks.ts";

const slideInfo = z.looseObject({ slides: z.array(checkedSlide).optional() });

const fault = (name: string, title: string): MetricInfo => ({
  name,
  label: name,
  title,
  better: "lower",
  unit: "",
  digits: 4,
});

const checkMetrics: MetricInfo[] = [
  fault("overflow", "part of the room that the texts need which their boxes do not have"),
  fault("overlap", "part of the texts' area that is covered"),
  fault("contrast", "part of the letters that stand out too little"),
  fault("leaving", "part of the texts' and pictures' area beyond the slide"),
];

async function checkedSlides(scene: string | undefined, read: ReadArtifact): Promise<CheckedSlide[]> {
  if (scene === undefined) return [];
  const { slides = [] } = slideInfo.parse(JSON.parse((await read(scene)).toString("utf8")));
  return slides.map(checkSlide);
}

/**
 * Slides against target pictures where there are any: the loss is that of pages. Without them the loss is what can be told
 * of the slides alone, as the office has laid them out; each slide of the deck is one view.
 */
export const slides: Evaluator = {
  measurement: { evaluator: "slides", loss: partsLoss, metrics: [partsLoss, ...pictureMetrics, ...checkMetrics] },
  async measure(state, task, read) {
    if (!state.ok) return null;
    const checked = await checkedSlides(state.scene, read);
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
    // Beside a target the engine's own checks tell them.
    const alone = views.length === 0;
    for (const [index, { checks, loss, differences: said }] of alone ? checked.entries() : []) {
      views.push({ name: nameOf(index), loss, metrics: { loss, ...checks } });
      const where = checked.length > 1 ? `${nameOf(index)}: ` : "";
      differences.push(...said.map((one) => ({ text: `${where}${one.text}`, loss: one.loss / checked.length })));
    }
    if (views.length === 0) return null;
    differences.sort((a, b) => b.loss - a.loss);
    return { ...meansOf(views), noise: 0, views, differences: differences.slice(0, 12) };
  },
};
