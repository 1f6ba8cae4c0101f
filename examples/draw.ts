import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { type Knob, literal, patch } from "../actors/players/solver/knobs.ts";
import { VigaError } from "../config/errors.ts";

/** How far a draw goes from the goal: added from one of two tails, or multiplied (or divided) by a factor. */
const range = z.union([
  z.strictObject({ add: z.tuple([z.number().positive(), z.number().positive()]) }),
  z.strictObject({ times: z.tuple([z.number().gt(1), z.number().gt(1)]) }),
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

export async function readKind(file: string): Promise<Kind> {
  return kind.parse(parse(await readFile(file, "utf8")));
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

/** Draws a start program: `choose` of the entries, every one of their knobs moved by its range. */
export function draw(goal: string, knobs: readonly Knob[], spec: Kind, seed: number): Draw {
  const random = generator(seed);
  const pool = [...spec.among];
  const chosen = [...spec.always];
  for (let i = 0; i < spec.choose; i++) chosen.push(...pool.splice(Math.floor(random() * pool.length), 1));
  const values = knobs.map((k) => k.value);
  const wrong: Draw["wrong"] = [];
  for (const { knobs: ranges } of chosen) {
    for (const [name, how] of Object.entries(ranges)) {
      const id = find(knobs, name);
      const k = knobs[id]!;
      const [low, high] = "add" in how ? how.add : how.times;
      const size = low + (high - low) * random();
      const up = random() < 0.5;
      let value = "add" in how ? k.value + (up ? size : -size) : k.value * (up ? size : 1 / size);
      const bounded = k.kind === "color" || k.kind === "unit";
      if (bounded && (value < 0.01 || value > 0.99)) value = k.value + (up ? -size : size);
      if (bounded) value = Math.min(0.99, Math.max(0.01, value));
      values[id] = Number(literal(Number(value.toPrecision(3)), false));
      wrong.push({ label: name, goal: k.value, start: values[id]! });
    }
  }
  return { start: patch(goal, knobs, values), wrong };
}
