import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { defaultLimits, type Engine } from "../bridge/engines/contract.ts";
import { openEngine } from "../bridge/engines/open.ts";
import { treeOf } from "../bridge/processes/tree.ts";
import { takenBy } from "../skills/sandbox/taken.ts";
import { median } from "./median.ts";

/** A page of ordinary length: headings, texts, boxes. */
const page = (n: number): string =>
  `<!DOCTYPE html><style>body { font-family: Arial; margin: 20px } .box { background: #e0e8f0; padding: 12px; margin: 8px 0 }</style>
<h1>Page ${n}</h1>${Array.from({ length: 20 }, (_, i) => `<div class="box"><h2>Part ${i}</h2><p>${"Some words of a page. ".repeat(12)}</p></div>`).join("")}`;

const pairs = 8;
const programs = 300;

async function draw(engine: Engine, dir: string, n: number): Promise<number> {
  const views = [{ name: "page", camera: null, aspect: { width: 1280, height: 2400 } }];
  const began = performance.now();
  const job = { job: `page${n}`, program: page(n), views, quality: { px: 1280 }, limits: defaultLimits, dir };
  const state = await engine.run(job);
  if (!state.ok) throw new Error(`page ${n}: ${state.error?.message}`);
  return performance.now() - began;
}

/** One page by a browser that is started for it, as a shell would. */
async function cold(dir: string, n: number): Promise<number> {
  const file = join(dir, "page.html");
  await writeFile(file, page(n));
  const began = performance.now();
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const args = ["--headless", ...sandbox, "--disable-gpu", "--hide-scrollbars", "--window-size=1280,2400"];
  const own = [`--user-data-dir=${join(dir, `cold${n}`)}`, `--screenshot=${join(dir, "cold.png")}`, `file://${file}`];
  await execa("chromium", [...args, ...own], { stdio: "ignore", timeout: 120_000 });
  await readFile(join(dir, "cold.png"));
  return performance.now() - began;
}

/** A page on the warm engine beside one cold browser for each, turn by turn; and what 300 pages leave. */
export async function pages(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "viga-bench-pages-"));
  const engine = await openEngine("web", { scratch: join(dir, "engine") });
  try {
    await draw(engine, dir, 0);
    const times = { warm: [] as number[], cold: [] as number[] };
    for (let n = 1; n <= pairs; n++) {
      times.cold.push(await cold(dir, n));
      times.warm.push(await draw(engine, dir, n));
    }
    const [slow, fast] = [median(times.cold), median(times.warm)];
    const look = () => ({ ...takenBy(engine.pid!)(), tree: treeOf(engine.pid!).length });
    const count = Number(process.env.VIGA_BENCH_PAGES ?? programs);
    let early = look();
    for (let n = 1; n <= count; n++) {
      await draw(engine, dir, n);
      if (n === 30) early = look();
    }
    const late = look();
    return [
      "| a page, 1280 px wide | median, ms | ratio |",
      "|---|---|---|",
      `| \`chromium --headless --screenshot\` | ${slow.toFixed(0)} | 1 |`,
      `| the web engine, warm, sandboxed | ${fast.toFixed(0)} | ${(slow / fast).toFixed(1)} |`,
      "",
      `| the engine | after 30 pages | after ${count} |`,
      "|---|---|---|",
      `| memory of all its processes, MiB | ${early.memoryMb.toFixed(0)} | ${late.memoryMb.toFixed(0)} |`,
      `| processes | ${early.tree} | ${late.tree} |`,
      `| threads | ${early.threads} | ${late.threads} |`,
    ].join("\n");
  } finally {
    await engine.close();
    await rm(dir, { recursive: true, force: true });
  }
}
