import sharp from "sharp";
import { pictureLimits } from "../../../config/picture-limits.ts";
import type { Box } from "../services/service.ts";
import { grabCut, type Pixels, side } from "./grab-cut.ts";

/** Longer side of what is cut first, and of what its edge is cut in again. Pixels. */
const coarse = 128;
const fine = 384;
/** Surroundings that are looked at, as part of the box: they show what is no part of the thing. */
const around = 0.35;
/** Pixels of the coarse picture about the edge that the fine one decides. */
const band = 2;
/** A mask of less or more of the box than this has found nothing. */
const leastShare = 0.04;
const mostShare = 0.985;
/** Pieces smaller than this part of the largest are dropped. */
const crumb = 0.08;
/** Room about the thing, as part of its longer side. */
const room = 0.06;

export interface CutOut {
  /** The thing on nothing, as a PNG with alpha, cropped to it. */
  png: Buffer;
  /** Part of the box that it fills, 0..1. */
  share: number;
  /** What part of the whole picture it shows, as fractions. */
  box: Box;
}

/**
 * Cuts a thing out of a picture by a box around it. The box must hold all of it and some of what is around it.
 *
 * @returns why it cannot be, in words, where nothing in the box stands out
 */
export async function cutOut(picture: Buffer, box: Box): Promise<CutOut | { why: string }> {
  const image = sharp(picture, { limitInputPixels: pictureLimits.pixels }).removeAlpha().toColourspace("srgb");
  const { width = 0, height = 0 } = await image.metadata();
  const part = regionOf(box, width, height);
  if (part.inner.width < 8 || part.inner.height < 8) return { why: "the box is empty or too small" };
  const region = await image.extract(part.outer).png().toBuffer();
  const small = await pixelsOf(region, coarse);
  const first = small.sides(part);
  const models = grabCut(small.pixels, first, 6);
  const large = await pixelsOf(region, fine);
  const second = refined(first, small.pixels, large.pixels);
  grabCut(large.pixels, second, 1, models);
  const mask = largest(second, large.pixels);
  const inside = mask.reduce((sum, value) => sum + value, 0);
  const whole = (large.pixels.width * large.pixels.height * part.inner.width * part.inner.height) / area(part.outer);
  const share = inside / whole;
  if (share < leastShare) return { why: "nothing in the box stands out from what is around it" };
  if (share > mostShare) return { why: "what fills the box goes on outside it: give a box around all of the thing" };
  return { ...(await drawn(region, mask, large.pixels, part, { width, height })), share };
}

interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

const area = ({ width, height }: Rectangle): number => width * height;

/** The box in pixels, and the part of the picture that is looked at. */
function regionOf(box: Box, width: number, height: number): { inner: Rectangle; outer: Rectangle } {
  const within = (value: number, most: number): number => Math.min(most, Math.max(0, Math.round(value)));
  const [left, right] = [within(box.left * width, width), within(box.right * width, width)];
  const [top, bottom] = [within(box.top * height, height), within(box.bottom * height, height)];
  const [dx, dy] = [around * (right - left), around * (bottom - top)];
  const [x0, y0] = [within(left - dx, width), within(top - dy, height)];
  const [x1, y1] = [within(right + dx, width), within(bottom + dy, height)];
  return {
    inner: { left, top, width: right - left, height: bottom - top },
    outer: { left: x0, top: y0, width: x1 - x0, height: y1 - y0 },
  };
}

async function pixelsOf(region: Buffer, px: number) {
  const resized = sharp(region).resize(px, px, { fit: "inside", withoutEnlargement: true }).removeAlpha().raw();
  const { data, info } = await resized.toBuffer({ resolveWithObject: true });
  const pixels: Pixels = { width: info.width, height: info.height, rgb: data };
  return {
    pixels,
    /** All of the box may be the thing, nothing outside is. */
    sides({ inner, outer }: { inner: Rectangle; outer: Rectangle }): Uint8Array {
      const scale = info.width / outer.width;
      const [left, top] = [(inner.left - outer.left) * scale, (inner.top - outer.top) * scale];
      const [right, bottom] = [left + inner.width * scale, top + inner.height * scale];
      return Uint8Array.from({ length: info.width * info.height }, (_, i) => {
        const [x, y] = [(i % info.width) + 0.5, Math.floor(i / info.width) + 0.5];
        return x > left && x < right && y > top && y < bottom ? side.maybeInside : side.outside;
      });
    },
  };
}

/** The coarse result on the fine picture: certain away from its edge. */
function refined(sides: Uint8Array, small: Pixels, large: Pixels): Uint8Array {
  const inside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < small.width && y < small.height && sides[y * small.width + x] === side.maybeInside;
  const edge = Uint8Array.from({ length: sides.length }, (_, i) => {
    const [x, y] = [i % small.width, Math.floor(i / small.width)];
    const own = inside(x, y);
    for (let dy = -band; dy <= band; dy++) {
      for (let dx = -band; dx <= band; dx++) if (inside(x + dx, y + dy) !== own) return 1;
    }
    return 0;
  });
  return Uint8Array.from({ length: large.width * large.height }, (_, i) => {
    const x = Math.min(small.width - 1, Math.floor(((i % large.width) * small.width) / large.width));
    const y = Math.min(small.height - 1, Math.floor((Math.floor(i / large.width) * small.height) / large.height));
    const at = y * small.width + x;
    if (sides[at] === side.outside) return side.outside;
    const own = sides[at] === side.maybeInside;
    if (edge[at] === 1) return own ? side.maybeInside : side.maybeOutside;
    return own ? side.inside : side.outside;
  });
}

/** The largest piece and those not much smaller, 1 inside. */
function largest(sides: Uint8Array, { width }: Pixels): Uint8Array {
  const label = new Int32Array(sides.length);
  const sizes = [0];
  for (let start = 0; start < sides.length; start++) {
    if (label[start] !== 0 || !(sides[start] === side.inside || sides[start] === side.maybeInside)) continue;
    const name = sizes.length;
    const waiting = [start];
    label[start] = name;
    sizes.push(0);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      sizes[name]! += 1;
      const x = at % width;
      for (const next of [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width]) {
        if (next < 0 || next >= sides.length || label[next] !== 0) continue;
        if (sides[next] !== side.inside && sides[next] !== side.maybeInside) continue;
        label[next] = name;
        waiting.push(next);
      }
    }
  }
  const most = Math.max(...sizes);
  return Uint8Array.from(label, (name) => (name > 0 && sizes[name]! >= crumb * most ? 1 : 0));
}

async function drawn(
  region: Buffer,
  mask: Uint8Array,
  { width, height }: Pixels,
  { outer }: { outer: Rectangle },
  whole: { width: number; height: number },
): Promise<Pick<CutOut, "png" | "box">> {
  const alpha = await sharp(Buffer.from(mask.map((value) => value * 255)), { raw: { width, height, channels: 1 } })
    .resize(outer.width, outer.height, { fit: "fill", kernel: "cubic" })
    .extractChannel(0)
    .raw()
    .toBuffer();
  const rgb = await sharp(region).raw().toBuffer();
  const rgba = Buffer.alloc(4 * alpha.length);
  for (let i = 0; i < alpha.length; i++) {
    rgb.copy(rgba, 4 * i, 3 * i, 3 * i + 3);
    rgba[4 * i + 3] = alpha[i]!;
  }
  const cut = sharp(rgba, { raw: { width: outer.width, height: outer.height, channels: 4 } });
  let [x0, y0, x1, y1] = [width, height, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + 1), Math.max(y1, y + 1)];
  }
  const scale = outer.width / width;
  const pad = room * Math.max(x1 - x0, y1 - y0) * scale;
  const left = Math.max(0, Math.floor(x0 * scale - pad));
  const top = Math.max(0, Math.floor(y0 * scale - pad));
  const right = Math.min(outer.width, Math.ceil(x1 * scale + pad));
  const bottom = Math.min(outer.height, Math.ceil(y1 * scale + pad));
  const png = await cut
    .extract({ left, top, width: right - left, height: bottom - top })
    .png()
    .toBuffer();
  const box: Box = {
    left: (outer.left + left) / whole.width,
    top: (outer.top + top) / whole.height,
    right: (outer.left + right) / whole.width,
    bottom: (outer.top + bottom) / whole.height,
  };
  return { png, box };
}
