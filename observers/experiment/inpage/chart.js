// A chart: uPlot draws axes, grid and one line; the points are buttons over it, which keyboard and screen readers reach.
const charts = [];

const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Limits around values, with room at both ends. */
function limits(values, log = false) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (log) return [low / 1.4, high * 1.4];
  const room = (high - low || Math.abs(high) || 1) * 0.1;
  return [low - room, high + room];
}

/**
 * Draws a chart into its holder, in place of an older one.
 * `points`: { x, y, low, high (of y, absent: none), text (on the point), told (below the chart), kind, press }
 * `line`: { x, y, stepped }; `x` and `y`: { label, limits, log, text(value) }; `height`: pixels
 */
function drawChart(holder, { x, y, points, line, height = 320 }) {
  holder.firstChild?.remove();
  const told = holder.nextElementSibling;
  told.textContent = "";
  if (points.length === 0) {
    holder.append(make("p", { class: "quiet" }, "There is nothing to draw."));
    return;
  }
  const axis = ({ label, text }, scale) => ({
    scale,
    label,
    stroke: colourOf("--quiet"),
    font: "12px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    labelSize: 24,
    size: scale === "y" ? 54 : 34,
    grid: { stroke: colourOf("--rule"), width: 1 },
    ticks: { show: false },
    values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : text(tick))),
  });
  const scaleOf = ({ limits: range, log }) => ({ time: false, range, ...(log ? { distr: 3 } : {}) });
  const root = make("div", {});
  holder.append(root);
  new uPlot(
    {
      width: Math.max(240, holder.clientWidth),
      height,
      cursor: { show: false },
      legend: { show: false },
      // Only then are the scales known.
      hooks: {
        ready: [
          (plot) => {
            plot.ctx.canvas.setAttribute("aria-hidden", "true");
            for (const point of points) plot.over.append(...pointParts(plot, point, told));
          },
        ],
      },
      scales: { x: scaleOf(x), y: scaleOf(y) },
      axes: [axis(x, "x"), axis(y, "y")],
      series: [
        {},
        {
          stroke: colourOf("--accent"),
          width: 1.5,
          dash: [5, 4],
          points: { show: false },
          ...(line.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
        },
      ],
    },
    [line.x, line.y],
    root,
  );
}

function pointParts(plot, { x, y, low, high, text, told: words, kind, press }, told) {
  const [left, top] = [plot.valToPos(x, "x"), plot.valToPos(y, "y")];
  const button = make("button", { type: "button", class: `point ${kind}`, "aria-label": words }, text);
  Object.assign(button.style, { left: `${left}px`, top: `${top}px` });
  for (const event of ["focus", "mouseenter"]) {
    button.addEventListener(event, () => {
      told.textContent = words;
    });
  }
  button.addEventListener("click", press);
  if (low === undefined) return [button];
  const [from, to] = [plot.valToPos(high, "y"), plot.valToPos(low, "y")];
  const bar = make("i", { class: `bar ${kind}` });
  Object.assign(bar.style, { left: `${left}px`, top: `${from}px`, height: `${to - from}px` });
  return [bar, button];
}

/** Draws at once, and again whenever the page's choice, its width or its colours change. */
function keepDrawn(draw) {
  redraws.push(draw);
  charts.push(draw);
}
let asked = 0;
const drawCharts = () => {
  cancelAnimationFrame(asked);
  asked = requestAnimationFrame(() => {
    for (const draw of charts) draw();
  });
};
addEventListener("resize", drawCharts);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
