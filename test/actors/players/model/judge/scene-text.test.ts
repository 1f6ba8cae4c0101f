import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sceneText } from "../../../../../actors/players/model/judge/scene-text.ts";

describe("scene.json in words", () => {
  it("reads any file and says nothing of one that is no scene", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        const told = sceneText(text);
        expect(told === null || told.startsWith("# What the scene holds")).toBe(true);
      }),
    );
    expect(sceneText("{}")).toBeNull();
  });

  it("says what it can where parts are missing or of another form", () => {
    const told = sceneText(JSON.stringify({ cameras: "none", frames: 3, objects: [{ name: "Cup", visible: false }] }));
    expect(told).toContain("- Cup: mesh at ?, size ?, hidden");
    expect(told).not.toMatch(/Cameras|Frames|Lights/);
  });

  it("keeps cameras and lights when there are more things than can be listed", () => {
    const objects = Array.from({ length: 2000 }, (_, i) => ({ name: `Thing ${i}`, location: [i, 0, 0] }));
    const cameras = [{ name: "Cam", active: true, location: [1, 2, 3], rotation: [0.1, 0, 0], lens_mm: 35 }];
    const materials = Array.from({ length: 500 }, (_, i) => ({ name: `Material ${i}` }));
    const told = sceneText(JSON.stringify({ objects, cameras, materials, lights: [{ name: "Sun", type: "SUN" }] }))!;
    expect(told.length).toBeLessThan(6500);
    expect(told).toContain("Cam (active): location [1, 2, 3], rotation_euler [0.1, 0, 0], lens 35 mm");
    expect(told).toContain("- Sun: sun");
    expect(told).toContain("Material 0");
  });
});
