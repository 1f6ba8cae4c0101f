import { readFileSync } from "node:fs";
import { VigaError } from "../config/errors.ts";
import { drawsOf } from "../evaluators/aggregate/resample.ts";
import type { PageBlock } from "../evaluators/pages/block.ts";
import { textlessSquare, withoutTexts } from "../evaluators/pages/clip-part.ts";
import { extractBlocks } from "../evaluators/pages/extract.ts";
import type { Picture } from "../evaluators/pictures/picture.ts";
import { casesFolder, missingCase } from "../test/evaluators/cases.ts";
import { openChromium } from "../test/evaluators/pages/chromium.ts";

type Boxes = PageBlock["box"][];
const folder = `${casesFolder}design2code/testset_100`;
const pages = ["5672", "13775", "2932", "15385", "9412", "112"];
const tall = { width: 1280, height: 10_000 };

/** Processor milliseconds of this process for one call: pages are too many pixels for what is compiled first to count. */
function processorMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function row(name: string, picture: Picture, boxes: Boxes): string {
  const painting = processorMs(() => withoutTexts(picture, boxes));
  const squash = processorMs(() => textlessSquare(picture, []));
  const { width, height } = picture;
  const share = boxes.reduce((sum, [, , wide, high]) => sum + wide * high, 0);
  return `| ${name} | ${width} x ${height} | ${(100 * share).toFixed(0)} % | ${painting.toFixed(0)} | ${squash.toFixed(0)} |`;
}

/** A tall page of noise with lines of text over this part of it. */
function tallPage(part: number): { picture: Picture; boxes: Boxes } {
  const draw = drawsOf(1);
  const rgb = Uint8Array.from({ length: 3 * tall.width * tall.height }, () => 255 * draw());
  const lines = 100;
  const boxes: Boxes = Array.from({ length: lines }, (_, line) => [0.05, line / lines, 0.9, part / 0.9 / lines]);
  return { picture: { ...tall, rgb, alpha: null }, boxes };
}

/** What it costs to make a page's picture for Design2Code's CLIP part, the model itself left out. */
export async function clipPartCost(): Promise<string> {
  const missing = missingCase("design2code/testset_100/112.html");
  if (missing !== null) throw new VigaError("not_found", missing, { hint: "set VIGA_CASES" });
  const browser = await openChromium();
  const rows: string[] = [];
  try {
    const draw = await browser.drawer(folder);
    for (const page of pages) {
      const { picture, blocks } = await extractBlocks(readFileSync(`${folder}/${page}.html`, "utf8"), draw);
      rows.push(
        row(
          page,
          picture,
          blocks.map(({ box }) => box),
        ),
      );
    }
  } finally {
    await browser.close();
  }
  for (const part of [0.1, 0.3, 0.6]) {
    const { picture, boxes } = tallPage(part);
    rows.push(row("noise", picture, boxes));
  }
  const head = "| page | px | texts' boxes | painted over, ms | squashed, ms |\n|---|---|---|---|---|";
  return `Processor milliseconds.\n\n${head}\n${rows.join("\n")}`;
}
