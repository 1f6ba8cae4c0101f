import { z } from "zod";

/** The tunable numbers of a program, as the engine's "knobs" operation reports them (spans are UTF-8 byte offsets). */
export const knob = z.object({
  id: z.number().int(),
  line: z.number().int(),
  start: z.number().int(),
  end: z.number().int(),
  value: z.number(),
  label: z.string(),
  kind: z.enum(["scalar", "location", "angle", "scale", "color", "unit", "hue"]),
  degrees: z.boolean(),
  isInt: z.boolean(),
  group: z.number().nullable(),
  component: z.number().int(),
  wrap: z.boolean(),
  /** In a function's body: part of how a thing is built rather than of what was asked for. */
  inFunction: z.boolean(),
});
export type Knob = z.infer<typeof knob>;
export const knobsReply = z.object({ knobs: z.array(knob) });

/** [collection, datablock, RNA path, index (-1: not an array), slope] */
export const place = z.tuple([z.string(), z.string(), z.string(), z.number().int(), z.number()]);
export type Place = z.infer<typeof place>;

/** What the engine's "trace" operation found out about the knobs. Keys are knob ids. */
export const traceReply = z.discriminatedUnion("ok", [
  z.object({
    ok: z.literal(true),
    runs: z.number().int(),
    /** The program may be rerun with operators that update the scene less. */
    lean: z.boolean(),
    fragile: z.array(z.number().int()),
    dead: z.array(z.number().int()),
    /** Numbers that act but measure nothing, such as the stops of a colour ramp. */
    held: z.array(z.number().int()),
    in_place: z.record(z.string(), z.array(place)),
    touches: z.record(z.string(), z.array(z.string())),
    scene: z.object({
      sizes: z.record(z.string(), z.number()),
      median: z.number().positive(),
      cameras: z.array(z.string()),
      lamps: z.array(z.string()),
      /** Objects that are parented, by name: to what. */
      parents: z.record(z.string(), z.string()),
      camera: z.string().nullable(),
    }),
  }),
  z.object({ ok: z.literal(false), reason: z.string(), runs: z.number().int() }),
]);
export type Trace = Extract<z.infer<typeof traceReply>, { ok: true }>;

/** A number as a person would write it: five significant digits, no exponent, whole numbers kept whole. */
export function literal(value: number, wasInt: boolean): string {
  const rounded = Number(value.toPrecision(5));
  if (wasInt && Number.isInteger(rounded)) return String(rounded);
  let text = String(rounded);
  if (text.includes("e")) text = rounded.toFixed(10).replace(/0+$/, "").replace(/\.$/, ".0");
  return text.includes(".") ? text : `${text}.0`;
}

/** The program with knobs set to values; a knob whose value is unchanged keeps its own spelling. */
export function patch(source: string, knobs: readonly Knob[], values: readonly number[]): string {
  let bytes = Buffer.from(source, "utf8");
  const edits = knobs
    .map((k, i) => ({ k, value: values[i]! }))
    .filter(({ k, value }) => value !== k.value)
    .sort((a, b) => b.k.start - a.k.start);
  for (const { k, value } of edits) {
    const text = literal(value, k.isInt);
    bytes = Buffer.concat([
      bytes.subarray(0, k.start),
      Buffer.from(k.wrap && value < 0 ? `(${text})` : text, "utf8"),
      bytes.subarray(k.end),
    ]);
  }
  return bytes.toString("utf8");
}

/** The program with every knob blanked out: two programs with one skeleton differ in knob values only. */
export function skeleton(source: string, knobs: readonly Knob[]): string {
  const bytes = Buffer.from(source, "utf8");
  const parts: string[] = [];
  let at = 0;
  for (const k of [...knobs].sort((a, b) => a.start - b.start)) {
    let from = k.start;
    let to = k.end;
    // A wrapped negative number carries its own parentheses.
    if (k.value < 0 && bytes[from - 1] === 0x28 && bytes[to] === 0x29 && k.wrap) {
      from -= 1;
      to += 1;
    }
    parts.push(bytes.subarray(at, from).toString("utf8"));
    at = to;
  }
  parts.push(bytes.subarray(at).toString("utf8"));
  return parts.join("\u0000");
}
