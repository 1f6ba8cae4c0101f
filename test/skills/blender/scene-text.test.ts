import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tool } from "../../../skills/blender/tools/get_scene_info.ts";
import { readScene } from "../../../skills/blender/tools/scene/summary.ts";
import { sceneText } from "../../../skills/blender/tools/scene/text.ts";

const thing = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  type: "MESH",
  visible: true,
  location: [1, 2, 0.5],
  rotation: [0, 0, 0.7854],
  box: { min: [0, 1, 0], max: [2, 3, 1] },
  materials: ["Porcelain"],
  ...more,
});

const scene = {
  renderer: "CYCLES",
  samples: 32,
  resolution: [512, 341],
  view_transform: "Filmic",
  frames: { start: 1, end: 48, current: 1, fps: 24 },
  world: { background: { color: [0.1, 0.1, 0.2, 1], strength: 0.5 } },
  cameras: [
    {
      name: "Camera1",
      active: true,
      type: "PERSP",
      location: [0.05, -3.15, 1.35],
      rotation: [1.29154, 0, 0.01745],
      direction: [0, 0.96, -0.28],
      lens_mm: 55,
      fov_degrees: 36.2,
    },
  ],
  lights: [{ name: "Key", type: "AREA", energy: 80, color: [1, 0.9, 0.8], size: 1.5 }],
  objects: [
    thing("Camera1", { type: "CAMERA", box: null }),
    thing("Cup"),
    thing("Key", { type: "LIGHT", box: null, rotation: [0.6, 0, 0] }),
    thing("Lost"),
    thing("Saucer", { animated: true }),
    thing("Spare", { visible: false }),
  ],
  materials: [
    { name: "Porcelain", principled: { "Base Color": [0.8, 0.8, 0.75, 1], Metallic: 0, Roughness: 0.2, IOR: 1.45 } },
    { name: "Cloth", principled: { "Base Color": { linked: "ShaderNodeTexImage" }, "Emission Color": [0, 0, 0, 1] } },
  ],
  left_out: {},
  views: [
    {
      name: "render1",
      things: [
        { name: "Saucer", rect: [0.2, 0.5, 0.81, 0.97], share: 0.24 },
        { name: "Cup", rect: [0.3, 0.1, 0.6, 0.8], share: 0.055 },
      ],
    },
  ],
};

describe("a scene as text", () => {
  it("has one line a thing, the most seen first, then cameras with their exact pose, lights and materials", () => {
    const lines = sceneText(scene, 8000)!.split("\n");
    expect(lines[0]).toBe("Rendered by Cycles, 512 x 341 px, 32 samples per pixel, view transform Filmic.");
    expect(lines.slice(1, 3)).toEqual([
      "Frames 1 to 48 at 24 per second; places and poses are those of frame 1.",
      "World background (0.1 0.1 0.2), strength 0.5.",
    ]);
    expect(lines.slice(4)).toEqual([
      "Objects (4)",
      "- Saucer (mesh): in the picture [0.2 0.5 0.81 0.97] 24 %; box (0 1 0) to (2 3 1), size 2 x 2 x 1; at (1 2 0.5); rotation (0 0 0.785); animated; material Porcelain",
      "- Cup (mesh): in the picture [0.3 0.1 0.6 0.8] 5.5 %; box (0 1 0) to (2 3 1), size 2 x 2 x 1; at (1 2 0.5); rotation (0 0 0.785); material Porcelain",
      "- Lost (mesh): not seen; box (0 1 0) to (2 3 1), size 2 x 2 x 1; at (1 2 0.5); rotation (0 0 0.785); material Porcelain",
      "- Spare (mesh): hidden; box (0 1 0) to (2 3 1), size 2 x 2 x 1; at (1 2 0.5); rotation (0 0 0.785); material Porcelain",
      "Cameras (1)",
      "- Camera1 (active): at (0.05 -3.15 1.35), rotation (1.2915 0 0.0175), looks along (0 0.96 -0.28), lens 55 mm, field of view 36.2 degrees",
      "Lights (1)",
      "- Key (area): energy 80; colour (1 0.9 0.8); size 1.5; at (1 2 0.5), rotation (0.6 0 0)",
      "Materials (2)",
      "- Porcelain: Base Color (0.8 0.8 0.75), Roughness 0.2",
      "- Cloth: Base Color from TexImage",
    ]);
  });

  it("counts what does not fit, and never cuts a line", () => {
    const objects = Array.from({ length: 400 }, (_, index) => thing(`Leaf.${index}`));
    const seen = objects.map(({ name }, index) => ({ name, rect: [0, 0, 1, 1], share: (400 - index) / 1e5 }));
    const many = { ...scene, objects, left_out: { objects: 19_600 }, views: [{ name: "render1", things: seen }] };
    const text = sceneText(many, 2500)!;
    expect(text.length).toBeLessThanOrEqual(2500);
    expect(text).toContain("Objects (20000)\n- Leaf.0 (mesh)");
    const listed = [...text.matchAll(/^- Leaf/gm)].length;
    expect(text).toContain(`and ${20_000 - listed} more: Leaf.${listed}, Leaf.${listed + 1}`);
    expect(text).toMatch(/- Camera1 \(active\).*degrees\n/);
    expect(text).toContain("- Cloth: Base Color from TexImage");
  });

  it("keeps to any budget, whatever the scene is called and however much is in it", () => {
    const name = fc.string({ unit: "grapheme", maxLength: 63 });
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null));
    const any = fc.record({
      objects: fc.array(
        fc.record({ name, type: fc.constant("MESH"), location: fc.array(number, { minLength: 3, maxLength: 3 }) }),
        { maxLength: 60 },
      ),
      lights: fc.array(fc.record({ name, type: fc.constant("SUN"), energy: number }), { maxLength: 20 }),
      materials: fc.array(fc.record({ name }), { maxLength: 20 }),
    });
    fc.assert(
      fc.property(any, fc.integer({ min: 50, max: 9000 }), (found, budget) => {
        expect(sceneText(found, budget)!.length).toBeLessThanOrEqual(budget);
      }),
    );
  });

  it("is none where the text is no scene of Blender's", () => {
    expect(["{", "[]", '{"shapes": []}', '{"objects": [{"name": 3}]}'].map((json) => sceneText(json, 500))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(readScene(JSON.stringify(scene))!.objects).toHaveLength(6);
  });

  it("is what get_scene_info answers, and its JSON where that is no scene", () => {
    expect(tool.text!(scene)).toBe(sceneText(scene, 8000));
    expect(tool.text!({ ok: 1 })).toBe('{"ok":1}');
  });
});
