import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { createPixels, similarity } from "../../../../actors/players/pixels/pixels.ts";
import type { Observation, PlayerIO } from "../../../../actors/players/player.ts";
import { compareViews, photometric } from "../../../../evaluators/photometric.ts";
import { decodePicture, type Picture } from "../../../../evaluators/pictures/picture.ts";
import { feedback, type Round, type State, type Task } from "../../../../machines/domain/index.ts";
import { measureFixtures } from "../../../evaluators/cases.ts";
import { painted } from "../../../evaluators/pictures.ts";
import { measuresOf } from "../fakes.ts";

const png = (picture: Picture) =>
  sharp(picture.rgb, { raw: { width: picture.width, height: picture.height, channels: 3 } })
    .png()
    .toBuffer();

/** A store in memory, and the one part of a host that a pixels player needs. */
function store() {
  const files = new Map<string, Buffer>();
  const put = (content: Buffer | string) => {
    const bytes = Buffer.from(content);
    const ref = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    files.set(ref, bytes);
    return ref;
  };
  const io = {
    bytes: async (ref: string) => files.get(ref)!,
    put: async (content: Buffer | string) => put(content),
    measurement: photometric.measurement,
  } as Partial<PlayerIO> as PlayerIO;
  return { files, put, io };
}

function stateOf(t: number, renders: State["renders"]): State {
  return {
    t,
    candidate: 0,
    ok: true,
    renders,
    log: "",
    slot: "cpu",
    epoch: 1,
    seconds: { execute: 0, render: 0, total: 0 },
  };
}

const noTask: Omit<Task, "targets"> = {
  mode: "static_scene",
  name: "n",
  text: "",
  start: null,
  base: null,
  prompt: "none",
};

async function judge(options: { render: Buffer; target: Buffer; before?: Buffer; t?: number }) {
  const { files, put, io } = store();
  const task: Task = { ...noTask, targets: [{ name: "render1", image: put(options.target) }] };
  const t = options.t ?? 1;
  const measure = (image: Buffer) => compareViews([{ name: "render1", image, target: options.target }]);
  const previous: Round | null =
    options.before === undefined
      ? null
      : {
          t: t - 1,
          program: null,
          state: stateOf(t - 1, [{ name: "render1", image: put(options.before) }]),
          measures: await measure(options.before),
          feedback: null,
        };
  const observation: Observation = {
    t,
    task,
    state: stateOf(t, [{ name: "render1", image: put(options.render) }]),
    measures: await measure(options.render),
    previous,
    analysis: null,
  };
  const found = await createPixels().judge(observation, io);
  expect(feedback.parse(found)).toEqual(found);
  return { found, files, everything: JSON.stringify(found) };
}

const room = (corner: number, rest = 180) =>
  png(painted(240, 240, (x, y) => (x < 80 && y >= 160 ? [corner, corner, corner] : [rest, rest, rest])));

describe("the pixels verifier", () => {
  it("says where it is too dark, by how much, and by what factor the light must rise", async () => {
    const { found } = await judge({ render: await room(120), target: await room(180) });
    expect(found.visual_difference.critical.join()).toMatch(
      /lower left \(left 0\.00, top 0\.67, right 0\.33, bottom 1\.00;.*33 % too dark/,
    );
    expect(found.edit_suggestion.join()).toMatch(/lower left: raise the light there about x2\.4/);
    expect(found.next_focus).toContain("lower left");
  });

  it("stores a heat map as wide as the render", async () => {
    const { found, files } = await judge({ render: await room(120), target: await room(180) });
    const map = await decodePicture(files.get(found.heatmap!)!);
    expect(map.width).toBe(240);
    expect(map.height).toBeGreaterThan(240);
  });

  it("grades a small difference as minor and a large one as critical", async () => {
    const small = await judge({ render: await room(172), target: await room(180) });
    expect(small.found.visual_difference.critical).toEqual([]);
    expect(small.found.visual_difference.major).toEqual([]);
    expect(small.found.visual_difference.minor).toHaveLength(1);
  });

  it("finds nothing to say between equal pictures", async () => {
    const picture = await room(120);
    const { found } = await judge({ render: picture, target: picture });
    expect(found.visual_difference).toEqual({ critical: [], major: [], minor: [] });
    expect(found.edit_suggestion).toEqual([]);
    expect(found.overall_similarity).toBe(100);
  });

  it("tells how much better or worse the round is than the one before, and where", async () => {
    const [dark, less, target] = [await room(90), await room(120), await room(180)];
    const better = await judge({ render: less, target, before: dark });
    expect(better.found.thought).toMatch(/PL .* -> .*, 55\.6 % better/);
    expect(better.found.thought).toMatch(/\b1[01]\.\d % of the picture changed visibly/);
    expect(better.found.thought).toContain("Most gained: lower left");
    const worse = await judge({ render: dark, target, before: less });
    expect(worse.found.thought).toContain("125.0 % worse");
    expect(worse.found.edit_suggestion[0]).toMatch(/worse, most at lower left: undo/);
  });

  it("notices that an edit changed nothing that is seen", async () => {
    const same = await room(120);
    const { found } = await judge({ render: same, target: await room(180), before: same, t: 4 });
    expect(found.visual_difference.major).toContain("the picture is the same as in the round before");
    expect(found.edit_suggestion[0]).toMatch(/no visible effect/);
  });

  it("tells light that is off everywhere from things that are off somewhere", async () => {
    const target = await readFile(`${measureFixtures}placement_000.png`);
    const lit = await decodePicture(target);
    const { found } = await judge({ render: await png({ ...lit, rgb: lit.rgb.map((v) => v * 0.7) }), target });
    expect(found.visual_difference.critical[0]).toMatch(
      /whole picture is \d+ % too dark; light and colour alone account for \d\d/,
    );
    expect(found.edit_suggestion[0]).toMatch(/scale the strength of all lights/);
  });

  it("speaks of furniture that was moved in a real scene", async () => {
    const { everything } = await judge({
      render: await readFile(`${measureFixtures}placement_000.png`),
      target: await readFile(`${measureFixtures}placement_040.png`),
    });
    expect(everything).toMatch(/its content sits \d[\d.]* % of the (width|height) too/);
    expect(everything).toMatch(/move what is seen there \d[\d.]* % of the/);
  });

  it("names the view when there are several, and puts their heat maps on one sheet", async () => {
    const { files, put, io } = store();
    const [good, bad] = [put(await room(180)), put(await room(120))];
    const found = await createPixels().judge(
      {
        t: 1,
        task: {
          ...noTask,
          targets: [
            { name: "render1", image: good },
            { name: "render2", image: good },
          ],
        },
        state: stateOf(1, [
          { name: "render1", image: good },
          { name: "render2", image: bad },
        ]),
        measures: null,
        previous: null,
        analysis: null,
      },
      io,
    );
    expect(found.visual_difference.critical[0]).toMatch(/^render2: lower left/);
    expect((await decodePicture(files.get(found.heatmap!)!)).width).toBeGreaterThan(480);
  });

  it("refuses a task without a target, and renders that match none", async () => {
    const { put, io } = store();
    const image = put(await room(180));
    const base = { t: 1, measures: null, previous: null, analysis: null };
    const state = stateOf(1, [
      { name: "a", image },
      { name: "b", image },
    ]);
    await expect(createPixels().judge({ ...base, state, task: { ...noTask, targets: [] } }, io)).rejects.toMatchObject({
      code: "input_invalid",
      hint: expect.stringContaining("target"),
    });
    const task = { ...noTask, targets: [{ name: "render1", image }] };
    await expect(createPixels().judge({ ...base, state, task }, io)).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining("renders: a, b"),
    });
  });
});

describe("similarity", () => {
  it("is 100 for equal pictures, 0 for opposite ones, and falls with PL", () => {
    expect(similarity(measuresOf(0, 1))).toBe(100);
    expect(similarity(measuresOf(1, -0.2))).toBe(0);
    expect(similarity(measuresOf(0.01, 0.9))).toBeCloseTo(84, 6);
  });
});

describe("what the evaluator itself says", () => {
  const said = [
    { text: "heading 'about us' is 24 px too low", loss: 0.03 },
    { text: "text 'x' should read 'y'", loss: 0.001 },
  ];
  const measures = { loss: 0.04, noise: 0, metrics: { loss: 0.04 }, views: [], differences: said };

  it("is the verdict where there is no target", async () => {
    const { io } = store();
    const given = await createPixels().judge(
      {
        t: 1,
        task: { ...noTask, targets: [] },
        state: stateOf(1, []),
        measures,
        previous: null,
        analysis: null,
      },
      io,
    );
    expect(feedback.parse(given)).toEqual(given);
    expect(given.visual_difference.critical).toEqual([said[0]!.text]);
    expect(given.visual_difference.minor).toEqual([said[1]!.text]);
    expect(given.overall_similarity).toBeCloseTo(96, 9);
  });
});
