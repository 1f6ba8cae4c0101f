// Item by item: order, search, and A and B over each other with the difference of their programs.
const itemList = byId("items");
const itemCards = all("[data-item]");
const [orderSelect, findInput] = [byId("order"), byId("find")];
const runIn = (item, cell) => data.runs.find((run) => run.item === item && run.cell === cell);

/** How far A is ahead of B; null where one of them has no gain. */
function lead(item) {
  const [a, b] = [runIn(item, selectA.value), runIn(item, selectB.value)];
  return a && b && a.gain !== null && b.gain !== null ? a.gain - b.gain : null;
}

function orderItems() {
  const sign = { a: -1, b: 1 }[orderSelect.value];
  const key = ({ dataset }) => {
    const ahead = lead(dataset.item);
    return ahead === null ? Number.POSITIVE_INFINITY : sign * ahead;
  };
  const sorted = sign === undefined ? itemCards : itemCards.toSorted((one, other) => key(one) - key(other) || 0);
  if (sorted.some((card, at) => itemList.children[at] !== card)) itemList.replaceChildren(...sorted);
  const wanted = findInput.value.toLowerCase();
  for (const card of itemCards) card.hidden = !card.dataset.item.toLowerCase().includes(wanted);
}

/** Two pictures over each other; the slider says how much of A covers B. */
function slider(a, b) {
  const names = [a, b].map(({ cell }) => cellOf.get(cell).label);
  if (a.picture === null || b.picture === null) return make("p", { class: "quiet" }, "A or B has no picture here.");
  const over = pictureOf(a.picture, `A: best of ${names[0]}`);
  const range = make("input", { type: "range", min: "0", max: "100", value: "50", "aria-label": "how much of A is shown, percent" });
  const cut = () => {
    over.style.clipPath = `inset(0 ${100 - Number(range.value)}% 0 0)`;
  };
  range.addEventListener("input", cut);
  cut();
  over.className = "over";
  return make(
    "div",
    {},
    make("div", { class: "pair" }, pictureOf(b.picture, `B: best of ${names[1]}`), over),
    make("div", { class: "range" }, make("span", {}, `A ${names[0]}`), range, make("span", {}, `B ${names[1]}`)),
  );
}

/** A unified diff as lines of text; each begins with its sign, so that colour alone says nothing. */
function programDiff(before, after) {
  if (before === null || after === null) return make("p", { class: "quiet" }, "One of the two programs is not here.");
  const [old, now] = [data.programs[before], data.programs[after]];
  const found = Diff.structuredPatch("", "", old, now, "", "", { context: 2, maxEditLength: 4000 });
  if (found === undefined) return make("p", { class: "quiet" }, "The two programs have hardly a line in common.");
  if (found.hunks.length === 0) return make("p", { class: "quiet" }, "The two programs are the same.");
  const lines = found.hunks.flatMap((hunk) => [`@@ line ${hunk.oldStart} and line ${hunk.newStart} @@`, ...hunk.lines]);
  const kind = { "+": "add", "-": "del", "@": "gap" };
  return make("pre", { tabindex: "0" }, ...lines.map((line) => make("span", { class: kind[line[0]] ?? "same" }, line)));
}

function fillCompared(card) {
  const holder = card.querySelector(".compared");
  const item = card.dataset.item;
  const [a, b] = [runIn(item, selectA.value), runIn(item, selectB.value)];
  if (!a || !b) {
    holder.replaceChildren(make("p", { class: "quiet" }, "A or B has no run of this item."));
    return;
  }
  const choices = {
    "from B to A": [b.program, a.program],
    "from the start to A": [a.start, a.program],
    "from the start to B": [b.start, b.program],
  };
  const select = make("select", {}, ...Object.keys(choices).map((words) => make("option", {}, words)));
  const place = make("div", {});
  const show = () => place.replaceChildren(programDiff(...choices[select.value]));
  select.addEventListener("change", show);
  show();
  const programs = make("div", {}, make("label", { class: "controls" }, "Programs: ", select), place);
  holder.replaceChildren(slider(a, b), programs);
}

function refill() {
  orderItems();
  for (const card of itemCards) if (card.querySelector(".compare").open) fillCompared(card);
}
for (const card of itemCards) {
  const compare = card.querySelector(".compare");
  compare.addEventListener("toggle", () => {
    if (compare.open) fillCompared(card);
  });
}
orderSelect.addEventListener("change", orderItems);
findInput.addEventListener("input", orderItems);
redraws.push(refill);
watchPictures(document);
filter();
