/** A rectangle in px, upper left corner first. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How far a render's content sits from where the goal has it. */
export interface Displacement {
  /** px to the right (negative: left) and down (negative: up): the render shows at (x + dx, y + dy) what the goal has at (x, y). */
  dx: number;
  dy: number;
  /** Agreement at this offset, -1..1 (zero-mean normalised cross-correlation of luma), and without any offset. */
  match: number;
  unmoved: number;
}

/** One channel, 0..255. */
export interface Plane {
  width: number;
  height: number;
  data: Uint8Array | Float32Array;
}

/** Longest side of the plane that offsets are first sought on. */
const coarseSide = 96;
/** Offsets sought, as a part of the longer side. */
const reach = 0.16;
/** Samples of a template that are compared at most. */
const samples = 700;

/** Standard deviation, in levels, below which a patch of the goal has nothing to look for. */
const leastTexture = 3;

/** Part of the strongest direction's change that the weakest must have: along a straight edge nothing tells a place. */
const leastCross = 0.06;
/** How much better the best offset must do than those that are really different. */
const margin = 0.05;

/** Block means; `factor` px of the plane make one. */
function reduced(plane: Plane, factor: number): Plane {
  if (factor === 1) return plane;
  const width = Math.ceil(plane.width / factor);
  const height = Math.ceil(plane.height / factor);
  const data = new Float32Array(width * height);
  const counts = new Uint16Array(width * height);
  for (let y = 0; y < plane.height; y++) {
    const row = Math.floor(y / factor) * width;
    for (let x = 0; x < plane.width; x++) {
      const at = row + Math.floor(x / factor);
      data[at]! += plane.data[y * plane.width + x]!;
      counts[at]!++;
    }
  }
  for (let i = 0; i < data.length; i++) data[i]! /= counts[i]!;
  return { width, height, data };
}

interface Match {
  score: number;
  /** Standard deviation of the goal's samples, in levels. */
  texture: number;
}

/** Agreement of the goal's box with the render's box moved by (dx, dy); null where under 60 % of it stays inside. */
function matchAt(render: Plane, goal: Plane, box: Box, dx: number, dy: number, step: number): Match | null {
  const x0 = Math.max(box.x, -dx);
  const x1 = Math.min(box.x + box.width, render.width - dx);
  const y0 = Math.max(box.y, -dy);
  const y1 = Math.min(box.y + box.height, render.height - dy);
  if (x1 - x0 < 3 || y1 - y0 < 3 || (x1 - x0) * (y1 - y0) < 0.6 * box.width * box.height) return null;
  let n = 0;
  let sa = 0;
  let sb = 0;
  let saa = 0;
  let sbb = 0;
  let sab = 0;
  for (let y = y0; y < y1; y += step) {
    const goalRow = y * goal.width;
    const renderRow = (y + dy) * render.width + dx;
    for (let x = x0; x < x1; x += step) {
      const a = render.data[renderRow + x]!;
      const b = goal.data[goalRow + x]!;
      n++;
      sa += a;
      sb += b;
      saa += a * a;
      sbb += b * b;
      sab += a * b;
    }
  }
  const va = saa / n - (sa / n) ** 2;
  const vb = sbb / n - (sb / n) ** 2;
  // A flat patch matches anything: one level of noise is no content.
  const score = va < 1 || vb < 1 ? 0 : (sab / n - (sa / n) * (sb / n)) / Math.sqrt(va * vb);
  return { score, texture: Math.sqrt(Math.max(0, vb)) };
}

/** Whether a patch changes in more than one direction (the two eigenvalues of its structure tensor are alike enough). */
function hasCorners({ width, data }: Plane, box: Box): boolean {
  let [xx, yy, xy] = [0, 0, 0];
  for (let y = box.y + 1; y < box.y + box.height - 1; y++) {
    for (let x = box.x + 1; x < box.x + box.width - 1; x++) {
      const at = y * width + x;
      const gx = data[at + 1]! - data[at - 1]!;
      const gy = data[at + width]! - data[at - width]!;
      xx += gx * gx;
      yy += gy * gy;
      xy += gx * gy;
    }
  }
  const spread = Math.hypot(xx - yy, 2 * xy);
  return xx + yy - spread >= leastCross * (xx + yy + spread);
}

function clip(box: Box, plane: Plane): Box {
  const x = Math.max(0, box.x);
  const y = Math.max(0, box.y);
  return {
    x,
    y,
    width: Math.min(plane.width, box.x + box.width) - x,
    height: Math.min(plane.height, box.y + box.height) - y,
  };
}

interface Offset {
  dx: number;
  dy: number;
  score: number;
}

/** The best offset within a radius, and the best of those that are really different from it. */
function search(
  render: Plane,
  goal: Plane,
  box: Box,
  around: { dx: number; dy: number },
  radius: number,
  most = samples,
): { best: Offset; other: Offset | null } | null {
  const step = Math.max(1, Math.floor(Math.sqrt((box.width * box.height) / most)));
  let best: Offset | null = null;
  const found: Offset[] = [];
  for (let dy = around.dy - radius; dy <= around.dy + radius; dy++) {
    for (let dx = around.dx - radius; dx <= around.dx + radius; dx++) {
      const match = matchAt(render, goal, box, dx, dy, step);
      if (match === null) continue;
      // Of equal offsets the shortest is the likely one.
      const score = match.score - 1e-4 * Math.hypot(dx - around.dx, dy - around.dy);
      found.push({ dx, dy, score });
      if (best === null || score > best.score) best = { dx, dy, score };
    }
  }
  if (best === null) return null;
  const { dx, dy } = best;
  const near = Math.max(3, 0.25 * Math.min(box.width, box.height));
  const apart = found.filter((each) => Math.hypot(each.dx - dx, each.dy - dy) > near);
  const other = apart.reduce<Offset | null>((top, each) => (top === null || each.score > top.score ? each : top), null);
  return { best, other };
}

/**
 * Prepares a render and a goal of one size for any number of questions where the goal's content inside a box is in the
 * render. Block matching: first on a small copy over 16 % of the longer side each way, then to the pixel. Blind to
 * brightness and contrast. The answer is null when the box has no texture or but a straight edge, when nothing similar is
 * found or several places are, or when staying put explains the box as well: then nothing is known to have moved.
 */
export function displacementFinder(render: Plane, goal: Plane): (box: Box) => Displacement | null {
  const longer = Math.max(goal.width, goal.height);
  const factor = Math.max(1, Math.ceil(longer / coarseSide));
  const [smallRender, smallGoal] = [reduced(render, factor), reduced(goal, factor)];
  const radius = Math.ceil((longer * reach) / factor);

  return (box) => {
    const small = clip(
      {
        x: Math.floor(box.x / factor) - 1,
        y: Math.floor(box.y / factor) - 1,
        width: Math.ceil(box.width / factor) + 2,
        height: Math.ceil(box.height / factor) + 2,
      },
      smallGoal,
    );
    const rest = matchAt(smallRender, smallGoal, small, 0, 0, 1);
    if (rest === null || rest.texture < leastTexture || !hasCorners(smallGoal, small)) return null;
    const coarse = search(smallRender, smallGoal, small, { dx: 0, dy: 0 }, radius);
    if (coarse === null) return null;

    const full = clip(
      { x: small.x * factor, y: small.y * factor, width: small.width * factor, height: small.height * factor },
      goal,
    );
    const around = ({ dx, dy }: Offset) => ({ dx: dx * factor, dy: dy * factor });
    const near = search(render, goal, full, around(coarse.best), factor)?.best ?? null;
    const other = coarse.other && search(render, goal, full, around(coarse.other), factor)?.best;
    if (near === null || (other && near.score - other.score < margin)) return null;
    // Few samples may miss by a pixel; the last step looks at nearly all.
    const fine = search(render, goal, full, near, 1, samples * 40)?.best ?? null;
    const step = Math.max(1, Math.floor(Math.sqrt((full.width * full.height) / (samples * 40))));
    const still = matchAt(render, goal, full, 0, 0, step);
    if (fine === null || still === null || still.texture < leastTexture) return null;
    const match = matchAt(render, goal, full, fine.dx, fine.dy, step);
    if (match === null || match.score < 0.75 || match.score - still.score < 0.1) return null;
    if (fine.dx === 0 && fine.dy === 0) return null;
    return { dx: fine.dx, dy: fine.dy, match: match.score, unmoved: still.score };
  };
}
