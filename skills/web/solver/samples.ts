import { numberOf, numberText } from "../../../bridge/text/page-literals.ts";
import type { Sample } from "./course.ts";
import type { LivePage, Measured, Texts } from "./live-page.ts";

/** Where everything stands, and what each number moves. */
export interface Sampled {
  measured: Measured;
  samples: Map<number, Sample[]>;
}

/** Before anything was tried. */
export const nothing: Sampled = {
  measured: { height: 0, boxes: [], kinds: [], owners: [], moved: [] },
  samples: new Map(),
};

/** What each of some numbers moves when it is multiplied by each factor, as far as there is time. */
export async function sample(
  page: LivePage,
  late: () => boolean,
  texts: Texts,
  numbers: readonly number[],
  factors: readonly number[],
): Promise<Sampled> {
  await page.put(texts);
  const asked = numbers.flatMap((index) => factors.map((factor) => ({ index, factor })));
  const trials = asked.map(({ index, factor }) => {
    const { value, unit } = numberOf({ text: page.textOf(index, texts) });
    return [index, numberText(value * factor, unit, 4)] as const;
  });
  const measured = await page.measure(trials, late);
  const samples = new Map<number, Sample[]>();
  for (const [at, { index, factor }] of asked.entries()) {
    const trial = measured.moved[at];
    if (trial !== undefined) samples.set(index, [...(samples.get(index) ?? []), { factor, trial }]);
  }
  return { measured, samples };
}

/** Pixels that what stands on the page moves by, all in all. */
export function movedBy(samples: readonly Sample[] | undefined, measured: Measured): number {
  const far = ({ trial }: Sample) =>
    trial.changed.reduce(
      (sum, [item, ...to]) => sum + to.reduce((all, side, n) => all + Math.abs(side - measured.boxes[item]![n]!), 0),
      Math.abs(trial.height - measured.height),
    );
  return Math.max(0, ...(samples ?? []).map(far));
}
