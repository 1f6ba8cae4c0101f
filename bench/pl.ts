import sharp from "sharp";
import { drawsOf } from "../evaluators/aggregate/resample.ts";
import { decodePicture, type Picture } from "../evaluators/pictures/picture.ts";
import { photometricLoss } from "../evaluators/pictures/pl.ts";
import { ssim } from "../evaluators/pictures/ssim.ts";
import { median } from "./median.ts";

const side = 512;
const repeats = 41;

function noisy(seed: number): Picture {
  const draw = drawsOf(seed);
  const rgb = Uint8Array.from({ length: 3 * side * side }, () => 255 * draw());
  return { width: side, height: side, rgb, alpha: null };
}

/** Median processor milliseconds of this process for one call, after it was compiled. */
async function processorMs(work: () => unknown): Promise<string> {
  for (let warm = 0; warm < 5; warm++) await work();
  const times: number[] = [];
  for (let n = 0; n < repeats; n++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return median(times).toFixed(2);
}

/** What the measures of two 512 x 512 pictures cost. */
export async function plCost(): Promise<string> {
  const [one, other] = [noisy(1), noisy(2)];
  const raw = { raw: { width: side, height: side, channels: 3 as const } };
  const png = await sharp(one.rgb, raw).png().toBuffer();
  return [
    `| two pictures of ${side} x ${side}, median of ${repeats} | processor ms |`,
    "|---|---|",
    `| PL | ${await processorMs(() => photometricLoss(one, other))} |`,
    `| SSIM | ${await processorMs(() => ssim(one, other))} |`,
    `| reading one PNG | ${await processorMs(() => decodePicture(png))} |`,
  ].join("\n");
}
