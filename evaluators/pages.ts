import { z } from "zod";
import type { MetricInfo } from "../machines/domain/index.ts";
import type { Evaluator } from "./evaluator.ts";
import { textRatio } from "./matching/ratio.ts";
import { comparePictures } from "./pages/compare-pictures.ts";
import type { KindOf } from "./pages/differences.ts";
import { meansOf, partsLoss, pictureMetrics } from "./pages/metric-infos.ts";
import { pairViews, pl } from "./photometric.ts";
import { pageLoss } from "./pictures/page-loss.ts";

/** What is read of scene.json: which tag has which text. */
const pageInfo = z.looseObject({
  elements: z.array(z.looseObject({ tag: z.string(), text: z.string().optional() })).optional(),
});

const kinds: Record<string, string> = {
  a: "link",
  button: "button",
  li: "list item",
  td: "table cell",
  th: "table cell",
  label: "label",
  figcaption: "caption",
};

/** Kinds of the page's texts by its elements; a line that was read is found by its likeness to an element's text. */
function kindsOf(scene: Buffer | null): KindOf {
  const parsed = scene === null ? null : pageInfo.safeParse(parsedJson(scene));
  const texts = (parsed?.success ? (parsed.data.elements ?? []) : []).flatMap(({ tag, text }) =>
    text === undefined ? [] : [{ tag, text: text.toLowerCase() }],
  );
  return (line) => {
    const holder =
      texts.find(({ text }) => text.includes(line)) ?? texts.find(({ text }) => textRatio(line, text) > 0.8);
    if (holder === undefined) return "text";
    return /^h[1-6]$/.test(holder.tag) ? "heading" : (kinds[holder.tag] ?? "text");
  };
}

function parsedJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    // Not JSON: then nothing is known of the elements, and texts are called texts.
    return null;
  }
}

const parts: MetricInfo = { ...partsLoss, name: "parts", label: "parts" };

/**
 * Pages against screenshots. A run minimises the pixels: pages are drawn without noise, while the colour that is read off a
 * line of letters changes with where their edges fall between pixels, by more than a right correction brings. The parts (what
 * text stands where in which colour) are measured beside them, and tell what differs in words.
 */
export const pages: Evaluator = {
  measurement: {
    evaluator: "pages",
    loss: pl,
    metrics: [pl, parts, ...pictureMetrics.filter((info) => info !== pl)],
  },
  async measure(state, task, read) {
    const pairs = pairViews(state.renders, task.targets);
    if (!state.ok || pairs.length === 0) return null;
    const kindOf = kindsOf(state.scene === undefined ? null : await read(state.scene));
    const compared = [];
    for (const { name, image, target } of pairs) {
      const [render, goal] = await Promise.all([read(image), read(target)]);
      const { view, differences, ...drawn } = await comparePictures(
        { name, key: image, bytes: render },
        { name: `target ${name}`, key: target, bytes: goal },
        kindOf,
      );
      const pixels = pageLoss(drawn.image, drawn.goal);
      const { loss, ...rest } = view.metrics;
      compared.push({
        view: { name, loss: pixels.pl, metrics: { ...rest, pl: pixels.pl, ssim: pixels.ssim, parts: loss! } },
        differences,
      });
    }
    const views = compared.map(({ view }) => view);
    const differences = compared
      .flatMap((one) => one.differences.map((each) => ({ ...each, loss: each.loss / compared.length })))
      .sort((a, b) => b.loss - a.loss)
      .slice(0, 12);
    return { ...meansOf(views), noise: 0, views, differences };
  },
};
