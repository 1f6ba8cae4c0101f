import { type Fitter, sumSquares } from "./fitter.ts";
import type { Scale } from "./problem.ts";
import { criterion, supportOf, weightedSquares } from "./select.ts";
import { knobsOf, thingsOf } from "./things.ts";

/** The knobs that moved, by what they belong to: the light, the look of each material, place, turn and size of each thing. */
export function groupsOf(fitter: Fitter): number[][] {
  const { problem } = fitter;
  const groups = new Map<string, number[]>();
  const things = thingsOf(problem.trace);
  for (const k of fitter.moved()) {
    const thing = things.find((one) => knobsOf(one).includes(k));
    const [first] = problem.trace.in_place[String(k)] ?? [];
    const name = problem.isLight(k)
      ? "light"
      : thing
        ? `${thing.name}/${thing.turns.some(({ knob }) => knob === k) ? "turn" : thing.sizes.includes(k) ? "size" : "place"}`
        : first && problem.isMaterial(k)
          ? `${first[0]}/${first[1]}`
          : `${k}`;
    groups.set(name, [...(groups.get(name) ?? []), k]);
  }
  return [...groups.values()];
}

/**
 * Puts groups of knobs back to the program's own values where their moves, seen by rendering them put back, do not pay for
 * themselves: what was moved to make up for something else has nothing to explain once that is right. Returns the knobs.
 */
export async function revert(fitter: Fitter, groups: readonly (readonly number[])[], scale: Scale): Promise<number[]> {
  const { problem } = fitter;
  if (groups.length === 0) return [];
  const home = (knobs: readonly number[]) => fitter.point.map((u, k) => (knobs.includes(k) ? problem.origin[k]! : u));
  const [here, ...looks] = await problem.look([fitter.point, ...groups.map(home)], scale);
  if (!here) return [];
  const residual = problem.features(here, scale.sigma);
  const observations = problem.observations(here, scale.sigma);
  const idle = groups.filter((group, g) => {
    const look = looks[g];
    if (!look) return false;
    const { weights, observations: own } = supportOf(problem.features(look, scale.sigma, here), observations);
    const back = weightedSquares(problem.features(look, scale.sigma), weights);
    const cost = group.reduce((sum, k) => sum + fitter.price(k), 0);
    return criterion(back, weightedSquares(residual, weights), own, cost) >= 0;
  });
  const returned = idle.flat();
  if (returned.length === 0) return [];
  // Two groups may have made up for each other: together they go back only if the picture is no worse for it.
  const [together] = await fitter.judge([home(returned)], scale);
  const now = sumSquares(residual);
  const cost = returned.reduce((sum, k) => sum + fitter.price(k), 0);
  if (criterion(together!, now, observations, cost) < 0) return [];
  fitter.point = home(returned);
  fitter.tell("revert", { knobs: returned.map((k) => problem.knobs[k]!.label) });
  return returned;
}
