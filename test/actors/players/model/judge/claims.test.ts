import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Claims,
  checkClaims,
  type Known,
  missingThings,
  type PlacedObject,
  placedObjects,
} from "../../../../../actors/players/model/judge/claims.ts";
import { readScene } from "../../../../../skills/blender/tools/scene/summary.ts";
import { measuresOf } from "../../fakes.ts";

const object = (name: string, more: Partial<PlacedObject> = {}): PlacedObject => ({
  name,
  type: "MESH",
  visible: true,
  location: [0.1, 0.78, 0],
  dimensions: [0.5, 0.5, 0.6],
  vertices: 120,
  materials: [],
  seen: null,
  ...more,
});

const nothing: Known = {
  objects: null,
  changed: null,
  measures: null,
  previousMeasures: null,
  previousSimilarity: null,
};

function check(claim: string | Partial<Claims>, known: Partial<Known>) {
  const given = typeof claim === "string" ? { visual_difference: { critical: [claim], major: [], minor: [] } } : claim;
  const claims: Claims = { visual_difference: { critical: [], major: [], minor: [] }, edit_suggestion: [], ...given };
  return checkClaims(claims, { ...nothing, ...known });
}

const scene = [
  object("Jug"),
  object("Pear.001"),
  object("Pear.002"),
  object("BlueBall"),
  object("Table"),
  object("Key Light", { type: "LIGHT" }),
];

describe("a thing called missing", () => {
  it.each([
    "The jug is missing.",
    "Missing jug",
    "jug missing",
    "the jug is completely absent from the scene",
    "There is no jug on the table",
    "No jug visible",
    "The scene lacks a jug",
    "The render is missing the jug",
    "The brown jug does appear small, but the pear is not visible",
    "Jug and plate are missing",
    "**Jug** is not present in the render",
    "The pears are missing",
  ])("is disputed when the scene holds it: %s", (claim) => {
    const { kept, disputed } = check(claim, { objects: scene });
    expect(kept.visual_difference.critical).toEqual([]);
    expect(disputed).toMatchObject([
      { claim, evidence: expect.stringMatching(/the scene holds "(Jug|Pear\.001)" at \(0\.1, 0\.78, 0\)/) },
    ]);
  });

  it.each([
    "The plate is missing",
    "The jug is missing its handle",
    "The jug is missing a spout",
    "The jug handle is missing",
    "The jug lacks a handle",
    "One pear is missing",
    "Two more pears are missing",
    "There is no shadow under the jug",
    "No texture on the table",
    "The red ball is missing",
    "The key light is missing",
    "The jug is too far left",
    "Part of the jug is missing",
    "The jug is not missing its glaze, but too dark",
    "Missing reflections on the jug",
  ])("stands when the scene does not settle it: %s", (claim) => {
    expect(check(claim, { objects: scene }).disputed).toEqual([]);
  });

  it("stands when what the scene holds could not be seen anyway", () => {
    for (const more of [{ visible: false }, { vertices: 0 }, { dimensions: [0, 0, 0] }]) {
      expect(check("The jug is missing", { objects: [object("Jug", more)] }).disputed).toEqual([]);
    }
    expect(check("The jug is missing", { objects: null }).disputed).toEqual([]);
  });

  it("takes the suggestion to add it along, but not one to add something else", () => {
    const claims = {
      visual_difference: { critical: [], major: ["The jug is missing"], minor: ["the cloth is creased"] },
      edit_suggestion: [
        "Add a jug on the left",
        "Add a handle to the jug",
        "Add a second jug",
        "Make the table darker",
      ],
    };
    const { kept, disputed } = check(claims, { objects: scene });
    expect(kept.edit_suggestion).toEqual(["Add a handle to the jug", "Add a second jug", "Make the table darker"]);
    expect(kept.visual_difference).toEqual({ critical: [], major: [], minor: ["the cloth is creased"] });
    expect(disputed.map(({ claim }) => claim)).toEqual(["The jug is missing", "Add a jug on the left"]);
  });

  it("is read out of a sentence as the words that name it", () => {
    expect(missingThings("The two candles and the book are missing")).toEqual([]);
    expect(missingThings("The candle and the book are missing")).toEqual([["candle"], ["book"]]);
    expect(missingThings("missing: wooden chairs")).toEqual([["wooden", "chair"]]);
  });
});

describe("a claim of change", () => {
  it.each([
    "No visible change",
    "The render is unchanged",
    "Nothing changed since the last round",
    "The scene is identical to the previous round",
  ])("that there is none is disputed when pixels changed: %s", (claim) => {
    expect(check(claim, { changed: 0.12 }).disputed).toEqual([
      { claim, evidence: "12.0 % of the pixels changed since the round before" },
    ]);
    expect(check(claim, { changed: 0 }).disputed).toEqual([]);
    expect(check(claim, {}).disputed).toEqual([]);
  });

  it.each(["The lighting improved", "The ball has been moved", "The jug no longer floats", "worse than before"])(
    "is disputed when no pixel changed: %s",
    (claim) => {
      expect(check(claim, { changed: 0 }).disputed).toEqual([
        { claim, evidence: "no pixel changed since the round before" },
      ]);
      expect(check(claim, { changed: 0.2 }).disputed).toEqual([]);
    },
  );

  it("to the better is disputed when the loss grew, but not the wish for one", () => {
    const known = { changed: 0.3, measures: measuresOf(0.03), previousMeasures: measuresOf(0.02) };
    expect(check("Overall the scene improved a lot", known).disputed).toMatchObject([
      { evidence: "the measured loss grew by 50.0 %" },
    ]);
    expect(check("The render could be improved by more light", known).disputed).toEqual([]);
    expect(check("The jug's glaze improved", known).disputed).toEqual([]);
  });

  it("of one object is left to the judge", () => {
    expect(check("The jug is unchanged", { changed: 0.4 }).disputed).toEqual([]);
    expect(check("No changes needed on the wall", { changed: 0.4 }).disputed).toEqual([]);
  });
});

describe("a similarity", () => {
  const of = (overall_similarity: number, known: Partial<Known>) =>
    check({ overall_similarity }, known).disputed.map(({ evidence }) => evidence);

  it("is disputed when it goes the other way than the loss", () => {
    const worse = { measures: measuresOf(0.04), previousMeasures: measuresOf(0.02), previousSimilarity: 40 };
    expect(of(75, worse)).toEqual(["it went up by 35 while the measured loss grew by 100.0 %"]);
    expect(of(45, worse)).toEqual([]);
    expect(of(20, { ...worse, measures: measuresOf(0.01) })).toEqual([
      "it went down by 20 while the measured loss fell by 50.0 %",
    ]);
  });

  it("is disputed when one picture gets two scores", () => {
    expect(of(45, { changed: 0, previousSimilarity: 75 })).toEqual([
      "the same picture was given 75 in the round before",
    ]);
  });

  it("is disputed when it is far from the pixels", () => {
    expect(of(95, { measures: measuresOf(0.1, 0.2) })).toHaveLength(1);
    expect(of(15, { measures: measuresOf(0.0001, 0.99) })).toHaveLength(1);
    expect(of(15, { measures: measuresOf(0.05, 0.5) })).toEqual([]);
  });

  it("stays in the feedback, because it is a judgement and no fact", () => {
    expect(check({ overall_similarity: 45 }, { changed: 0, previousSimilarity: 75 }).kept.overall_similarity).toBe(45);
  });
});

describe("checking claims", () => {
  it("never throws, loses or invents a claim", () => {
    const words = fc.constantFrom(
      "jug",
      "the",
      "is",
      "missing",
      "no",
      "pear",
      "and",
      "change",
      "unchanged",
      "a",
      ".",
      "lacks",
      "",
      "ball",
      "improved",
      "(",
    );
    const sentence = fc.oneof(
      fc.array(words, { maxLength: 10 }).map((list) => list.join(" ")),
      fc.string({ maxLength: 80 }),
    );
    fc.assert(
      fc.property(
        fc.array(sentence, { maxLength: 6 }),
        fc.array(sentence, { maxLength: 4 }),
        fc.constantFrom(0, 0.5, null),
        (major, edit_suggestion, changed) => {
          const { kept, disputed } = check(
            { visual_difference: { critical: [], major, minor: [] }, edit_suggestion },
            { objects: scene, changed },
          );
          const after = [
            ...kept.visual_difference.major,
            ...kept.edit_suggestion,
            ...disputed.map(({ claim }) => claim),
          ];
          expect(after.sort()).toEqual([...major, ...edit_suggestion].sort());
        },
      ),
    );
  });

  it("says where the pictures show what was called missing, or that none does", () => {
    const rect = [0.1, 0.2, 0.3, 0.5] as const;
    const shown = [object("Jug", { seen: [{ view: "render1", rect }] }), object("Bowl", { seen: [] })];
    const disputed = check(
      { visual_difference: { critical: ["The jug is missing"], major: ["no bowl"], minor: [] } },
      {
        objects: shown,
      },
    ).disputed.map(({ evidence }) => evidence);
    expect(disputed[0]).toContain("render1 shows it (left 0.10, top 0.20, right 0.30, bottom 0.50)");
    expect(disputed[1]).toContain("no picture shows it");
  });

  it("knows of each object which pictures show it, where they were told apart", () => {
    const objects = [{ name: "A" }, { name: "B" }];
    const view = { name: "render1", things: [{ name: "A", rect: [0, 0, 1, 0.5], share: 0.5 }] };
    const placed = (views: unknown[]) => placedObjects(readScene({ objects, views })!).map(({ seen }) => seen);
    expect(placed([view])).toEqual([[{ view: "render1", rect: [0, 0, 1, 0.5] }], []]);
    expect(placed([{ name: "render1", left_out: "too much" }])).toEqual([null, null]);
  });
});
