import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSlide } from "../../evaluators/slides/checks.ts";
import { slides } from "../../evaluators/slides.ts";
import { measures } from "../../machines/domain/index.ts";
import { drawnState, memoryStore, taskOf } from "./states.ts";

const fault = (check: "overflow" | "overlap" | "contrast" | "leaves_slide", part: number) => ({
  check,
  text: `${check} of ${part}`,
  part,
});
const text = { kind: "text" };

describe("what is told of a slide without a target", () => {
  it("is nothing where the engine found nothing", () => {
    expect(checkSlide({ shapes: [text], faults: [] })).toEqual({
      checks: { overflow: 0, overlap: 0, contrast: 0, leaving: 0 },
      loss: 0,
      differences: [],
    });
  });

  it("sums what was measured by its kind, the weightiest named first", () => {
    const faults = [fault("overflow", 0.25), fault("overflow", 0.5), fault("contrast", 1), fault("leaves_slide", 0.1)];
    const { checks, loss, differences } = checkSlide({ shapes: [text], faults });
    expect(checks).toEqual({ overflow: 0.75, overlap: 0, contrast: 1, leaving: 0.1 });
    expect(loss).toBeCloseTo(1.85 / 4, 9);
    expect(differences.map(({ text }) => text)).toEqual([
      "contrast of 1",
      "overflow of 0.5",
      "overflow of 0.25",
      "leaves_slide of 0.1",
    ]);
  });

  it.each([[[]], [[{ kind: "shape" }, { kind: "line" }]]])(
    "counts a slide without text and picture as all wrong",
    (shapes) => {
      expect(checkSlide({ shapes, faults: [] })).toMatchObject({
        loss: 1,
        differences: [{ text: "the slide shows no text and no picture" }],
      });
    },
  );

  it("is bounded for any faults", () => {
    const some = fc
      .constantFrom("overflow", "overlap", "contrast", "leaves_slide")
      .chain((check) => fc.double({ min: 0, max: 1, noNaN: true }).map((part) => fault(check as "overlap", part)));
    fc.assert(
      fc.property(fc.array(some, { maxLength: 20 }), (faults) => {
        const { checks, loss } = checkSlide({ shapes: [text], faults });
        for (const value of [...Object.values(checks), loss]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe("slides measured in a run", () => {
  it("are one view each, the loss their mean", async () => {
    const store = memoryStore();
    const scene = store.put(
      JSON.stringify({
        slides: [
          { shapes: [text], faults: [] },
          { shapes: [], faults: [] },
        ],
      }),
    );
    const state = drawnState([{ name: "slide", image: "x" }], scene);
    const found = await slides.measure(state, taskOf("autopresent", []), store.read);
    expect(measures.parse(found)).toEqual(found);
    expect(found!.views.map(({ name, loss }) => [name, loss])).toEqual([
      ["slide", 0],
      ["slide2", 1],
    ]);
    expect(found!.loss).toBe(0.5);
    expect(found!.differences![0]!.text).toBe("slide2: the slide shows no text and no picture");
  });

  it("are not measured where the state describes no slides and there is no target", async () => {
    const store = memoryStore();
    const task = taskOf("autopresent", []);
    expect(await slides.measure(drawnState([]), task, store.read)).toBeNull();
    expect(await slides.measure(drawnState([], store.put("{}")), task, store.read)).toBeNull();
  });
});
