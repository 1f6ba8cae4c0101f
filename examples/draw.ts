import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { type Knob, literal, patch } from "../actors/players/solver/knobs.ts";
import { VigaError } from "../config/errors.ts";

/**
 * How far a draw goes from the goal: added from one of two tails, multiplied (or divided) by a factor, or anywhere from one
 * end to the other.
 */
const range = z.union([
  z.strictObject({ add: z.tuple([z.number().positive(), z.number().positive()]) }),
  z.strictObject({ times: z.tuple([z.number().gt(1), z.number().gt(1)]) }),
  z.strictObject({ between: z.tuple([z.number(), z.number()]) }),
]);
const entry = z.strictObject({ name: z.string(), knobs: z.record(z.string(), range) });

/** One kind of example: the stated ranges its start programs are drawn from (examples/kinds/<kind>.yaml). */
export const kind = z.strictObject({
  title: z.string(),
  text: z.string(),
  always: z.array(entry).default([]),
  choose: z.number().int().nonnegative(),
  among: z.array(entry),
});
export type Kind = z.infer<typeof kind>;

/** Entries of which a draw takes some. */
interface Pool {
  readonly choose: number;
  readonly among: readonly z.infer<typeof entry>[];
}

export async function readKind(file: string): Promise<Kind> {
  return kind.parse(parse(await readFile(file, "utf8")));
}

const pool = z.strictObject({ text: z.string(), choose: z.number().int().positive(), among: z.array(entry) });

/** A scene that is drawn from widely (examples/wide/<scene>.yaml): all kinds of edits, and how many of each make a combined one. */
const wide = z.strictObject({
  title: z.string(),
  aspect: z.strictObject({ width: z.number().positive(), height: z.number().positive() }),
  kinds: z.record(z.string(), pool),
  combined: z.object({ text: z.string() }).catchall(z.number().int().positive()),
});
export type Wide = z.infer<typeof wide>;

export async function readWide(file: string): Promise<Wide> {
  return wide.parse(parse(await readFile(file, "utf8")));
}

/** What a draw of a kind is made from. */
export const poolsOf = (spec: Kind): Pool[] => [
  { choose: spec.always.length, among: spec.always },
  { choose: spec.choose, among: spec.among },
];

/** How far off a model's rough placement is: at most a unit (and two fifths of where things may be), degrees, a factor. */
const rough = { units: 1, share: 0.4, degrees: 35, times: 2 };

/** A wide entry's knobs as a rough placement gets them wrong: around the goal. */
function roughly({ name, knobs }: Pool["among"][number]): Pool["among"][number] {
  const around = ([label, how]: [string, z.infer<typeof range>]): [string, z.infer<typeof range>] => {
    if (!("between" in how)) return [label, { times: [1.1, rough.times] }];
    const span = how.between[1] - how.between[0];
    const turns = /turn|rotation/.test(label);
    const most = turns ? (rough.degrees / 360) * span : Math.min(rough.units, rough.share * span);
    return [label, { add: [0.1 * most, most] }];
  };
  return { name, knobs: Object.fromEntries(Object.entries(knobs).map(around)) };
}

/** The same of a wide kind, of `combined`, or of `rough`: three things near their places and a fourth of a wrong size. */
export function widePools(spec: Wide, kind: string): { text: string; pools: Pool[] } {
  if (kind === "rough") {
    const [places, sizes] = ["placement", "geometry"].map((one) => poolOf(spec, one).among.map(roughly));
    return {
      text: "Things stand roughly in their places.",
      pools: [
        { choose: 3, among: places! },
        { choose: 1, among: sizes! },
      ],
    };
  }
  if (kind === "combined") {
    const { text, ...counts } = spec.combined;
    const pools = Object.entries(counts).map(([name, choose]) => ({ ...poolOf(spec, name), choose: Number(choose) }));
    return { text, pools };
  }
  return { text: poolOf(spec, kind).text, pools: [poolOf(spec, kind)] };
}

function poolOf(spec: Wide, kind: string) {
  const found = spec.kinds[kind];
  if (found === undefined) throw new VigaError("input_invalid", `"${spec.title}" has no kind ${kind}`);
  return found;
}

/** A small seeded generator (mulberry32): draws depend on the seed alone, so no example is hand-picked. */
export function generator(seed: number): () => number {
  let state = (seed * 0x9e3779b9 + 0x85ebca6b) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The knob of a label; `label#2` is the second of that label in the program. */
export function find(knobs: readonly Knob[], name: string): number {
  const [label, nth] = name.split("#");
  const found = knobs.filter((k) => k.label === label)[Number(nth ?? "1") - 1];
  if (found === undefined) throw new VigaError("input_invalid", `the goal program has no number "${name}"`);
  return found.id;
}

export interface Draw {
  /** The start program. */
  readonly start: string;
  readonly wrong: { label: string; goal: number; start: number }[];
}

/** The least share of an interval that a draw from anywhere in it stays away from the goal. */
const clear = 0.15;

/** Draws a start program: `choose` of each pool's entries, every one of their knobs moved by its range. */
export function draw(goal: string, knobs: readonly Knob[], pools: readonly Pool[], seed: number): Draw {
  const random = generator(seed);
  const chosen = pools.flatMap(({ choose, among }) => {
    if (choose === among.length) return among;
    const left = [...among];
    return Array.from({ length: choose }, () => left.splice(Math.floor(random() * left.length), 1)).flat();
  });
  const values = knobs.map((k) => k.value);
  const wrong: Draw["wrong"] = [];
  for (const { knobs: ranges } of chosen) {
    for (const [name, how] of Object.entries(ranges)) {
      const id = find(knobs, name);
      const value = "between" in how ? anywhere(how.between, knobs[id]!.value, random) : off(how, knobs[id]!, random);
      values[id] = Number(literal(Number(value.toPrecision(3)), false));
      wrong.push({ label: name, goal: knobs[id]!.value, start: values[id]! });
    }
  }
  return { start: patch(goal, knobs, values), wrong };
}

function anywhere([low, high]: readonly [number, number], goal: number, random: () => number): number {
  for (;;) {
    const value = low + (high - low) * random();
    if (Math.abs(value - goal) >= clear * (high - low)) return value;
  }
}

function off(how: Exclude<z.infer<typeof range>, { between: unknown }>, k: Knob, random: () => number): number {
  const [low, high] = "add" in how ? how.add : how.times;
  const size = low + (high - low) * random();
  const up = random() < 0.5;
  const value = "add" in how ? k.value + (up ? size : -size) : k.value * (up ? size : 1 / size);
  if (k.kind !== "color" && k.kind !== "unit") return value;
  const inside = value < 0.01 || value > 0.99 ? k.value + (up ? -size : size) : value;
  return Math.min(0.99, Math.max(0.01, inside));
}
