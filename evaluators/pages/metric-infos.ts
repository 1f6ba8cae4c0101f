import type { Measures, MetricInfo } from "../../machines/domain/index.ts";
import { pl, structural } from "../photometric.ts";

const share = (name: string, label: string, title: string): MetricInfo => ({
  name,
  label,
  title,
  better: "higher",
  unit: "",
  digits: 4,
});

/** What a run on pages or slides minimises. */
export const partsLoss: MetricInfo = {
  name: "loss",
  label: "loss",
  title: "1 - the mean of the parts that exist",
  better: "lower",
  unit: "",
  digits: 4,
};

/** The parts of a picture of text against its target, and the pixels' own measures. */
export const pictureMetrics: MetricInfo[] = [
  share("block", "block", "area of matched texts over the area of all"),
  share("text", "text", "likeness of matched texts"),
  share("position", "position", "likeness of the matched texts' places"),
  share("colour", "colour", "likeness of the matched texts' colours"),
  share("pixels", "pixels", "1 - root mean squared error"),
  pl,
  structural,
];

/** Means over views, of each metric over the views that have it. */
export function meansOf(views: Measures["views"]): Pick<Measures, "loss" | "metrics"> {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const names = new Set(views.flatMap(({ metrics }) => Object.keys(metrics)));
  const metrics = Object.fromEntries(
    [...names].map((name) => [name, mean(views.flatMap((view) => view.metrics[name] ?? []))]),
  );
  return { loss: mean(views.map(({ loss }) => loss)), metrics };
}
