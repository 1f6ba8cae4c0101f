import type { Rect } from "../../../evaluators/pictures/object-map.ts";
import type { Examined, MisplacedThing } from "./examine.ts";
import { factor, listText, percent, rectText, withinFrame } from "./units.ts";

/** What is said of things out of place, and what to do about it. */
export interface ThingWords {
  names: string;
  loss: number;
  text: string;
  advice: string;
  /** Where the things are and should be, in fractions of the whole picture. */
  rect: Rect;
}

/** Offsets (fractions) and sizes (octaves) that count as equal, and those worth a word. */
const alike = { offset: 0.012, size: 0.09 };
const telling = { offset: 0.01, size: 0.1 };

interface Group {
  things: MisplacedThing[];
  dx: number;
  dy: number;
  size: number;
}

/** Parts of one thing move together: they are told together. */
function groupsOf(things: readonly MisplacedThing[]): Group[] {
  const groups: Group[] = [];
  for (const thing of things) {
    const found = groups.find(
      ({ dx, dy, size }) =>
        Math.abs(dx - thing.dx) < alike.offset &&
        Math.abs(dy - thing.dy) < alike.offset &&
        Math.abs(Math.log2(size / thing.size)) < alike.size,
    );
    if (found) found.things.push(thing);
    else groups.push({ things: [thing], dx: thing.dx, dy: thing.dy, size: thing.size });
  }
  return groups;
}

/** A signed part of the picture's side in words; null where it is too little to tell. */
function along(part: number, of: string, positive: string, negative: string): string | null {
  if (Math.abs(part) < telling.offset) return null;
  return `${percent(Math.abs(part))} of the ${of} ${part > 0 ? positive : negative}`;
}

const joined = (parts: readonly (string | null)[]) => parts.filter((part) => part !== null).join(" and ");

/** Which edges end short of where they should, or reach too far, the worst two. */
function edgesText(rect: Rect, wanted: Rect): string | null {
  const edges = [
    { name: "left", of: "width", over: wanted.left - rect.left },
    { name: "right", of: "width", over: rect.right - wanted.right },
    { name: "upper", of: "height", over: wanted.top - rect.top },
    { name: "lower", of: "height", over: rect.bottom - wanted.bottom },
  ]
    .filter(({ over }) => Math.abs(over) >= telling.offset)
    .sort((a, b) => Math.abs(b.over) - Math.abs(a.over))
    .slice(0, 2)
    .map(({ name, of, over }) =>
      over < 0
        ? `its ${name} edge ends ${percent(-over)} of the ${of} short`
        : `its ${name} edge reaches ${percent(over)} of the ${of} too far`,
    );
  return edges.length === 0 ? null : edges.join(" and ");
}

const unite = (a: Rect, b: Rect): Rect => ({
  left: Math.max(0, Math.min(a.left, b.left)),
  top: Math.max(0, Math.min(a.top, b.top)),
  right: Math.min(1, Math.max(a.right, b.right)),
  bottom: Math.min(1, Math.max(a.bottom, b.bottom)),
});

function groupWords({ things, dx, dy, size }: Group, frame: Rect, known: number): ThingWords {
  const names = listText(things.map(({ name }) => name));
  const [w, h] = [frame.right - frame.left, frame.bottom - frame.top];
  const resized = Math.abs(Math.log2(size)) >= telling.size;
  const off = joined([
    along(dx * w, "width", "too far right", "too far left"),
    along(dy * h, "height", "too low", "too high"),
  ]);
  const back = joined([along(-dx * w, "width", "to the right", "to the left"), along(-dy * h, "height", "down", "up")]);
  const one = things.length === 1 ? things[0]! : null;
  const edges = one && resized ? edgesText(withinFrame(one.rect, frame), withinFrame(one.wanted, frame)) : null;
  const parts = [
    off === "" ? null : `${things.length === 1 ? "it sits" : "they sit"} ${off}`,
    resized ? `${factor(size)} times ${things.length === 1 ? "its" : "their"} size in the target` : null,
    edges,
  ].filter((part) => part !== null);
  const all = things.length >= 3 && things.length >= 0.6 * known;
  const steps = [
    back === "" ? null : `move ${names} ${back} in the picture`,
    resized
      ? `make ${back === "" ? names : things.length === 1 ? "it" : "them"} ${factor(1 / size)} times as large`
      : null,
  ].filter((step) => step !== null);
  const rect = things.map((thing) => unite(thing.rect, thing.wanted)).reduce(unite);
  return {
    names,
    loss: things.reduce((sum, thing) => sum + thing.loss, 0),
    text: `${names}: ${parts.join("; ")}`,
    advice: `${steps.join(" and ")}${all ? "; nearly everything is off alike: turn or move the camera instead" : ""}`,
    rect: withinFrame(rect, frame),
  };
}

function lostWords({ name, rect, loss }: MisplacedThing, frame: Rect): ThingWords {
  const there = withinFrame(rect, frame);
  return {
    names: name,
    loss,
    text: `${name}: the target shows no such outline where the render has it (${rectText(there)}); it is elsewhere there, turned, covered, of another shape or absent`,
    advice: `look where and how the target shows ${name}, and place and shape it so`,
    rect: there,
  };
}

/** The misplaced things of an examined picture in words. `frame` is the part of the picture that was examined. */
export function thingWords({ misplaced, known }: Examined, frame: Rect): ThingWords[] {
  const moved = misplaced.filter(({ state }) => state === "moved");
  const lost = misplaced.filter(({ state }) => state === "lost");
  return [
    ...groupsOf(moved).map((group) => groupWords(group, frame, known)),
    ...lost.map((thing) => lostWords(thing, frame)),
  ];
}
