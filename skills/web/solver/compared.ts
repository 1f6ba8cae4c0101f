import type { Part } from "../backend/tab.ts";
import type { LivePage, Measured, Texts } from "./live-page.ts";
import { cut, differing, inPlace, rowsOf } from "./part.ts";
import { apartLoss, difference, type Raster, smaller } from "./raster.ts";
import type { Apart } from "./scan.ts";
import { Shape } from "./shape.ts";

/** Picture pixels a CSS pixel where whole pages are compared that differ by much. */
const coarse = 0.25;
/** Difference below which letters drawn small say less than what is left: pictures are compared at their own size. */
const fine = 4e-3;
/** Pixels of a part that is compared at its own size, however much differs in it. */
const smallPart = 300_000;

/** What is drawn of the page for a guess. */
interface Focus {
  scale: number;
  part: Part | undefined;
  target: Raster;
  /** What it is of the whole page. */
  share: number;
}

/** A live page beside its target, for as long as there is time. */
export class Compared {
  readonly page: LivePage;
  readonly target: Raster;
  readonly #small: Raster;
  readonly #shape: Shape;
  readonly #ends: number;
  readonly #milliseconds: number;
  #focus: Focus;
  /** Differences of guesses as they are drawn now, by their texts. */
  readonly #known = new Map<string, number>();
  pictures = 0;

  private constructor(page: LivePage, target: Raster, small: Raster, seconds: number) {
    this.page = page;
    this.target = target;
    this.#small = small;
    this.#focus = { scale: coarse, part: undefined, target: small, share: 1 };
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

  /** The moment when a further part of the time will be over. */
  after(part: number): number {
    return performance.now() + part * this.#milliseconds;
  }

  async draw(texts: Texts): Promise<Raster> {
    return (await this.#shot(texts, 1)).picture;
  }

  async #shot(texts: Texts, scale: number, part?: Part): Promise<{ picture: Raster; height: number }> {
    this.pictures += 1;
    await this.page.put(texts);
    return this.page.shot(scale, part);
  }

  /** The rows alone in which some items stand; the page is blank above them and ends below. */
  async drawPart(texts: Texts, { boxes }: Measured, items: Iterable<number>): Promise<Raster> {
    const part = rowsOf(
      [...items].map((item) => boxes[item]!),
      this.target.width,
    );
    return inPlace((await this.#shot(texts, 1, part)).picture, part);
  }

  /** Mean squared difference of the pictures, 0 to 1. */
  async loss(texts: Texts): Promise<number> {
    return difference(await this.draw(texts), this.target);
  }

  /**
   * From now on guesses are compared where a picture differs, at its own size where little does; `whole` draws all of the
   * page so, for guesses that do harm elsewhere.
   * @param loss the picture's difference from the target
   */
  look(now: Raster, loss: number, whole: boolean): void {
    this.#known.clear();
    const { width, height } = this.target;
    const part = differing(now, this.target);
    const area = part === null ? 0 : (part.right - part.left) * ((part.bottom ?? height) - part.top);
    if (whole) this.#focus = { scale: 1, part: undefined, target: this.target, share: 1 };
    else if (part !== null && (area <= smallPart || loss < fine)) {
      this.#focus = { scale: 1, part, target: cut(this.target, part), share: area / (width * height) };
    } else this.#focus = { scale: coarse, part: undefined, target: this.#small, share: 1 };
  }

  /** Difference by which guesses are compared with one another, as long as the look is the same. */
  async score(texts: Texts): Promise<number> {
    const key = [...texts]
      .map((text) => text.join(" "))
      .sort()
      .join("; ");
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { scale, part, target, share } = this.#focus;
    const { picture, height } = await this.#shot(texts, scale, part);
    const apart = part === undefined || part.bottom === null ? 0 : Math.abs(height - this.target.height);
    const score = difference(picture, target) * share + (apart * apartLoss) / Math.max(height, this.target.height);
    this.#known.set(key, score);
    return score;
  }

  async apart(texts: Texts): Promise<Apart> {
    const { picture } = await this.#shot(texts, coarse);
    return { place: difference(picture, this.#small), shape: this.#shape.difference(picture) };
  }
}
