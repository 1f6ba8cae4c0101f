// A against B: a point for each task and seed that both finished.
function pairsOf(a, b) {
  const ofB = new Map(data.runs.filter(({ cell }) => cell === b).map((run) => [run.item, run]));
  return data.runs
    .filter(({ cell, item, gain }) => cell === a && gain !== null && (ofB.get(item)?.gain ?? null) !== null)
    .map(({ item, gain }) => ({ item, a: gain, b: ofB.get(item).gain }));
}

const kindOf = (pair) => (pair.a > pair.b ? "a-better" : pair.b > pair.a ? "b-better" : "equal");

/** Shows a task's card and puts the keyboard there. */
function goToItem(item) {
  const card = all("[data-item]").find((one) => one.dataset.item === item);
  card?.scrollIntoView({ block: "start" });
  card?.focus({ preventScroll: true });
}

function drawScatter() {
  const [a, b] = [cellOf.get(selectA.value), cellOf.get(selectB.value)];
  const pairs = a && b ? pairsOf(a.id, b.id) : [];
  const [low, high] = pairs.length === 0 ? [0, 1] : limits(pairs.flatMap((pair) => [pair.a, pair.b]));
  const points = pairs.map((pair) => ({
    x: pair.b,
    y: pair.a,
    text: "",
    told: `${pair.item}: A ${percent(pair.a)}, B ${percent(pair.b)}`,
    kind: kindOf(pair),
    press: () => goToItem(pair.item),
  }));
  const axis = (name, cell) => ({ label: `${name}: ${cell?.label}`, text: wholePercent, limits: [low, high], log: false });
  drawChart(byId("scatter"), { x: axis("B", b), y: axis("A", a), points, line: { x: [low, high], y: [low, high], stepped: false }, height: 420 });
  const count = (kind) => pairs.filter((pair) => kindOf(pair) === kind).length;
  const own = a && b && a.id === b.id ? " A and B are the same cell." : "";
  byId("wins").textContent =
    pairs.length === 0
      ? "A and B have no task and seed that both finished."
      : `Of ${pairs.length} tasks and seeds that both finished, A is better in ${count("a-better")}, B in ${count("b-better")}, equal in ${count("equal")}.${own}`;
}

keepDrawn(drawScatter);
