import { Compared } from "./compared.ts";
import { equal, Fit } from "./fit.ts";
import type { LivePage, Texts } from "./live-page.ts";
import type { Raster } from "./raster.ts";
import { muchGain } from "./scan.ts";
import { tidy } from "./tidy.ts";

/** Numbers and colours that are looked at, those that stand first in the page. */
const mostNumbers = 1200;
const mostTints = 512;
/** Part of the difference that may be left for a page to count as fitted; where more is left after half of the ways' time, another way is tried. */
const enough = 0.1;
/** Difference from which on a page is first looked at by its shape: texts that break otherwise move all that follows. */
const muchApart = 0.01;
/** Seconds from which on there is time to scan for a shape, and for another way. */
const longEnough = 12;
/** Parts of the time that are over when the looking for sizes of letters and for breaks ends, and all ways; what is left is for round numbers. */
const letters = 0.15;
const someLetters = 0.25;
const breaks = 0.35;
const most = 0.85;
/** Part of the time that shapes are scanned for. */
const shapes = 0.1;

export interface Fitted {
  texts: Texts;
  before: number;
  after: number;
  /** Pictures taken. */
  pictures: number;
  steps: readonly string[];
}

/**
 * Other texts for numbers and colours of a live page, by which its picture becomes the target's, as far as there is time.
 * A page that stands in a hollow on one way is begun anew: by what it shows, wherever that stands, or straight on.
 */
export async function fitTexts(page: LivePage, target: Raster, seconds: number): Promise<Fitted> {
  const compared = await Compared.open(page, target, seconds);
  const { literals } = page.found;
  const used = await page.used();
  const of = (kind: "number" | "colour") => used.filter((index) => literals[index]!.kind === kind);
  const way = () => new Fit(compared, of("number").slice(0, mostNumbers), of("colour").slice(0, mostTints));
  const before = await compared.loss(new Map());
  let fit = way();
  await fit.papers();
  const thorough = seconds >= longEnough;
  const early = thorough && before > muchApart;
  const size = early ? await fit.letters(compared.at(letters)) : null;
  if (size !== null) await fit.settle(size);
  const some = thorough ? await fit.someLetters(compared.at(someLetters)) : [];
  for (const guess of some) await fit.settle(guess);
  const broken = thorough ? await fit.breaks(compared.at(breaks)) : [];
  for (const guess of broken) await fit.settle(guess);
  const shaped = early ? await fit.shaped(compared.after(shapes)) : null;
  const begun = shaped !== null && shaped.gain >= muchGain;
  if (begun) await fit.reshape(shaped);
  // The first way has half of the time that is left.
  let best = await fit.descend((performance.now() + compared.at(most)) / 2);
  // A number that makes texts break as they do in the target is not moved for what another number is to do.
  fit.release(broken);
  if (performance.now() < compared.at(most)) {
    const stuck = thorough && best.loss > before * enough && (!begun || fit.ended);
    const other = stuck ? way() : null;
    await other?.papers();
    for (const guess of size === null ? some : [size, ...some]) await other?.settle(guess);
    const shape = begun ? null : early ? shaped : await other?.shaped(compared.after(shapes));
    if (shape) await other?.reshape(shape);
    const next = shape || begun ? (other ?? fit) : fit;
    if (!next.ended) {
      const found = await next.descend(compared.at(most));
      if (found.loss < best.loss) [best, fit] = [found, next];
    }
  }
  const { texts, loss } = await tidy(best, literals, async (tried, least) =>
    compared.late || least <= equal ? null : compared.loss(tried),
  );
  return { texts, before, after: loss, pictures: compared.pictures, steps: fit.steps };
}
