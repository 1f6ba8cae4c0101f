import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { movedNumbers } from "../../../bridge/text/moved-numbers.ts";

describe("moved numbers", () => {
  it("are the numbers that changed on lines that are otherwise the same", () => {
    const before = 'lamp.energy = 100\nobj.location = (0.5, -1, 2)\nf(scale=1.5, n=3)\nsame = 4\nlight.new("a", 7)\n';
    const after =
      '# a new line\nlamp.energy = 120.5\nobj.location = (0.5, -2, 2)\nf(scale=1.75, n=3)\nsame = 4\nlight.new("a", 8)\n';
    expect(movedNumbers(before, after)).toEqual([
      { line: 2, label: "lamp.energy", from: 100, to: 120.5 },
      { line: 3, label: "obj.location[1]", from: -1, to: -2 },
      { line: 4, label: "scale", from: 1.5, to: 1.75 },
      { line: 6, label: "new(a)[1]", from: 7, to: 8 },
    ]);
  });

  it("are not the digits of names, and not numbers that are only written otherwise", () => {
    expect(movedNumbers("x1 = y2 + 1.0", "x1 = y2 + 1")).toEqual([]);
    expect(movedNumbers("a = b.c3(1e-3)", "a = b.c3(2e-3)")).toMatchObject([{ from: 0.001, to: 0.002 }]);
  });

  it("do not come out of comments and texts, nor does a comment hide a line's own", () => {
    const before = `x = 1  # 1 of 3\n"""a text\nof 4 lines"""\nname("lamp 1", size=2)\nw = 5 # five\n`;
    const after = `x = 1  # 2 of 3\n"""a text\nof 5 lines"""\nname("lamp 2", size=2)\nw = -6 # six, was 5\n`;
    expect(movedNumbers(before, after)).toEqual([{ line: 5, label: "w", from: 5, to: -6 }]);
    expect(movedNumbers("a = b - 1\nc = 0x10", "a = b - 2\nc = 1_7")).toMatchObject([
      { from: 1, to: 2 },
      { from: 16, to: 17 },
    ]);
  });

  it("are named by the thing that their call names, by keyword, or by what is assigned to", () => {
    const line = (n: number) =>
      [
        `shape("Mug, (old)", tube, (${n}, 0.2, 0.7), material('Glaze', (0.75, ${n}, 0.66)), turn=${n})`,
        `b.inputs["Roughness"].default_value = ${n}`,
        `wh.location = Vector((1, ${n}, 3))`,
        `f(g(1, 2), ${n})`,
        `add(radius=${n}, location=(0, 0, ${n}))`,
      ].join("\n");
    expect(movedNumbers(line(4), line(5)).map(({ label }) => label)).toEqual([
      "shape(Mug, (old))[2][0]",
      "material(Glaze)[1][1]",
      "shape(Mug, (old)).turn",
      'b.inputs["Roughness"].default_value',
      "wh.location[1]",
      "f",
      "radius",
      "location",
    ]);
  });

  it("of a page are those of its text and attributes", () => {
    const page = (width: number, said: number) => `<p style="width: ${width}px">\n<!-- ${said} -->\n`;
    expect(movedNumbers(page(10, 1), page(12, 2), { language: "html" })).toMatchObject([{ line: 1, from: 10, to: 12 }]);
  });

  it("of any two texts are found without failing", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        for (const number of movedNumbers(a, b)) expect(number.from).not.toBe(number.to);
      }),
    );
  });
});
