import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { cropPair, crops, wholePair } from "../../../../actors/players/evidence/pictures.ts";
import { objectMap, seenViews } from "../../../../actors/players/evidence/views.ts";
import { findingsOfViews } from "../../../../actors/players/findings.ts";
import { decodePicture } from "../../../../evaluators/pictures/picture.ts";
import { readScene } from "../../../../skills/blender/tools/scene/summary.ts";
import { painted } from "../../../evaluators/pictures.ts";
import { aState, aTask, fakeIO } from "../fakes.ts";
import { type Cup, cups, labelsOf, mapOf, png, sceneJson } from "./drawn.ts";

const cup: Cup = { name: "Cup", left: 0.3, top: 0.3, side: 0.4, colour: [190, 50, 40] };

describe("the map of a picture in scene.json", () => {
  const things = [{ name: "Cup", rect: [0, 0, 1, 1] as [number, number, number, number], share: 0.1 }];
  const view = (labels: unknown) => readScene({ objects: [], views: [{ name: "a", things, labels }] })?.views[0];

  it("is read as it was written", () => {
    const map = mapOf([cup]);
    expect(objectMap(view(labelsOf(map))!)).toEqual(map);
    expect(objectMap({ name: "a", left_out: "too much" })).toBeNull();
  });

  it("is none where a program wrote nonsense, too much, or names that are not there", () => {
    const packed = (bytes: Buffer) => deflateSync(bytes).toString("base64");
    const bad = [
      { size: [2, 2], data: "no base64 at all!" },
      { size: [2, 2], data: packed(Buffer.alloc(6)) },
      { size: [2, 2], data: packed(Buffer.alloc(50_000_000)) },
      { size: [100_000, 100_000], data: packed(Buffer.alloc(8)) },
      { size: [2, 1], data: packed(Buffer.from([1, 0, 2, 0])) },
    ];
    expect(bad.map((labels) => objectMap(view(labels)!))).toEqual(bad.map(() => null));
    expect(view({ size: [-1, 2], data: "" })).toBeUndefined();
  });
});

describe("a state's views", () => {
  it("have the target on the render's grid, the target as it was given, and the map", async () => {
    const io = fakeIO();
    const [render, target] = [io.store(await png(cups([cup]))), io.store(await png(cups([cup], 360)))];
    const state = aState(1, { renders: [{ name: "render1", image: render }], scene: io.store(sceneJson([cup])) });
    const scene = readScene(await io.text(state.scene!));
    const task = aTask({ targets: [{ name: "render1", image: target }] });
    const [view] = await seenViews(state, task, scene, io);
    expect([view!.render.height, view!.target.height, view!.full.height]).toEqual([120, 120, 360]);
    expect(view!.map!.names).toEqual(["Cup"]);
    expect((await seenViews(state, task, null, io))[0]!.map).toBeNull();
  });
});

describe("pictures that are shown", () => {
  const render = cups([{ ...cup, colour: [40, 60, 190] }]);
  /** Stripes of one pixel of a target three times as large: lost on the render's grid. */
  const fine = painted(540, 360, (x, y) => (x > 270 && y > 180 && x % 2 === 0 ? [250, 250, 250] : [20, 20, 20]));
  const view = { name: "render1", render, full: fine, target: fine, map: mapOf([cup]) };

  it("show the same part of both at one scale, cut out of the target as it was given", async () => {
    const rect = { left: 0.5, top: 0.5, right: 1, bottom: 1 };
    const pair = await cropPair(view, rect);
    expect([pair.target.width, pair.target.height]).toEqual([270, 180]);
    expect([pair.render.width, pair.render.height]).toEqual([270, 180]);
    // The target's stripes are all there; the render is enlarged smoothly, not as a mosaic of equal pixels.
    const row = (picture: typeof pair.target, y: number) =>
      Array.from({ length: 40 }, (_, x) => picture.rgb[(y * picture.width + x + 20) * 3]!);
    const steps = row(pair.target, 90).map((v, x, all) => Math.abs(v - (all[x - 1] ?? v)));
    expect(steps.filter((step) => step > 100).length).toBeGreaterThan(30);
    expect(new Set(row(pair.render, 10)).size).toBeGreaterThanOrEqual(1);
    const small = await cropPair(view, { left: 0.5, top: 0.5, right: 0.55, bottom: 0.6 });
    expect(Math.max(small.render.width, small.render.height)).toBe(224);
    const whole = await cropPair(view, { left: 0, top: 0, right: 1, bottom: 1 });
    expect(Math.max(whole.target.width, whole.target.height)).toBe(448);
  });

  it("are the worst regions, each once, named by thing and place", async () => {
    const goal = cups([cup]);
    const seen = { ...view, full: cups([cup], 360), target: goal };
    const shown = await crops([seen], findingsOfViews([seen]), 3);
    expect(shown.map(({ label }) => label)).toEqual([
      expect.stringMatching(/^render1, Cup, centre: target and render enlarged, \[0\.\d\d 0\.\d\d 0\.\d\d 0\.\d\d\]$/),
    ]);
    const whole = await decodePicture((await wholePair(seen, 0.01)).png);
    expect(whole.width).toBeGreaterThan(1000);
  });
});
