import type { Fitter } from "./fitter.ts";

/** Groups that are put back together. */
const mostGroups = 6;

/** What is found at a point: how much is amiss, 0 where nothing is, and the loss. */
export interface Finding {
  readonly amiss: number;
  readonly loss: number;
}
export type Find = (points: readonly (readonly number[])[]) => Promise<readonly (Finding | null)[]>;

/**
 * Puts back what it takes for nothing to be amiss, and no more: groups of knobs that mend most for the least loss, one after
 * the other. -> the knobs; null where that was not enough, and the point stays where it was
 * @param groups what of them has not changed since stays out of it
 * @param roughly tells groups from one another; of its `amiss` only differences count
 * @param closely tells when it is enough
 */
export async function putBackSparingly(
  fitter: Fitter,
  before: readonly number[],
  groups: readonly (readonly number[])[],
  { roughly, closely }: { readonly roughly: Find; readonly closely: Find },
): Promise<number[] | null> {
  const { point } = fitter;
  const changed = groups
    .map((group) => group.filter((k) => point[k] !== before[k]))
    .filter((group) => group.length > 0);
  const without = (knobs: readonly number[]) => point.map((u, k) => (knobs.includes(k) ? before[k]! : u));
  const [here, ...each] = await roughly([point, ...changed.map(without)]);
  if (!here) return null;
  const useful = changed
    .flatMap((group, g) => {
      const found = each[g];
      const gain = found ? here.amiss - found.amiss : 0;
      return found && gain > 0 ? [{ group, price: Math.max(0, found.loss - here.loss) / gain }] : [];
    })
    .sort((a, b) => a.price - b.price)
    .slice(0, mostGroups);
  const tried = async (sets: readonly (readonly number[][])[]) => {
    const points = sets.map((set) => without(set.flat()));
    const found = await closely(points);
    return found.flatMap((one, n) =>
      one && one.amiss === 0 ? [{ set: sets[n]!, point: points[n]!, loss: one.loss }] : [],
    );
  };
  const least = (all: Awaited<ReturnType<typeof tried>>) => all.reduce((a, b) => (b.loss < a.loss ? b : a));
  const enough = await tried(useful.map((_, n) => useful.slice(0, n + 1).map(({ group }) => group)));
  if (enough.length === 0) return null;
  let best = least(enough);
  // One that went back early may stay where others went back.
  if (best.set.length > 1)
    best = least([best, ...(await tried(best.set.map((one) => best.set.filter((two) => two !== one))))]);
  fitter.point = [...best.point];
  return best.set.flat();
}
