import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alike, fitness, wordsOf } from "../../../bridge/assets/rank.ts";

const thing = (name: string, tags = "", description = "") => ({
  name: wordsOf(name),
  tags: wordsOf(tags),
  description,
});

/** The library's names in the order of their fitness. */
function ranked(query: string, about: string, things: readonly ReturnType<typeof thing>[]): string[] {
  return things
    .map((each) => ({ each, worth: fitness(query, about, each) }))
    .filter(({ worth }) => worth > 0)
    .sort((a, b) => b.worth - a.worth)
    .map(({ each }) => each.name.join(" "));
}

describe("ranking", () => {
  it("splits names at capitals, marks and numbers", () => {
    expect(wordsOf("OakChair_02-red.v3")).toEqual(["oak", "chair", "02", "red", "v", "3"]);
  });

  it("puts the name before the tags and those before the description", () => {
    const things = [thing("box", "", "looks like a chair"), thing("stool", "chair"), thing("chair"), thing("lamp")];
    expect(ranked("chair", "", things)).toEqual(["chair", "stool", "box"]);
  });

  it("allows plurals, slips, parts of words and words written together or apart", () => {
    for (const [query, name] of [
      ["chairs", "chair"],
      ["glasses", "glass"],
      ["boxes", "box"],
      ["armchair", "arm_chair"],
      ["arm chair", "armchair"],
      ["chiar", "chair"],
      ["teapott", "teapot"],
      ["table", "coffeetable"],
      ["a cup of tea", "tea cup"],
    ] as const) {
      expect([query, fitness(query, "", thing(name)) > 0.5]).toEqual([query, true]);
    }
  });

  it("tells other things apart", () => {
    for (const [query, name] of [
      ["car", "card"],
      ["cat", "hat"],
      ["bed", "bread"],
      ["vase", "base_plate"],
      ["red chair", "red_lamp_shade_old"],
    ] as const) {
      expect([query, name, fitness(query, "", thing(name)) > 0.75]).toEqual([query, name, false]);
    }
  });

  it("lets the description decide between things of one name only", () => {
    const things = [thing("chair", "plastic"), thing("chair", "oak wood"), thing("oak tree")];
    const [first] = things.map((each) => fitness("chair", "made of oak", each));
    expect(first).toBeLessThan(fitness("chair", "made of oak", things[1]!));
    expect(fitness("chair", "made of oak", things[2]!)).toBe(0);
  });

  it("gives a whole name its full worth, whatever is asked, and never fails", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 60 }), (query, other) => {
        const worth = fitness(query, other, thing(other, query, other));
        expect(worth).toBeGreaterThanOrEqual(0);
        expect(worth).toBeLessThan(1.4);
        if (wordsOf(query).length > 0) expect(fitness(query, "", thing(query))).toBeGreaterThan(0.9);
      }),
    );
  });

  it("is the same both ways for two words of one length", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{5}$/), fc.stringMatching(/^[a-z]{5}$/), (a, b) => {
        expect(alike(a, b)).toBeCloseTo(alike(b, a));
      }),
    );
  });
});
