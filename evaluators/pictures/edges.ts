import type { Picture } from "./picture.ts";

/** Directions of edges, half a turn in equal steps. */
export const directions = 16;

/** Thin edges of a picture: per pixel 0, or 1 + the direction (0..directions - 1) across the edge. */
export interface Edges {
  width: number;
  height: number;
  direction: Uint8Array;
}

/** A change of this many levels across two pixels is an edge; grain and soft shading stay below. */
const leastStep = 16;

/**
 * Edges where the colour changes most, in any channel, thinned to the pixel where it changes most. Blind to which side is
 * brighter and by how much, so that a thing of another colour or under another light keeps its edges.
 */
export function edgesOf(picture: Pick<Picture, "width" | "height" | "rgb">): Edges {
  const { width, height } = picture;
  const rgb = smoothed(picture);
  const strength = new Float32Array(width * height);
  const angle = new Float32Array(width * height);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      for (let channel = 0; channel < 3; channel++) {
        const value = (dx: number, dy: number) => rgb[(at + dy * width + dx) * 3 + channel]!;
        const gx = (2 * (value(1, 0) - value(-1, 0)) + value(1, -1) - value(-1, -1) + value(1, 1) - value(-1, 1)) / 4;
        const gy = (2 * (value(0, 1) - value(0, -1)) + value(-1, 1) - value(-1, -1) + value(1, 1) - value(1, -1)) / 4;
        const size = Math.hypot(gx, gy);
        if (size <= strength[at]!) continue;
        strength[at] = size;
        angle[at] = Math.atan2(gy, gx);
      }
    }
  }
  const direction = new Uint8Array(width * height);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if (strength[at]! < leastStep) continue;
      const [dx, dy] = [Math.round(Math.cos(angle[at]!)), Math.round(Math.sin(angle[at]!))];
      const step = dy * width + dx;
      if (strength[at]! < strength[at + step]! || strength[at]! <= strength[at - step]!) continue;
      const turn = (angle[at]! + 2 * Math.PI) / Math.PI;
      direction[at] = 1 + (Math.round(turn * directions) % directions);
    }
  }
  return { width, height, direction };
}

/** Grain taken out: every pixel the weighted mean (1 2 1 each way) of its neighbourhood. */
function smoothed({ width, height, rgb }: Pick<Picture, "width" | "height" | "rgb">): Float32Array {
  const across = new Float32Array(rgb.length);
  const out = new Float32Array(rgb.length);
  for (const [from, to, step, inside] of [
    [rgb, across, 3, (p: number) => p % width > 0 && p % width < width - 1],
    [across, out, 3 * width, (p: number) => p >= width && p < width * (height - 1)],
  ] as const) {
    for (let p = 0; p < width * height; p++) {
      for (let i = 3 * p; i < 3 * p + 3; i++) {
        to[i] = inside(p) ? (from[i - step]! + 2 * from[i]! + from[i + step]!) / 4 : from[i]!;
      }
    }
  }
  return out;
}

/** How well two directions agree: 1 for equal, 0 from 45 degrees on. */
function agreement(a: number, b: number): number {
  const apart = Math.abs(a - b);
  const turn = (Math.min(apart, directions - apart) * Math.PI) / directions;
  return Math.max(0, Math.cos(2 * turn));
}

/**
 * For each direction and place, how well the nearest edges agree with it, 0..1 in bytes 0..255: what is `reach` pixels away
 * counts half. One plane of width x height after the other.
 */
export function responses({ width, height, direction }: Edges, reach: number): Uint8Array {
  const planes = new Uint8Array(directions * width * height);
  const steps: [number, number, number][] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      steps.push([dx, dy, 1 - Math.hypot(dx, dy) / (2 * reach + 1e-9)]);
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const found = direction[y * width + x]!;
      if (found === 0) continue;
      for (const [dx, dy, near] of steps) {
        const [px, py] = [x + dx, y + dy];
        if (near <= 0 || px < 0 || py < 0 || px >= width || py >= height) continue;
        for (let asked = 0; asked < directions; asked++) {
          const at = (asked * height + py) * width + px;
          planes[at] = Math.max(planes[at]!, Math.round(255 * near * agreement(asked, found - 1)));
        }
      }
    }
  }
  return planes;
}
