import type { Fitter } from "./fitter.ts";
import { at, type Problem, type Scale } from "./problem.ts";
import { place } from "./score.ts";

/** Where numbers of a material that are 0 to 1 (roughness, metal, transmission) are tried, two of them together. */
const values = [0.05, 0.25, 0.55, 0.9];

/** A try must explain this share of what is left. */
const telling = 0.2;

/** Materials whose numbers show most are tried. */
const mostMaterials = 8;

/** Times that the best is taken and all that moved is fitted again. */
const passes = 2;

const coarse = at(64, 8, 4, 1);

/** Whether a number of a material is one between 0 and 1 and no colour. */
export function isUnitNumber(problem: Problem, k: number): boolean {
  const { kind, group, value } = problem.knobs[k]!;
  return kind !== "color" && group === null && value >= 0 && value <= 1;
}

/** Takes the try that explains most, if it explains enough of what is left. -> the share that it leaves; null: none does */
export async function takeBest(fitter: Fitter, tries: readonly number[][], scale: Scale): Promise<number | null> {
  if (tries.length === 0) return null;
  const [now, ...losses] = await fitter.judge([fitter.point, ...tries], scale);
  const best = losses.indexOf(Math.min(...losses));
  if (losses[best]! >= (1 - telling) * now!) return null;
  fitter.point = tries[best]!;
  return losses[best]! / now!;
}

/** A material's numbers between 0 and 1 that are no colours, by the material. */
function unitNumbers(problem: Problem): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const k of problem.knobs.keys()) {
    if (!problem.isUsable(k) || !problem.inPlace(k) || !problem.isMaterial(k) || !isUnitNumber(problem, k)) continue;
    const material = String(problem.trace.in_place[String(k)]?.[0]?.[1]);
    found.set(material, [...(found.get(material) ?? []), k]);
  }
  return found;
}

/**
 * Looks for gloss and metal far from where they are: a gold that is too dull fits no better when it shines a little more,
 * only when it shines a lot, so no gradient leads there.
 */
export async function farLooks(fitter: Fitter): Promise<void> {
  const { problem } = fitter;
  const materials = [...unitNumbers(problem).values()];
  if (materials.length === 0) return;
  for (let pass = 0; pass < passes; pass++) {
    await fitter.scan(materials.flat(), coarse, "all");
    const shows = (knobs: readonly number[]) => Math.max(...knobs.map((k) => fitter.visible(k)));
    const shown = [...materials].sort((a, b) => shows(b) - shows(a)).slice(0, mostMaterials);
    const { point } = fitter;
    const tries = shown.flatMap((knobs) => {
      const [one, two] = [...knobs].sort((a, b) => fitter.visible(b) - fitter.visible(a)) as [number, number?];
      const set = (k: number, value: number) => [k, problem.units(k, value)] as const;
      return values.flatMap((a) => [
        place(point, [set(one, a)]),
        ...(two === undefined ? [] : values.map((b) => place(point, [set(one, a), set(two, b)]))),
      ]);
    });
    const share = await takeBest(fitter, tries, coarse);
    if (share === null) return;
    const moved = fitter.moved().map((k) => problem.knobs[k]!.label);
    fitter.tell("far looks", { left: share, moved });
    await fitter.fit(fitter.moved(), coarse, 3, 4);
  }
}
