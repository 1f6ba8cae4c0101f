import type { LivePage, Texts } from "./live-page.ts";
import { difference, type Raster, smaller } from "./raster.ts";
import type { Apart } from "./scan.ts";
import { Shape } from "./shape.ts";

/** Picture pixels a CSS pixel where guesses are compared. */
const coarse = 0.25;

/** A live page beside its target, for as long as there is time. */
export class Compared {
  readonly page: LivePage;
  readonly target: Raster;
  readonly #small: Raster;
  readonly #shape: Shape;
  readonly #ends: number;
  readonly #milliseconds: number;
  pictures = 0;

  private constructor(page: LivePage, target: Raster, small: Raster, seconds: number) {
    this.page = page;
    this.target = target;
    this.#small = small;
    this.#shape = new Shape(small);
    this.#milliseconds = seconds * 1000;
    this.#ends = performance.now() + this.#milliseconds;
  }

  static async open(page: LivePage, target: Raster, seconds: number): Promise<Compared> {
    return new Compared(page, target, await smaller(target, coarse), seconds);
  }

  get late(): boolean {
    return performance.now() > this.#ends;
  }

  /** The moment, by `performance.now()`, when a part of the time is over. */
  at(part: number): number {
    return this.#ends - (1 - part) * this.#milliseconds;
  }

  async draw(texts: Texts, scale = 1): Promise<Raster> {
    this.pictures += 1;
    await this.page.put(texts);
    return this.page.shot(scale);
  }

  /** Mean squared difference of the pictures, 0 to 1. */
  async loss(texts: Texts): Promise<number> {
    return difference(await this.draw(texts), this.target);
  }

  /** The same of small pictures, which guesses are compared by. */
  async score(texts: Texts): Promise<number> {
    return difference(await this.draw(texts, coarse), this.#small);
  }

  async apart(texts: Texts): Promise<Apart> {
    const picture = await this.draw(texts, coarse);
    return { place: difference(picture, this.#small), shape: this.#shape.difference(picture) };
  }
}
