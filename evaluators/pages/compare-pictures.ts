import type { Difference, Measures } from "../../machines/domain/index.ts";
import { decodePicture, type Picture } from "../pictures/picture.ts";
import { alignedGoal, photometricLoss } from "../pictures/pl.ts";
import { ssim } from "../pictures/ssim.ts";
import type { PageBlock } from "./block.ts";
import { blockDifferences, type KindOf } from "./differences.ts";
import { scorePages } from "./page-score.ts";
import { readText } from "./text-reader.ts";

/** A picture of a page or slide, or of its target; `key` names equal content, so that it is read once. */
export interface TextPicture {
  name: string;
  key: string;
  bytes: Buffer;
}

/** Targets and renders lately read: a run compares all its rounds with one target. */
const lately = new Map<string, Promise<PageBlock[]>>();
const mostLately = 32;

function textOf({ key, bytes, name }: TextPicture): Promise<PageBlock[]> {
  const known = lately.get(key);
  if (known !== undefined) return known;
  const read = readText(bytes, name);
  lately.set(key, read);
  read.catch(() => lately.delete(key));
  for (const old of lately.keys()) {
    if (lately.size <= mostLately) break;
    lately.delete(old);
  }
  return read;
}

/** How far the page's height is off, where it shows. */
function heightWords(render: Picture, target: Picture): Difference[] {
  const more = Math.round(render.height - (target.height * render.width) / target.width);
  if (Math.abs(more) < 2) return [];
  const text = `the picture is ${Math.abs(more)} px ${more > 0 ? "taller" : "shorter"} than the target`;
  return [{ text, loss: Math.abs(more) / Math.max(render.height, target.height) / 4 }];
}

/** One view's measures, and what differs in words. */
export interface ComparedPicture {
  view: Measures["views"][number];
  differences: Difference[];
  /** Both pictures, decoded. */
  image: Picture;
  goal: Picture;
}

/**
 * A picture of text against its target: both are read by OCR, and the lines compared as Design2Code compares blocks. The loss
 * is 1 - the mean of the parts that exist: block, text, position and colour where the target shows any text, and pixels
 * (1 - the root mean squared error) always, in the place that the benchmark gives to CLIP.
 */
export async function comparePictures(
  render: TextPicture,
  target: TextPicture,
  kindOf: KindOf,
): Promise<ComparedPicture> {
  const [image, goal] = [
    await decodePicture(render.bytes, render.name),
    await decodePicture(target.bytes, target.name),
  ];
  const aligned = alignedGoal(image, goal);
  const pl = photometricLoss(image, aligned);
  const score = scorePages(await textOf(render), await textOf(target));
  const { block, text, position, colour, matched } = score;
  const parts = {
    pixels: 1 - Math.sqrt(pl),
    ...(matched.reference.length === 0 ? {} : { block, text, position: Math.max(0, position), colour }),
  };
  const values = Object.values(parts);
  const loss = Math.max(0, 1 - values.reduce((sum, value) => sum + value, 0) / values.length);
  return {
    view: { name: render.name, loss, metrics: { loss, ...parts, pl, ssim: ssim(image, aligned) } },
    differences: [
      ...heightWords(image, goal),
      ...blockDifferences(score, { render: image, target: goal }, kindOf),
    ].sort((a, b) => b.loss - a.loss),
    image,
    goal,
  };
}
