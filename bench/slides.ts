import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { defaultLimits, type Engine } from "../bridge/engines/contract.ts";
import { openEngine } from "../bridge/engines/open.ts";
import { treeOf } from "../bridge/processes/tree.ts";
import { takenBy } from "../skills/sandbox/taken.ts";
import { median } from "./median.ts";

/** A slide of ordinary content: a title, two boxes, bullets. */
const slide = (n: number): string => `const PptxGenJS = require("pptxgenjs");
const pptx = new PptxGenJS();
const s = pptx.addSlide();
s.addText("Slide ${n}", { x: 0.5, y: 0.3, w: 9, h: 0.8, fontFace: "Arial", fontSize: 32, bold: true, color: "14285A" });
s.addShape("rect", { x: 6, y: 1.4, w: 3.5, h: 3.6, fill: { color: "E0E8F0" } });
s.addText("A box", { x: 6.2, y: 1.6, w: 3, h: 0.6, fontFace: "Arial", fontSize: 20, color: "203040" });
s.addText(${JSON.stringify(["First of three points", "A second, which is longer", "The third"])}.map((text) => ({ text, options: { bullet: true, breakLine: true } })),
  { x: 0.5, y: 1.4, w: 5, h: 3.6, fontFace: "Arial", fontSize: 18, color: "203040", valign: "top" });
pptx.writeFile({ fileName: "output.pptx" });
`;

const pairs = 8;
const programs = 300;

async function draw(engine: Engine, dir: string, n: number): Promise<number> {
  const views = [{ name: "slide", camera: null }];
  const began = performance.now();
  const job = {
    job: `slide${n}`,
    program: slide(n),
    views,
    quality: { px: 1280 },
    limits: defaultLimits,
    dir,
    save: "output.pptx",
  };
  const state = await engine.run(job);
  if (!state.ok) throw new Error(`slide ${n}: ${state.error?.message}`);
  return performance.now() - began;
}

/** The picture of a deck that is there already, by an office that is started for it, with a profile that is used again. */
async function cold(dir: string): Promise<number> {
  const began = performance.now();
  const profile = `-env:UserInstallation=file://${join(dir, "profile")}`;
  const args = ["--headless", profile, "--convert-to", "png", "--outdir", join(dir, "cold"), join(dir, "output.pptx")];
  await execa(process.env.VIGA_LIBREOFFICE ?? "soffice", args, { stdio: "ignore", timeout: 300_000 });
  return performance.now() - began;
}

/** A program and its slide on the warm engine beside one cold office for each deck, turn by turn; and what 300 leave. */
export async function slides(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "viga-bench-slides-"));
  const engine = await openEngine("slides", { scratch: join(dir, "engine") });
  try {
    await draw(engine, dir, 0);
    // The first start makes the profile.
    await cold(dir);
    const times = { warm: [] as number[], cold: [] as number[] };
    for (let n = 1; n <= pairs; n++) {
      times.cold.push(await cold(dir));
      times.warm.push(await draw(engine, dir, n));
    }
    const [slow, fast] = [median(times.cold), median(times.warm)];
    const look = () => ({ ...takenBy(engine.pid!)(), tree: treeOf(engine.pid!).length });
    const count = Number(process.env.VIGA_BENCH_SLIDES ?? programs);
    let early = look();
    for (let n = 1; n <= count; n++) {
      await draw(engine, dir, n);
      if (n === 30) early = look();
    }
    const late = look();
    const own = (await readdir(join(dir, "engine"))).filter((name) => name.startsWith("engine-"));
    const files = (await readdir(join(dir, "engine", own[0]!))).length;
    return `| | |
|---|---|
| a program, its deck and its slide's picture, warm (median of ${pairs}) | ${Math.round(fast)} ms |
| \`soffice --convert-to png\` of the same deck (median of ${pairs}) | ${Math.round(slow)} ms: ${(slow / fast).toFixed(1)} times as long |
| memory after 30 and after ${count} programs | ${Math.round(early.memoryMb)} and ${Math.round(late.memoryMb)} MiB |
| processes after 30 and after ${count} | ${early.tree} and ${late.tree} |
| files left | ${files} |`;
  } finally {
    await engine.close();
    await rm(dir, { recursive: true, force: true });
  }
}
