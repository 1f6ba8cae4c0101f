import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { RunRequest } from "../../../bridge/engines/contract.ts";
import type { StateCheck } from "../../../machines/domain/index.ts";
import { fileNames } from "../../worker/task-files.ts";
import { type PageSummary, pageSummary } from "../tools/page/summary.ts";
import { pageChecks } from "./checks.ts";
import { mostHeight, reach, type Tab } from "./tab.ts";

/** Width of a page without a target, in CSS pixels. */
const usualWidth = 1280;
/** Elements described, and characters of text told of each. */
const described = { most: 1500, characters: 160 };

/** How wide a view's page is laid out, and how many picture pixels a CSS pixel has: `px` is the picture's width at most. */
export function layoutOf({ views, quality }: Pick<RunRequest, "views" | "quality">): { width: number; scale: number } {
  const width = views[0]?.aspect?.width ?? usualWidth;
  return { width, scale: Math.min(1, quality.px / width) };
}

/** What is wrong with a program before it is opened; null where nothing is. */
export function refusal(program: string): { type: string; message: string; hint: string } | null {
  if (program.trim() === "") {
    return { type: "EmptyProgram", message: "the program is empty", hint: "write one complete HTML file" };
  }
  if (/<[a-z!]/i.test(program)) return null;
  return {
    type: "NoHtml",
    message: "the program has no HTML tag",
    hint: "write one complete HTML file, not a description",
  };
}

/** Opens a program, takes its picture and says what stands on it. */
export async function draw(
  tab: Tab,
  request: Pick<RunRequest, "program" | "assets" | "views" | "quality" | "dir" | "limits">,
): Promise<{
  page: PageSummary;
  checks: StateCheck[];
  log: string;
  names: string[];
  seconds: { execute: number; render: number };
}> {
  const began = performance.now();
  const { width, scale } = layoutOf(request);
  await tab.open({ program: request.program, assets: request.assets, width, scale });
  const opened = performance.now();
  const { page, height, boxes } = await describe(tab);
  const shown = Math.min(height, mostHeight);
  const checks = pageChecks(page, tab.troubles, {
    files: fileNames(request.assets),
    width,
    cutAt: shown < height ? shown : null,
  });
  const names = request.views.map(({ name }) => name);
  if (names.length > 0) {
    const picture = await tab.picture(shown, boxes);
    for (const name of names) await writeFile(join(request.dir, `${name}.png`), picture);
    await writeFile(join(request.dir, "scene.json"), JSON.stringify(page));
  }
  const log = tab.troubles.lines.join("\n").slice(-request.limits.logKb * 1024);
  const seconds = { execute: (opened - began) / 1000, render: (performance.now() - opened) / 1000 };
  return { page, checks, log, names, seconds };
}

async function describe(tab: Tab): Promise<{ page: PageSummary; height: number; boxes: unknown }> {
  // Asked all at once: each answer that is waited for costs more than what it says.
  const info = tab.call("info", { ...described, home: tab.home });
  const [size, said, boxes] = await Promise.all([tab.call("size", {}), info, tab.boxes()]);
  const far = reach.parse(size);
  const height = Math.max(1, far.height);
  const page = pageSummary.parse({ ...z.looseObject({}).parse(said), size: [far.width, height] });
  return { page, height, boxes };
}
