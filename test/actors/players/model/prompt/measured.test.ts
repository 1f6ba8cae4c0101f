import { describe, expect, it } from "vitest";
import { measuredParts } from "../../../../../actors/players/model/prompt/measured.ts";
import type { Part } from "../../../../../bridge/models/contract.ts";
import { type Cup, cups, png, sceneJson } from "../../evidence/drawn.ts";
import { aContext, aRound, aState, aTask, type FakeIO, fakeIO, measuresOf } from "../../fakes.ts";

const cup: Cup = { name: "Cup", left: 0.3, top: 0.3, side: 0.4, colour: [190, 50, 40] };
const bowl: Cup = { name: "Bowl", left: 1.0, top: 0.5, side: 0.3, colour: [60, 160, 70] };
const noFeedback = { visual_difference: { critical: [], major: [], minor: [] }, edit_suggestion: [], thought: "" };

async function roundOf(io: FakeIO, t: number, drawn: Cup[]) {
  const state = aState(t, {
    renders: [{ name: "render1", image: io.store(await png(cups(drawn))) }],
    scene: io.store(sceneJson(drawn)),
  });
  const program = { t, candidate: 0, thought: "", code_diff: "", code: io.store(`# ${t}`) };
  return aRound(t, { state, program, measures: measuresOf(0.01) });
}

const textOf = (parts: readonly Part[]) => parts.map((part) => (part.type === "text" ? part.text : "")).join("\n");
const pictures = (parts: readonly Part[]) => parts.flatMap((part) => (part.type === "image" ? [part] : []));

async function scene() {
  const io = fakeIO();
  const target = io.store(await png(cups([cup, bowl], 240)));
  const task = aTask({ targets: [{ name: "render1", image: target }] });
  const best = await roundOf(io, 1, [{ ...cup, left: 0.45 }, bowl]);
  const last = await roundOf(io, 2, [{ ...cup, colour: [40, 60, 190] }, bowl]);
  return { io, best, last, context: aContext({ t: 3, task, rounds: [best, last], best, from: best.program }) };
}

describe("what a generator is told was measured", () => {
  it("is of the program it starts from: how it is drawn, what differs and what would correct it", async () => {
    const { io, context } = await scene();
    const parts = await measuredParts(context, io);
    const said = textOf(parts);
    expect(said).toContain("# Measured: the program of round 1, which you start from");
    expect(said).toContain("Rendered by Cycles, 180 x 120 px, 32 samples per pixel, view transform Filmic. Grain is");
    expect(said).toContain("- Cup: it sits 10 % of the width too far right");
    expect(said).toContain("  To correct: move Cup 10 % of the width to the left in the picture.");
    expect(said).not.toContain("blue");
    expect(said.length).toBeLessThan(2500);
    expect(pictures(parts).map(({ label }) => label.replace(/\[.*/, ""))).toEqual([
      "render1: target and render side by side",
      "render1, Cup, centre: target and render enlarged, ",
    ]);
  });

  it("gives computed factors of light and colour, and follows the last program where that is the start", async () => {
    const { io, context, last } = await scene();
    const said = textOf(await measuredParts({ ...context, from: last.program }, io));
    expect(said).toMatch(/Cup, centre .*too blue/);
    expect(said).toMatch(/take out blue \(linear colour red x\d/);
  });

  it("is left out before any round of the window, pictures first", async () => {
    const { io, context } = await scene();
    const parts = await measuredParts(context, io);
    expect(pictures(parts).every(({ drop }) => drop !== undefined && drop < 1)).toBe(true);
    expect(parts.find((part) => part.type === "text")!.drop).toBeGreaterThan(1e6);
  });

  it("does not say again what the round's feedback says", async () => {
    const { io, context, best } = await scene();
    const [line] = textOf(await measuredParts(context, io)).match(/- Cup: .*(?= \(loss)/)!;
    const visual_difference = { critical: [line.slice(2)], major: [], minor: [] };
    const judged = { ...best, feedback: { ...noFeedback, visual_difference } };
    const said = textOf(await measuredParts({ ...context, rounds: [judged], best: judged }, io));
    expect(said).not.toContain("- Cup: it sits");
  });

  it("is nothing before the first picture or without a target, and a note where a picture cannot be read", async () => {
    const { io, context } = await scene();
    expect(await measuredParts(aContext(), io)).toEqual([]);
    const untold = await measuredParts({ ...context, task: aTask() }, io);
    expect(pictures(untold)).toEqual([]);
    const task = aTask({ targets: [{ name: "render1", image: io.store("no picture") }] });
    expect(await measuredParts({ ...context, task }, io)).toEqual([]);
    expect(io.notes).toMatchObject([{ type: "evidence.left_out", data: { t: 3 } }]);
  });
});
