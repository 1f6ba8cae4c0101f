import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { VigaError } from "../../config/errors.ts";
import { resolveConfig } from "../../config/loader.ts";
import { mergeConfig } from "../../config/merge.ts";
import { configSchema } from "../../config/schema.ts";
import { editDistance, nearest } from "../../config/suggest.ts";
import { decode, layerFromText } from "../../config/yaml.ts";

/** Runs something that may refuse its input: only ever with a VigaError of one line per problem. */
function refusesOnly(make: () => unknown): void {
  try {
    make();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(VigaError);
    const error = thrown as VigaError;
    expect(error.code).toBe("config_invalid");
    expect(error.hint).toBeTruthy();
    for (const line of error.message.split("\n")) expect(line.trim()).not.toBe("");
  }
}

const keys = [...Object.keys(configSchema.shape), "__proto__", "constructor", "toString", "player", "0", "", "a b"];
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.constantFrom("solver", "pixels", "gpt-4o", "replay:x", "blendergym", "auto", "~", "../x", "{}"),
  fc.string(),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie("node"), { maxLength: 3 }), tie("map")),
  map: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie("node"), { maxKeys: 6 }),
}));

describe("whatever a configuration holds", () => {
  it("any bytes are a layer or are refused with one error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) =>
        refusesOnly(() => layerFromText(decode(bytes, "f"), "f")),
      ),
      { numRuns: 500 },
    );
  });

  it("any text that looks like YAML is a layer or is refused with one error", () => {
    const piece = fc.constantFrom(
      "a: ",
      "- ",
      "\n",
      "  ",
      "{",
      "}",
      "[",
      "]",
      "&x ",
      "*x",
      "? ",
      ": ",
      "!!",
      "|",
      ">",
      "'",
      '"',
      "%",
      "---",
      "...",
      "#",
      "<<",
      "\t",
      "roles",
      ",",
      "0x",
      "é",
      "\u2028",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) =>
        refusesOnly(() => layerFromText(pieces.join(""), "f")),
      ),
      { numRuns: 800 },
    );
  });

  it("any tree of keys is a configuration or is refused, key by key", () => {
    fc.assert(
      fc.property(tree.map, fc.constantFrom("blendergym", "static_scene", undefined), (value, mode) => {
        const sets = Object.entries(value as Record<string, unknown>).map(([key, part]) => `${key}=${stringify(part)}`);
        refusesOnly(() => resolveConfig({ sets, cwd: "/nowhere", ...(mode === undefined ? {} : { mode }) }));
      }),
      { numRuns: 300 },
    );
  });

  it("any --set is applied or refused", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 40 }), { maxLength: 3 }), (sets) =>
        refusesOnly(() => resolveConfig({ mode: "blendergym", sets, cwd: "/nowhere" })),
      ),
      { numRuns: 300 },
    );
  });

  it("merging never changes its inputs, never touches a prototype, and the upper layer's values win", () => {
    fc.assert(
      fc.property(tree.map, tree.map, (under, over) => {
        const [before, above] = [structuredClone(under), structuredClone(over)];
        const merged = mergeConfig(under as Record<string, unknown>, over as Record<string, unknown>);
        expect(under).toEqual(before);
        expect(over).toEqual(above);
        expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
        for (const [key, value] of Object.entries(over as Record<string, unknown>)) {
          const scalarAbove = value !== null && typeof value !== "object";
          if (scalarAbove) expect(Object.getOwnPropertyDescriptor(merged, key)?.value).toBe(value);
        }
      }),
    );
  });
});

describe("the nearest valid name", () => {
  it("is at distance 0 from itself, and the distance is symmetric and at most the longer length", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  it("is found for any key with two letters swapped or one left out", () => {
    const long = Object.keys(configSchema.shape).filter((key) => key.length >= 5);
    fc.assert(
      fc.property(fc.constantFrom(...long), fc.nat(), (key, at) => {
        const i = at % (key.length - 1);
        const swapped = key.slice(0, i) + key[i + 1] + key[i] + key.slice(i + 2);
        expect(nearest(swapped, long)).toBe(key);
        expect(nearest(key.slice(0, i) + key.slice(i + 1), long)).toBe(key);
      }),
    );
  });

  it("is none where nothing is near", () => {
    expect(nearest("banana", ["roles", "models"])).toBeUndefined();
    expect(nearest("x".repeat(1_000_000), ["roles"])).toBeUndefined();
  });
});
