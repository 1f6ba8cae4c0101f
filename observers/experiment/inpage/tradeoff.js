// Quality against cost or time, with the cells that no other beats in both.
const measures = {
  usd: { label: "mean cost of a run, US $", text: (value) => `$${Number(value.toPrecision(3))}` },
  seconds: { label: "mean time of a run, seconds", text: (value) => `${Number(value.toPrecision(3))} s` },
};
const measureSelect = byId("measure");

/** Cells of which no other has at least their gain for no more: in the order of what they take. */
function paretoFront(cells, key) {
  const front = [];
  for (const cell of cells.toSorted((a, b) => a[key] - b[key] || b.gain.mean - a.gain.mean)) {
    if (front.length === 0 || cell.gain.mean > front.at(-1).gain.mean) front.push(cell);
  }
  return front;
}

function drawTradeoff() {
  const key = measureSelect.value;
  const { label, text } = measures[key];
  const cells = data.cells.filter((cell) => isShown(cell.id) && cell.gain !== null && cell[key] !== null);
  const front = paretoFront(cells, key);
  const xs = cells.map((cell) => cell[key]);
  const log = xs.length > 0 && Math.min(...xs) > 0 && Math.max(...xs) / Math.min(...xs) > 20;
  const x = { label, log, text, limits: limits(xs, log) };
  const y = {
    label: `share of the start's ${data.loss} taken away`,
    text: wholePercent,
    limits: limits(cells.flatMap(({ gain }) => [gain.low, gain.high])),
  };
  // Those of the front come last and so lie on top.
  const drawn = cells.toSorted((one, other) => front.includes(one) - front.includes(other));
  const points = drawn.map((cell) => ({
    x: cell[key],
    y: cell.gain.mean,
    low: cell.gain.low,
    high: cell.gain.high,
    text: String(cell.rank),
    told: `${cell.rank}: ${cell.label}: ${percent(cell.gain.mean)} (${percent(cell.gain.low)} to ${percent(cell.gain.high)}) for ${text(cell[key])}${front.includes(cell) ? "; on the front" : ""}`,
    kind: front.includes(cell) ? "front" : "behind",
    press: () => choose(cell.id),
  }));
  const last = front.at(-1);
  const line = {
    x: [...front.map((cell) => cell[key]), ...(last ? [x.limits[1]] : [])],
    y: [...front.map(({ gain }) => gain.mean), ...(last ? [last.gain.mean] : [])],
    stepped: true,
  };
  drawChart(byId("tradeoff"), { x, y, points, line });
  byId("front").textContent =
    front.length === 0
      ? "No shown cell has a finished run."
      : `On the Pareto front (no shown cell gains as much for less): ${front.map(({ rank, label: name }) => `${rank} ${name}`).join(", ")}.`;
}

keepDrawn(drawTradeoff);
measureSelect.addEventListener("change", drawTradeoff);
