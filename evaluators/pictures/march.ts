const { fround, sqrt } = Math;

/** What a pixel of the grid is; the border around the picture is `outside`. */
export const pixelIs = { known: 0, hidden: 1, ring: 2, outside: 3 } as const;

/** Pixels with a border of one around them, so that each has four neighbours. */
export interface MarchGrid {
  /** Pixels of a row, with its border. */
  stride: number;
  /** One of `pixelIs` a pixel. */
  state: Uint8Array;
  /** Distance from the edge of what is hidden, px; `far` where no march came by. */
  distance: Float32Array;
}

export const far = 1e6;

/** Pixels that a march has reached, the nearest first; of equally near ones that which came first. */
class Front {
  readonly #distance: Float32Array;
  /** A binary heap of pixels, and when each came. */
  readonly #pixels: number[] = [];
  readonly #turns: number[] = [];
  #turn = 0;

  constructor(distance: Float32Array) {
    this.#distance = distance;
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#distance[this.#pixels[a]!]!, this.#distance[this.#pixels[b]!]!];
    return one < other || (one === other && this.#turns[a]! < this.#turns[b]!);
  }

  #swap(a: number, b: number): void {
    const [pixels, turns] = [this.#pixels, this.#turns];
    [pixels[a], pixels[b]] = [pixels[b]!, pixels[a]!];
    [turns[a], turns[b]] = [turns[b]!, turns[a]!];
  }

  add(pixel: number): void {
    let at = this.#pixels.push(pixel) - 1;
    this.#turns.push(this.#turn++);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#before(at, above)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  takeNearest(): number | undefined {
    const last = this.#pixels.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    const nearest = this.#pixels.pop();
    this.#turns.pop();
    for (let at = 0; ; ) {
      let below = 2 * at + 1;
      if (below >= last) return nearest;
      if (below + 1 < last && this.#before(below + 1, below)) below++;
      if (!this.#before(below, at)) return nearest;
      this.#swap(below, at);
      at = below;
    }
  }
}

/** Distance by two neighbours across each other (|grad T| = 1), of which those in state `wanted` have none yet. */
function distanceBy({ state, distance }: MarchGrid, across: number, down: number, wanted: number): number {
  const [a, b] = [distance[across]!, distance[down]!];
  if (state[across] === wanted) return state[down] === wanted ? 1 + Math.min(a, b) : 1 + b;
  if (state[down] === wanted) return 1 + a;
  return Math.abs(a - b) >= 1 ? 1 + Math.min(a, b) : (a + b + sqrt(2 - (a - b) * (a - b))) * 0.5;
}

/**
 * The fast marching method: from the pixels of `edge`, whose distance is known, to all in state `wanted` that connect to them,
 * the nearest first. Each gets its distance, is shown to `reached`, and is then known.
 */
export function march(
  grid: MarchGrid,
  edge: readonly number[],
  wanted: number,
  reached: (pixel: number) => void,
): void {
  const { stride, state, distance } = grid;
  const front = new Front(distance);
  for (const pixel of edge) front.add(pixel);
  const steps = [-stride, -1, stride, 1];
  for (let from = front.takeNearest(); from !== undefined; from = front.takeNearest()) {
    for (const step of steps) {
      const pixel = from + step;
      if (state[pixel] !== wanted) continue;
      distance[pixel] = fround(
        Math.min(
          distanceBy(grid, pixel - 1, pixel - stride, wanted),
          distanceBy(grid, pixel - 1, pixel + stride, wanted),
          distanceBy(grid, pixel + 1, pixel - stride, wanted),
          distanceBy(grid, pixel + 1, pixel + stride, wanted),
        ),
      );
      reached(pixel);
      state[pixel] = pixelIs.known;
      front.add(pixel);
    }
  }
}
