import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createModelVerifier } from "../../../actors/players/model/verifier.ts";
import { createPixels } from "../../../actors/players/pixels/pixels.ts";
import { claimsOf, isRight, namedIn } from "../../../cli/bench/claims.ts";
import { askPair, scorePairs } from "../../../cli/bench/pairs.ts";
import { benchScene, kinds, type Perturbation } from "../../../cli/bench/perturb.ts";
import { type Judged, rankCorrelation, scoreVerifier } from "../../../cli/bench/verifier-score.ts";
import { type Feedback, noUsage, type State } from "../../../machines/domain/index.ts";
import { call, fakeIO, fakeModel } from "../../actors/players/fakes.ts";

const names = ["Ball", "Box", "Cone", "Pillar", "Slab"];
const said = (critical: string[], edit_suggestion: string[] = [], overall_similarity = 80): Feedback => ({
  visual_difference: { critical, major: [], minor: [] },
  edit_suggestion,
  overall_similarity,
  thought: "",
});
const truth = (over: Partial<Perturbation>): Perturbation => ({
  kind: "moved",
  thing: "Box",
  at: { x: 0.8, y: 0.8 },
  direction: "right",
  amount: 0.06,
  lines: "",
  ...over,
});
const named = (feedback: Feedback, about: Perturbation) => namedIn(feedback, claimsOf(feedback, names), about, names);

describe("scenes of the verifier bench", () => {
  it("follow from their seed alone: one difference of each kind, about a thing that is there", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
        const scene = benchScene(seed);
        expect(benchScene(seed)).toEqual(scene);
        expect(scene.perturbations.map(({ kind }) => kind)).toEqual(kinds);
        for (const { kind, thing, at, lines } of scene.perturbations) {
          expect(thing === null).toBe(["nothing", "light", "camera"].includes(kind));
          if (thing !== null) expect(scene.names).toContain(thing);
          if (at !== null) for (const value of [at.x, at.y]) expect(value > 0.05 && value < 0.95).toBe(true);
          expect(lines === "").toBe(kind === "nothing");
        }
      }),
    );
  });
});

describe("what a verifier names", () => {
  it("is the thing, its place, the way and the amount, of the difference or of what mends it", () => {
    const all = { difference: true, first: true, kind: true, place: true, direction: true, amount: true };
    expect(named(said(["Box: it sits 5.5 % of the width too far right"]), truth({}))).toEqual(all);
    expect(named(said(["Box is off"], ["move Box 6 % of the width to the left in the picture"]), truth({}))).toEqual(
      all,
    );
    expect(named(said(["Box: it sits 2 % of the width too far left"]), truth({}))).toMatchObject({
      direction: false,
      amount: false,
    });
    expect(named(said(["Cone is too dark"]), truth({}))).toMatchObject({
      difference: false,
      place: false,
      direction: false,
    });
  });

  it("is a removed thing by its place, the light by its strength, the camera by everything that is off alike", () => {
    const removed = truth({ kind: "removed", direction: null, amount: null });
    expect(named(said(["Wall, lower right: the target shows detail that the render lacks"]), removed)).toMatchObject({
      difference: true,
      kind: true,
    });
    const light = truth({ kind: "light", thing: null, at: null, direction: "darker", amount: 0.6 });
    expect(
      named(said(["the whole picture is 20 % too dark"], ["scale the strength of all lights by 1.7"]), light),
    ).toMatchObject({
      difference: true,
      direction: true,
      amount: true,
      place: null,
    });
    const camera = truth({ kind: "camera", thing: null, at: null, direction: "left", amount: 0.05 });
    const everything = said(["Pillar, Ball, Cone, Box and Slab: they sit 5 % of the width too far left"]);
    expect(named(everything, camera)).toMatchObject({ difference: true, direction: true, amount: true });
    // Whoever names everything has not named the one thing.
    expect(named(everything, truth({}))).toMatchObject({ difference: false });
  });

  it("is wrong about an equal pair, whatever it says", () => {
    const [claim] = claimsOf(said(["Box is too dark"]), names);
    expect(
      isRight(claim!, truth({ kind: "nothing", thing: null, at: null, direction: null, amount: null }), names),
    ).toBe(false);
  });
});

describe("the score of a verifier", () => {
  it("has recall, precision, silence, precision by level and calibration", () => {
    const judged = (about: Perturbation, feedback: Feedback, pl: number): Judged => {
      const claims = claimsOf(feedback, names);
      return {
        seed: 0,
        truth: about,
        names,
        pl,
        claims,
        named: namedIn(feedback, claims, about, names),
        feedback,
        pair: null,
        seconds: 2,
      };
    };
    const nothing = truth({ kind: "nothing", thing: null, at: null, direction: null, amount: null });
    const score = scoreVerifier(
      "p",
      [
        judged(truth({}), said(["Box: it sits 6 % of the width too far right", "Cone is dark"], [], 60), 0.02),
        judged(truth({ kind: "recoloured", direction: null, amount: null }), said(["Slab is red"], [], 80), 0.01),
        judged(nothing, said([], [], 99), 0.001),
      ],
      noUsage,
    );
    expect(score).toMatchObject({ recall: 0.5, precision: 1 / 3, silence: 1, seconds: 6 });
    expect(score.calibration).toBeCloseTo(1, 12);
    expect(score.byLevel.critical).toEqual({ claims: 3, right: 1 });
    expect(score.kinds[1]).toMatchObject({ kind: "moved", named: 1, direction: [1, 1], amount: [1, 1] });
  });

  it("correlates ranks: 1 in the same order, -1 in the opposite one, none where nothing varies", () => {
    expect(rankCorrelation([1, 2, 30], [4, 5, 6])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 30], [6, 5, 4])).toBeCloseTo(-1, 12);
    expect(rankCorrelation([1, 1], [4, 5])).toBeNull();
  });
});

const dot = sharp({ create: { width: 8, height: 8, channels: 3, background: "#808080" } }).png();

describe("a judge that is asked for pairs", () => {
  const state = (image: string) => ({ t: 1, ok: true, renders: [{ name: "render1", image }] }) as unknown as State;
  const ask = async (answers: string[]) => {
    const player = createModelVerifier({
      model: fakeModel((_, n) => call("choose", { nearer: answers[n] })),
      mode: "blendergym",
      pairwise: true,
    });
    const io = fakeIO();
    const image = io.store(await dot.toBuffer());
    return askPair(player, { equal: state(image), different: state(image) }, io);
  };

  it("prefers only what it prefers in both orders; another answer in the other order is an order effect", async () => {
    const found = [
      await ask(["first", "second"]),
      await ask(["second", "first"]),
      await ask(["first", "first"]),
      await ask(["equal", "first"]),
      await ask(["equal", "equal"]),
    ];
    expect(found.map((one) => one?.preferred)).toEqual(["equal", "different", null, null, null]);
    expect(scorePairs([...found, null])).toEqual({ pairs: 5, right: 1, wrong: 1, undecided: 1, orderEffect: 2 });
  });

  it("is no player that measures: nothing is counted", async () => {
    expect(await askPair(createPixels(), { equal: state("a"), different: state("b") }, fakeIO())).toBeNull();
    expect(scorePairs([null])).toBeNull();
  });
});
