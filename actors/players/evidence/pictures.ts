import sharp from "sharp";
import { sideBySide } from "../../../evaluators/drawings/sidebyside.ts";
import type { Rect } from "../../../evaluators/pictures/object-map.ts";
import type { Picture } from "../../../evaluators/pictures/picture.ts";
import type { ViewFinding } from "../findings.ts";
import type { SeenView } from "./views.ts";

/** A picture to be shown to a role, as a PNG. */
export interface EvidencePicture {
  label: string;
  png: Buffer;
}

/** Longer side of a crop, px: what the target really has there, within these. */
const cropSide = { least: 224, most: 448 };
/** Longer side of each half of a side by side, px. */
const wholeSide = 512;
/** Part of a region's size that is shown around it, and the least, as part of the picture. */
const margin = { share: 0.15, least: 0.02 };
/** Regions over more of the picture than this are as well seen in the whole. */
const largestCrop = 0.5;

const area = ({ left, top, right, bottom }: Rect) => (right - left) * (bottom - top);

function widened({ left, top, right, bottom }: Rect): Rect {
  const [x, y] = [right - left, bottom - top].map((side) => Math.max(margin.least, margin.share * side)) as [
    number,
    number,
  ];
  return {
    left: Math.max(0, left - x),
    top: Math.max(0, top - y),
    right: Math.min(1, right + x),
    bottom: Math.min(1, bottom + y),
  };
}

/** The part of a picture inside a rectangle (fractions), drawn at a size. */
async function cutOut(picture: Picture, rect: Rect, size: { width: number; height: number }): Promise<Picture> {
  const left = Math.min(picture.width - 1, Math.floor(rect.left * picture.width));
  const top = Math.min(picture.height - 1, Math.floor(rect.top * picture.height));
  const width = Math.max(1, Math.min(picture.width, Math.ceil(rect.right * picture.width)) - left);
  const height = Math.max(1, Math.min(picture.height, Math.ceil(rect.bottom * picture.height)) - top);
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  const rgb = await sharp(picture.rgb, { raw })
    .extract({ left, top, width, height })
    .resize(size.width, size.height, { fit: "fill", kernel: "lanczos3" })
    .raw()
    .toBuffer();
  return { ...size, rgb, alpha: null };
}

/**
 * The same rectangle (fractions) of the target as it was given and of the render, both drawn at one size: that which the
 * target has there, within limits.
 */
export async function cropPair({ full, render }: Pick<SeenView, "full" | "render">, rect: Rect) {
  const [width, height] = [(rect.right - rect.left) * full.width, (rect.bottom - rect.top) * full.height];
  const longer = Math.max(width, height);
  const scale = Math.min(cropSide.most, Math.max(cropSide.least, longer)) / longer;
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const [target, own] = await Promise.all([cutOut(full, rect, size), cutOut(render, rect, size)]);
  return { target, render: own };
}

/** Target and render beside each other, each as large as the larger of the two, within a limit. */
export async function wholePair({ name, full, render }: SeenView, pl: number): Promise<EvidencePicture> {
  const aspect = render.width / render.height;
  const side = Math.min(wholeSide, Math.max(full.width, full.height, render.width, render.height));
  const height = Math.max(1, Math.round(aspect >= 1 ? side / aspect : side));
  const png = await sideBySide(
    [
      { label: "target", image: full },
      { label: "render", image: render, pl },
    ],
    { height },
  );
  return { label: `${name}: target and render side by side`, png };
}

const places = ({ left, top, right, bottom }: Rect) =>
  `[${[left, top, right, bottom].map((side) => side.toFixed(2)).join(" ")}]`;

/** The regions with most loss, target and render beside each other at one scale; the worst first. */
export async function crops(
  views: readonly SeenView[],
  findings: readonly ViewFinding[],
  most: number,
): Promise<EvidencePicture[]> {
  const chosen: ViewFinding[] = [];
  for (const finding of findings) {
    const known = chosen.some(({ view, rect }) => view === finding.view && covers(rect, finding.rect));
    if (chosen.length < most && area(finding.rect) < largestCrop && !known) chosen.push(finding);
  }
  return Promise.all(
    chosen.map(async ({ view: name, where, rect: region }) => {
      const rect = widened(region);
      const pair = await cropPair(views.find((view) => view.name === name)!, rect);
      const png = await sideBySide(
        [
          { label: "target", image: pair.target },
          { label: "render", image: pair.render },
        ],
        { height: pair.target.height },
      );
      return { label: `${name}, ${where}: target and render enlarged, ${places(rect)}`, png };
    }),
  );
}

/** Whether most of one rectangle lies in another. */
function covers(outer: Rect, inner: Rect): boolean {
  const across = Math.min(outer.right, inner.right) - Math.max(outer.left, inner.left);
  const down = Math.min(outer.bottom, inner.bottom) - Math.max(outer.top, inner.top);
  return across > 0 && down > 0 && across * down > 0.7 * area(inner);
}
