import { lossText } from "../text.ts";
import { html, type Markup } from "./html.ts";

export interface CurvePoint {
  t: number;
  /** Null: the program failed. */
  loss: number | null;
  /** The verifier's judgement, 0 to 100; null where it gave none. */
  similarity?: number | null;
}

const [width, height] = [920, 240];
const margin = { left: 62, right: 34, top: 14, bottom: 30 };

interface Scale {
  y: (loss: number) => number;
  ticks: number[];
}

/** Logarithmic when losses span more than a factor of 20, else from zero. */
function scaleOf(losses: number[]): Scale {
  const top = Math.max(...losses, 1e-9);
  const least = Math.max(1e-9, Math.min(...losses));
  const span = height - margin.top - margin.bottom;
  if (top / least > 20) {
    const low = Math.floor(Math.log10(least));
    const high = Math.log10(top * 1.05);
    const y = (loss: number) =>
      margin.top + span * (1 - (Math.log10(Math.max(loss, 10 ** low)) - low) / Math.max(1e-9, high - low));
    return { y, ticks: Array.from({ length: Math.floor(high) - low + 1 }, (_, i) => 10 ** (low + i)) };
  }
  const rough = top / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((f) => f * unit).find((s) => s >= rough) ?? rough;
  const ticks = Array.from({ length: Math.floor((top * 1.001) / step) + 1 }, (_, i) => i * step);
  return { y: (loss) => margin.top + span * (1 - loss / (top * 1.05)), ticks };
}

const px = (value: number) => Math.round(value * 10) / 10;

/** Similarities as a dashed line on a scale of their own, 0 to 100 from the floor to the top. */
function similarityLine(points: CurvePoint[], x: (t: number) => number): Markup | null {
  const judged = points.flatMap(({ t, similarity }) => (similarity == null ? [] : [{ t, similarity }]));
  if (judged.length === 0) return null;
  const span = height - margin.top - margin.bottom;
  const y = (similarity: number) => px(margin.top + span * (1 - Math.min(100, Math.max(0, similarity)) / 100));
  const line = judged.map((p, i) => `${i === 0 ? "M" : "L"}${px(x(p.t))} ${y(p.similarity)}`).join("");
  return html`<g class="similarity"><path d="${line}"/>${judged.map(
    (p) =>
      html`<circle cx="${px(x(p.t))}" cy="${y(p.similarity)}" r="2.5"><title>round ${p.t}: similarity ${p.similarity.toFixed(0)} of 100</title></circle>`,
  )}${[0, 50, 100].map((tick) => html`<text x="${width - 2}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`)}</g>`;
}

/**
 * The loss of every round as an SVG: a point per round that leads to it, the best so far as steps, failures below; the
 * verifier's similarity beside it.
 */
export function lossCurve(points: CurvePoint[], bestT: number | null): Markup {
  const measured = points.filter((p): p is { t: number; loss: number } => p.loss !== null);
  if (measured.length === 0) return html`<p class="quiet">No round has a loss.</p>`;
  const { y, ticks } = scaleOf(measured.map((p) => p.loss));
  const [first, last] = [points[0]!.t, points.at(-1)!.t];
  const x = (t: number) =>
    margin.left + ((width - margin.left - margin.right) * (t - first)) / Math.max(1, last - first);
  const floor = height - margin.bottom;
  const line = measured.map((p, i) => `${i === 0 ? "M" : "L"}${px(x(p.t))} ${px(y(p.loss))}`).join("");
  let best = Number.POSITIVE_INFINITY;
  const steps = measured
    .map((p, i) => {
      const before = best;
      best = Math.min(best, p.loss);
      return i === 0 ? `M${px(x(p.t))} ${px(y(best))}` : `L${px(x(p.t))} ${px(y(before))}L${px(x(p.t))} ${px(y(best))}`;
    })
    .join("");
  const every = Math.max(1, Math.ceil((last - first) / 20));
  const radius = points.length > 60 ? 2.5 : 4;
  const judged = points.some(({ similarity }) => similarity != null);
  return html`<svg class="curve" viewBox="0 0 ${width} ${height}" role="img" aria-label="loss per round">
${ticks.map((tick) => html`<g class="tick"><line x1="${margin.left}" x2="${width - margin.right}" y1="${px(y(tick))}" y2="${px(y(tick))}"/><text x="${margin.left - 8}" y="${px(y(tick) + 4)}" text-anchor="end">${lossText(tick)}</text></g>`)}
${points.filter((p) => (p.t - first) % every === 0).map((p) => html`<text class="label" x="${px(x(p.t))}" y="${height - 8}" text-anchor="middle">${p.t}</text>`)}
${similarityLine(points, x)}
<path class="steps" d="${steps}"/><path class="line" d="${line}"/>
${points.map((p) =>
  p.loss === null
    ? html`<a href="#round-${p.t}"><text class="failure" x="${px(x(p.t))}" y="${floor - 3}" text-anchor="middle">×<title>round ${p.t}: failed</title></text></a>`
    : html`<a href="#round-${p.t}"><circle class="${p.t === bestT ? "best" : "point"}" cx="${px(x(p.t))}" cy="${px(y(p.loss))}" r="${p.t === bestT ? radius + 2 : radius}"><title>round ${p.t}: ${lossText(p.loss)}</title></circle></a>`,
)}
</svg>${judged && html`<p class="quiet legend"><span class="steps"></span> best loss so far, left scale <span class="similarity"></span> the verifier's similarity, right scale, 100 is equal</p>`}`;
}
