import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openPageDrawer, type PageDrawer, usualWidth } from "../cli/launch/page-drawer.ts";
import { VigaError } from "../config/errors.ts";
import type { PageBlock } from "../evaluators/pages/block.ts";
import { cleanPrediction } from "../evaluators/pages/clean-prediction.ts";
import { extractBlocks } from "../evaluators/pages/extract.ts";
import { type PageScore, scorePages } from "../evaluators/pages/page-score.ts";
import { recoloured } from "../evaluators/pages/recolour.ts";
import { casesFolder, missingCase } from "../test/evaluators/cases.ts";
import { openChromium } from "../test/evaluators/pages/chromium.ts";
import { type GoldenPair, goldenFile, goldenPairs } from "../test/evaluators/pages/golden.ts";
import { median } from "./median.ts";

const run = promisify(execFile);
const root = `${casesFolder}design2code/`;
const parts = ["block", "text", "position", "colour"] as const;
const slack = { block: 0.02, text: 0.01, position: 0.01, colour: 0.01 } as const;
/** Pages whose speed is measured. */
const timed = ["2", "5672", "13775", "9412", "2932"];

type Browser = Awaited<ReturnType<typeof openChromium>>;

async function blocksOf(browser: Browser, folder: string, references: string, page: string, clean: boolean) {
  const html = readFileSync(`${root}${folder}/${page}.html`, "utf8");
  const draw = await browser.drawer(`${root}${folder}`, `${root}${references}`);
  return (await extractBlocks(clean ? cleanPrediction(html) : html, draw)).blocks;
}

const cell = (score: PageScore, golden: GoldenPair) =>
  parts.map((part) => {
    const off = score[part] - golden[part];
    const text = `${score[part].toFixed(3)} (${off >= 0 ? "+" : ""}${off.toFixed(4)})`;
    return Math.abs(off) > slack[part] ? `**${text}**` : text;
  });

/** Every golden pair drawn and scored here, and how far each part is from the value of the benchmark's own code. */
async function equality(browser: Browser): Promise<string> {
  const rows: string[] = [];
  const known = new Map<string, Promise<PageBlock[]>>();
  let within = 0;
  for (const set of ["A", "B"] as const) {
    const references = `testset_${set === "A" ? 100 : "final"}`;
    for (const pair of goldenPairs(set)) {
      const prediction = await blocksOf(browser, `predictions_100/${pair.method}`, references, pair.page, set === "B");
      const reference = `${references}/${pair.page}`;
      if (!known.has(reference)) known.set(reference, blocksOf(browser, references, references, pair.page, false));
      const score = scorePages(prediction, await known.get(reference)!);
      if (parts.every((part) => Math.abs(score[part] - pair[part]) <= slack[part])) within++;
      rows.push(`| ${set} | ${pair.method} | ${pair.page} | ${cell(score, pair).join(" | ")} |`);
    }
  }
  const head = "| set | prediction | page | block | text | position | colour |\n|---|---|---|---|---|---|---|";
  return `${within} of ${rows.length} pairs within 0.01 (block 0.02).\n\n${head}\n${rows.join("\n")}`;
}

/** Seconds for a page's blocks: as the product draws them, warm and sandboxed, and by one cold browser a screenshot, in turns. */
async function speed(drawer: PageDrawer): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "viga-pages-"));
  try {
    cpSync(`${root}testset_100/rick.jpg`, join(folder, "rick.jpg"));
    const rows: [number, number][] = [];
    await drawer.drawAt(usualWidth, [])(["<p>warm</p>"]);
    for (const page of timed) {
      const html = readFileSync(`${root}testset_100/${page}.html`, "utf8");
      const draw = drawer.drawAt(usualWidth, [join(folder, "rick.jpg")]);
      const started = performance.now();
      await extractBlocks(html, draw);
      const warm = performance.now() - started;
      const copies = [html, recoloured(html, 0), recoloured(html, 50)];
      const cold = performance.now();
      for (const [index, copy] of copies.entries()) {
        writeFileSync(join(folder, `${index}.html`), copy);
        const shot = `--screenshot=${join(folder, `${index}.png`)}`;
        const flags = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1280,720", shot];
        await run("/usr/bin/chromium", [...flags, `file://${folder}/${index}.html`]);
      }
      rows.push([warm, performance.now() - cold]);
    }
    const [warm, cold] = [median(rows.map(([a]) => a)), median(rows.map(([, b]) => b))];
    const ratio = median(rows.map(([a, b]) => b / a));
    return [
      "| blocks of one page, median of five pages | ms |",
      "|---|---|",
      `| three drawings in the warm web engine, pixels compared | ${warm.toFixed(0)} |`,
      `| three screenshots, each by a cold browser, nothing compared | ${cold.toFixed(0)} |`,
      `| ratio, median | ${ratio.toFixed(1)}x |`,
    ].join("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function needed(): void {
  const missing = missingCase(goldenFile);
  if (missing !== null) throw new VigaError("not_found", missing, { hint: "set VIGA_CASES" });
  if (!existsSync("/usr/bin/chromium")) {
    throw new VigaError("not_found", "chromium is not installed", { hint: "apt-get install chromium" });
  }
}

/** Does some work with what is opened for it. */
async function during<Opened extends { close(): Promise<void> }>(
  open: () => Promise<Opened>,
  work: (opened: Opened) => Promise<string>,
): Promise<string> {
  needed();
  const opened = await open();
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
}

/** Design2Code's parts of every golden pair, drawn here. */
export const pageScores = (): Promise<string> => during(openChromium, equality);

/** What a page's blocks cost. */
export const pageSpeed = (): Promise<string> => during(openPageDrawer, speed);
