import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultLimits, type Engine, type RunRequest } from "../../../bridge/engines/contract.ts";
import { openEngine } from "../../../bridge/engines/open.ts";
import { killTree, treeOf } from "../../../bridge/processes/tree.ts";
import { deckSummary } from "../../../skills/slides/tools/deck/summary.ts";
import { noOffice, program } from "./office.ts";

let root: string;
let engine: Engine;
let jobs = 0;

async function run(code: string, more: Partial<RunRequest> = {}) {
  jobs += 1;
  const dir = join(root, `job${jobs}`);
  await mkdir(dir);
  const views = [{ name: "slide", camera: null }];
  const job = { job: `job${jobs}`, program: code, views, quality: { px: 640 }, limits: defaultLimits, dir, ...more };
  const state = await engine.run(job);
  return { state, dir, checks: (state.checks ?? []).map(({ check }) => check) };
}

async function pictureOf(path: string, width?: number) {
  const plain = sharp(path).removeAlpha();
  const sized = width === undefined ? plain : plain.resize({ width });
  const { data, info } = await sized.raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
  return { data, width: info.width, height: info.height, at };
}

const office = () => treeOf(engine.pid!).find(({ pid }) => isOffice(pid));
function isOffice(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0]!.endsWith("soffice.bin");
  } catch {
    return false;
  }
}

describe.skipIf(noOffice !== null)(`slides${noOffice === null ? "" : ` (left out: ${noOffice})`}`, () => {
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "viga-slides-"));
    engine = await openEngine("slides", { scratch: join(root, "engine") });
  }, 120_000);
  afterAll(async () => {
    await engine.close();
    await rm(root, { recursive: true, force: true });
  });

  it("are drawn, each a picture as wide as the target, and told in words", async () => {
    const { state, dir } = await run(
      program(`const one = pptx.addSlide();
one.background = { color: "102030" };
one.addText("Hello", { x: 1, y: 1, w: 4, h: 1, fontSize: 32, fontFace: "Arial", color: "FFFFFF" });
pptx.addSlide().addShape("rect", { x: 0, y: 0, w: 5, h: 5.625, fill: { color: "00FF00" } });
console.log("said");`),
      { keep: "it", save: "output.pptx" },
    );
    expect(state).toMatchObject({
      ok: true,
      scene: true,
      renders: [{ name: "slide" }, { name: "slide2" }],
      log: "said\n",
    });
    expect(state.checks).toBeUndefined();
    const first = await pictureOf(join(dir, "slide.png"));
    expect([first.width, first.height, first.at(630, 350)]).toEqual([640, 360, [16, 32, 48]]);
    const second = await pictureOf(join(dir, "slide2.png"));
    expect([second.at(100, 100), second.at(500, 100)]).toEqual([
      [0, 255, 0],
      [255, 255, 255],
    ]);
    const scene = deckSummary.parse(JSON.parse(await readFile(join(dir, "scene.json"), "utf8")));
    expect(scene.slides.map(({ shapes }) => shapes.map(({ kind, box }) => ({ kind, box })))).toEqual([
      [{ kind: "text", box: [1, 1, 4, 1] }],
      [{ kind: "shape", box: [0, 0, 5, 5.625] }],
    ]);
    expect(scene.slides[0]).toMatchObject({ size: [10, 5.625], background: "#102030" });
    expect(scene.slides[0]!.shapes[0]!.styles).toEqual([
      { points: 32, font: "Arial", bold: false, color: "#ffffff", letters: 5 },
    ]);
    const probe = { job: "p", scene: "it", action: "slide_info", args: {}, limits: defaultLimits, dir };
    expect((await engine.probe(probe)).result).toEqual({ slides: scene.slides });
    await engine.drop("it");
    expect((await engine.probe(probe)).error).toMatchObject({ type: "NoScene" });

    // What a cold office of its own shows of the file is what was drawn.
    const profile = `-env:UserInstallation=file://${join(root, "profile")}`;
    const cold = ["--headless", profile, "--convert-to", "png", "--outdir", root, join(dir, "output.pptx")];
    await execa(process.env.VIGA_LIBREOFFICE ?? "soffice", cold);
    const shown = await pictureOf(join(root, "output.png"), 640);
    expect([shown.width, shown.height]).toEqual([640, 360]);
    const apart = shown.data.reduce((sum, value, index) => sum + Math.abs(value - first.data[index]!), 0);
    expect(apart / shown.data.length).toBeLessThan(1.5);
  }, 120_000);

  it("are checked in the office's own layout", async () => {
    const long = "word ".repeat(60);
    const { state, checks } = await run(
      program(`const s = pptx.addSlide();
s.addText(${JSON.stringify(long)}, { x: 1, y: 1, w: 3, h: 0.5, fontSize: 18, fontFace: "Arial", color: "000000" });
s.addText("beneath", { x: 6, y: 1, w: 2, h: 0.5, fontFace: "Arial", color: "000000" });
s.addShape("rect", { x: 6, y: 1, w: 2, h: 0.5, fill: { color: "CCCCCC" } });
s.addText("faint", { x: 1, y: 4.5, w: 2, h: 0.5, fontFace: "Arial", color: "EEEEEE" });
s.addText("away", { x: 9.5, y: 4.5, w: 3, h: 0.5, fontFace: "Arial", color: "000000", fit: "shrink" });
s.addText("swash", { x: 4, y: 5, w: 2, h: 0.5, fontFace: "Zapfino", color: "000000" });`),
    );
    expect(checks).toEqual(["overflow", "overlap", "leaves_slide", "leaves_slide", "contrast", "font"]);
    const told = (state.checks ?? []).map(({ text }) => text).join("\n");
    expect(told).toMatch(/'word word.*' needs 4\.\d+ in of height and has 0\.5 in/);
    expect(told).toMatch(/'beneath' is covered by shape 'Shape 2'/);
    expect(told).toMatch(/'away' leaves the slide: 2\.\d+ in at the right/);
    expect(told).toMatch(/'faint' stands out too little: contrast 1\.\d of #eeeeee on #f/);
    expect(told).toContain("Zapfino");
    const picture = `s.addImage({ path: "photo.png", x: 0, y: 0, w: 10, h: 5.6 });`;
    const media = join(root, "media");
    await mkdir(media);
    await sharp({ create: { width: 8, height: 8, channels: 3, background: "#ff0000" } })
      .png()
      .toFile(join(media, "photo.png"));
    const shown = await run(program(`const s = pptx.addSlide(); ${picture}`), { assets: [media] });
    expect(shown.checks).toEqual(["one_picture"]);
    expect((await pictureOf(join(shown.dir, "slide.png"))).at(300, 200)).toEqual([255, 0, 0]);
    expect((await run(program("pptx.addSlide();"))).checks).toEqual(["empty_slide"]);
  }, 120_000);

  it.each([
    ["of the program, with its line", program("const s = pptx.addSlide();\ns.addTxt('x');"), "TypeError", 4],
    ["of its grammar", "const a = ;\n", "SyntaxError", undefined],
    [
      "of a file that is not there",
      program("pptx.addSlide().addImage({ path: 'no.png', x: 1, y: 1, w: 1, h: 1 });"),
      "Error",
      undefined,
    ],
    ["where it writes no deck", "console.log(1)", "NoDeck", undefined],
    ["where it writes another", program("").replace("output", "other"), "NoDeck", undefined],
    ["where it makes no slide", program(""), "NoSlides", undefined],
    ["where it is python", "from pptx import Presentation\n", "OtherLanguage", undefined],
    ["where it writes no .pptx", "require('fs').writeFileSync('output.pptx', 'x')", "DeckUnreadable", undefined],
  ])(
    "have an error %s",
    async (_, code, type, line) => {
      const { state } = await run(code);
      expect(state.ok).toBe(false);
      expect(state.error).toMatchObject({ type, ...(line === undefined ? {} : { line }) });
      expect(state.error?.message).not.toBe("");
    },
    60_000,
  );

  it("are written by modules as well as by scripts, and keep nothing from one program to the next", async () => {
    const module = `import pptxgen from "pptxgenjs";
import { existsSync, writeFileSync } from "node:fs";
console.log(existsSync("left"), typeof globalThis.left, pptxgen.left);
writeFileSync("left", "x");
globalThis.left = pptxgen.left = Object.prototype.left = 1;
const pptx = new pptxgen();
pptx.addSlide().addText("x", { x: 1, y: 1, w: 1, h: 1, color: "000000" });
await pptx.writeFile({ fileName: "output.pptx" });`;
    expect((await run(module)).state).toMatchObject({ ok: true });
    expect((await run(module)).state).toMatchObject({ ok: true, log: "false undefined undefined\n" });
  }, 60_000);

  it("are drawn by a fresh office where one is ended in the middle of a job, or before", async () => {
    const code = program("pptx.addSlide().addText('x', { x: 1, y: 1, w: 1, h: 1, color: '000000' });");
    killTree(office()?.pid);
    expect((await run(code)).state).toMatchObject({ ok: true });
    const many = program(`for (let i = 0; i < 16; i++) { const s = pptx.addSlide();
  for (let k = 0; k < 30; k++) s.addText("t" + k, { x: 1, y: 1, w: 1, h: 1, color: "000000" }); }`);
    // While the program runs, while the deck is read, and while its slides are drawn and measured.
    for (const moment of [30, 200, 400, 800]) {
      const running = run(many);
      const before = office()?.pid;
      await new Promise((resolve) => setTimeout(resolve, moment));
      killTree(office()?.pid);
      const { state } = await running;
      expect(state).toMatchObject({ ok: true });
      expect(state.renders).toHaveLength(16);
      expect(office()?.pid).not.toBe(before);
    }
  }, 240_000);

  it("leave no file and no process", async () => {
    await run(program("pptx.addSlide();"));
    const before = treeOf(engine.pid!).length;
    await run(program("pptx.addSlide();"));
    expect(Math.abs(treeOf(engine.pid!).length - before)).toBeLessThanOrEqual(3);
    const own = (await readdir(join(root, "engine"))).filter((name) => name.startsWith("engine-"));
    expect(await readdir(join(root, "engine", own[0]!))).toEqual([]);
    await writeFile(join(root, "kept"), "");
  }, 60_000);
});
