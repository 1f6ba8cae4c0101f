import { Compared } from "./compared.ts";
import { equal, Fit } from "./fit.ts";
import type { LivePage, Texts } from "./live-page.ts";
import type { Raster } from "./raster.ts";
import { muchGain } from "./scan.ts";
import { tidy } from "./tidy.ts";

/** Numbers and colours that are looked at, those that stand first in the page. */
const mostNumbers = 1200;
const mostTints = 512;
/** Part of the difference that may be left for a page to count as fitted; where more is left after half of the time, another way is tried. */
const enough = 0.1;
/** Difference from which on a page is first looked at by its shape: texts that break otherwise move all that follows. */
const muchApart = 0.01;
/** Part of the difference of shapes that a number must take away for another way to begin with it. */
const someGain = 0.15;
/** Parts of the time: that of the first way, and that of all ways; what is left is for round numbers. */
const half = 0.5;
const most = 0.85;

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
  const reshaped = before > muchApart && (await fit.reshape(muchGain));
  let best = await fit.descend(compared.at(half));
  if (performance.now() < compared.at(most)) {
    const other = way();
    if (best.loss > before * enough) await other.papers();
    const anew = best.loss > before * enough && (reshaped ? fit.ended : await other.reshape(someGain));
    if (anew || !fit.ended) {
      const next = anew ? other : fit;
      const found = await next.descend(compared.at(most));
      if (found.loss < best.loss) [best, fit] = [found, next];
    }
  }
  const { texts, loss } = await tidy(best, literals, async (tried, least) =>
    compared.late || least <= equal ? null : compared.loss(tried),
  );
  return { texts, before, after: loss, pictures: compared.pictures, steps: fit.steps };
}
