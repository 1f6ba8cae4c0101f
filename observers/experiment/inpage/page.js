// What the whole page shares: its data, which cells are chosen, and pictures that are put in when they come into sight.
const data = JSON.parse(document.getElementById("data").textContent);
const cellOf = new Map(data.cells.map((cell) => [cell.id, cell]));
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const byId = (id) => document.getElementById(id);

/** Cells that the reader chose; none chosen: all are shown. */
const chosen = new Set();
const isShown = (id) => chosen.size === 0 || chosen.has(id);

/** Called whenever what is chosen, A or B has changed. */
const redraws = [];
const redrawAll = () => {
  for (const redraw of redraws) redraw();
};

/** An element with attributes and children; texts are put in as text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const percent = (share) => `${(100 * share).toFixed(Math.abs(share) < 0.0995 ? 1 : 0)} %`;

/** For axes, whose ticks are round. */
const wholePercent = (share) => `${Math.round(100 * share)} %`;

const sight = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      target.src = data.pictures[Number(target.dataset.picture)];
      sight.unobserve(target);
    }
  },
  { rootMargin: "600px" },
);
const watchPictures = (root) => {
  for (const picture of all("img[data-picture]", root)) sight.observe(picture);
};

/** A picture by its number, at once. */
const pictureOf = (number, alt) => make("img", { src: data.pictures[number], alt });

function fillSelect(select, value) {
  select.replaceChildren(...data.cells.map(({ id, label }) => make("option", { value: id }, label)));
  select.value = value;
}
const [selectA, selectB] = [byId("a"), byId("b")];
fillSelect(selectA, data.first);
fillSelect(selectB, data.baseline);

/** One chosen cell is compared with the baseline, two with each other. */
function compareChosen() {
  const [first, second] = [...chosen];
  if (first === undefined || chosen.size > 2) return;
  const other = second ?? (first === data.baseline ? data.first : data.baseline);
  [selectA.value, selectB.value] = first === data.baseline ? [other, first] : [first, other];
}

function filter() {
  for (const element of all("[data-cell]")) {
    element.hidden = !isShown(element.dataset.cell) && !element.classList.contains("pinned");
  }
  for (const button of all("[data-choose]")) button.setAttribute("aria-pressed", String(chosen.has(button.dataset.choose)));
  byId("show-all").hidden = chosen.size === 0;
  byId("shown").textContent =
    chosen.size === 0
      ? `All ${data.cells.length} cells are shown.`
      : `Shown: ${[...chosen].map((id) => cellOf.get(id).label).join("; ")}.`;
  redrawAll();
}

function choose(id) {
  if (!chosen.delete(id)) chosen.add(id);
  compareChosen();
  filter();
}

for (const button of all("[data-choose]")) button.addEventListener("click", () => choose(button.dataset.choose));
byId("show-all").addEventListener("click", () => {
  chosen.clear();
  filter();
});
for (const select of [selectA, selectB]) select.addEventListener("change", redrawAll);

const axisSelects = all("[data-axis]");
for (const select of axisSelects) {
  select.addEventListener("change", () => {
    const wanted = JSON.stringify(axisSelects.map(({ value }) => value));
    for (const slice of all("[data-slice]")) slice.hidden = slice.dataset.slice !== wanted;
  });
}
