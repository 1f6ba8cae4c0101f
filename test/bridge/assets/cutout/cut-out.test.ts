import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { boxOf } from "../../../../bridge/assets/cutout/box-of.ts";
import { type CutOut, cutOut } from "../../../../bridge/assets/cutout/cut-out.ts";
import { casesFolder } from "../../../evaluators/cases.ts";

const photo = `${casesFolder}photos/coffee.png`;

async function drawing(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200">${svg}</svg>`))
    .png()
    .toBuffer();
}

function whole(found: CutOut | { why: string }): CutOut {
  if ("why" in found) throw new Error(found.why);
  return found;
}

/** Reads the alpha of a cut-out at a place of the whole picture, 0..255; 0 outside what was cut. */
async function alphaAt({ png, box }: CutOut, width: number, height: number) {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(4);
  return (x: number, y: number): number => {
    const [u, v] = [Math.round(x - box.left * width), Math.round(y - box.top * height)];
    if (u < 0 || v < 0 || u >= info.width || v >= info.height) return 0;
    return data[4 * (v * info.width + u) + 3]!;
  };
}

describe("a thing cut out of a picture", () => {
  it("is its own shape, with its hole, and not what lies beside it", async () => {
    const picture = await drawing(
      '<rect width="300" height="200" fill="#7a8a99"/><rect y="150" width="300" height="50" fill="#5b4a3a"/>' +
        '<circle cx="150" cy="95" r="40" fill="none" stroke="#c22" stroke-width="26"/><rect x="10" y="60" width="30" height="60" fill="#c22"/>',
    );
    const found = whole(await cutOut(picture, { left: 0.27, top: 0.15, right: 0.73, bottom: 0.85 }));
    const alpha = await alphaAt(found, 300, 200);
    expect([alpha(110, 95), alpha(150, 55), alpha(190, 95)].every((value) => value > 200)).toBe(true);
    expect([alpha(150, 95), alpha(85, 95), alpha(25, 90), alpha(150, 165)].every((value) => value < 60)).toBe(true);
    expect(found.box.left).toBeCloseTo(0.3, 1);
  });

  it("is refused with a reason where nothing stands out, where it goes on outside, and where the box is empty", async () => {
    const plain = await drawing('<rect width="300" height="200" fill="#888"/>');
    const why = async (picture: Buffer, box: [number, number, number, number]) => {
      const [left, top, right, bottom] = box;
      const found = await cutOut(picture, { left, top, right, bottom });
      return "why" in found ? found.why : `cut: ${found.share}`;
    };
    expect(await why(plain, [0.3, 0.3, 0.7, 0.7])).toMatch(/stands out|goes on outside/);
    expect(await why(plain, [0.5, 0.3, 0.5, 0.7])).toContain("too small");
    expect(await why(plain, [0, 0, 1, 1])).toMatch(/stands out|goes on outside/);
  });

  it.runIf(existsSync(photo))(
    "is the cup with its saucer and spoon in a photograph, and none of the table",
    async () => {
      const found = whole(await cutOut(await readFile(photo), { left: 0.1, top: 0.02, right: 0.82, bottom: 0.99 }));
      const alpha = await alphaAt(found, 600, 400);
      const inside = [
        [290, 140],
        [185, 150],
        [110, 200],
        [365, 280],
        [225, 265],
        [430, 200],
        [280, 370],
        [390, 110],
      ];
      const outside = [
        [40, 300],
        [520, 60],
        [560, 350],
        [80, 60],
        [75, 350],
        [470, 330],
        [120, 60],
      ];
      expect(inside.map(([x, y]) => alpha(x!, y!) > 128)).toEqual(inside.map(() => true));
      expect(outside.map(([x, y]) => alpha(x!, y!) > 128)).toEqual(outside.map(() => false));
    },
  );
});

describe("the box of a thing", () => {
  const analysis = `Here it is:\n\`\`\`json\n${JSON.stringify({
    objects: [
      { name: "Wooden table", box: [0, 0.5, 1, 1] },
      { name: "coffee cup", box: [0.2, 0.1, 0.7, 0.6] },
      { name: "spoon", box: "left" },
    ],
  })}\n\`\`\``;

  it("is read from the target's description by name, a little larger than was estimated", () => {
    const box = boxOf("cup", analysis)!;
    expect([box.left, box.top, box.right, box.bottom].map((edge) => Number(edge.toFixed(3)))).toEqual([
      0.17, 0.07, 0.73, 0.63,
    ]);
    expect(boxOf("table", analysis)).toMatchObject({ left: 0, right: 1, bottom: 1 });
  });

  it("is unknown where the description has none, another thing's or no sense", () => {
    for (const [name, text] of [
      ["spoon", analysis],
      ["plate", analysis],
      ["cup", "a cup"],
      ["cup", null],
      ["cup", '{"objects": 3}'],
    ] as const) {
      expect(boxOf(name, text)).toBeNull();
    }
  });
});
