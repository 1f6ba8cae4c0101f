import { Course, type Sample, sizedTexts } from "./course.ts";
import { type Distance, type Effect, type Explained, explain } from "./explain.ts";
import type { Measured, Trial } from "./live-page.ts";
import type { Sought } from "./places.ts";

/** What the page's height counts, in parts of all that the texts count. */
const heightWorth = 0.05;

/** Pixels within which places are known: letters stand at whole pixels down the page, at parts of one across. */
const exactDown = 0.5;
const exactAcross = 0.2;
/** What moves by so many times as much as most does was sent to another line by the trial. */
const broken = 4;

function forgetBroken(effect: Effect, axis: 0 | 1): void {
  const sizes: number[] = [];
  for (let at: number = axis; at < effect.length - 1; at += 2) if (effect[at] !== 0) sizes.push(Math.abs(effect[at]!));
  sizes.sort((a, b) => a - b);
  const most = broken * (sizes[Math.floor(0.75 * sizes.length)] ?? 0);
  for (let at: number = axis; at < effect.length - 1; at += 2) if (Math.abs(effect[at]!) > most) effect[at] = 0;
}

/** Whether a number sizes mostly texts that the target shows in the size which they have: it is not the one that is wrong. */
function isRefuted(
  trial: Trial,
  measured: Measured,
  standing: ReadonlySet<number>,
  missing: ReadonlySet<number>,
): boolean {
  let [against, inFavour] = [0, 0];
  for (const item of sizedTexts(trial, measured)) {
    const [, , width, height] = measured.boxes[item]!;
    if (standing.has(item)) against += width * height;
    else if (missing.has(item)) inFavour += width * height;
  }
  return against > inFavour;
}

/** Sets of numbers, and what each number does to the distances. */
export interface Joint {
  sets: Explained[];
  effects: ReadonlyMap<number, Effect>;
}

/**
 * Sets of numbers that bring texts to their places together: two numbers may each be wrong so that neither alone brings
 * anything to its place.
 */
export function jointly(
  samples: ReadonlyMap<number, readonly Sample[]>,
  measured: Measured,
  { found, missing }: Sought,
  height: number,
): Joint {
  const weight = heightWorth * found.reduce((sum, place) => sum + 2 * place.weight, 0);
  const distances: Distance[] = found.flatMap(({ dx, dy, weight }) => [
    { pixels: dx, weight, exact: exactAcross },
    { pixels: dy, weight, exact: exactDown },
  ]);
  distances.push({ pixels: height - measured.height, weight: Math.max(1, weight), exact: exactDown });
  const standing = new Set(found.map(({ item }) => item));
  const effects = new Map<number, Effect>();
  for (const [literal, trials] of samples) {
    const course = new Course(trials, measured);
    if (course.fastest === 0) continue;
    const effect = new Float64Array(distances.length);
    const { factor, trial } = trials[0]!;
    if (isRefuted(trial, measured, standing, missing)) continue;
    const moved = new Map(trial.changed.map(([item, left, top]) => [item, [left, top] as const]));
    for (const [n, { item }] of found.entries()) {
      const to = moved.get(item);
      if (to === undefined) continue;
      for (const axis of [0, 1] as const)
        effect[2 * n + axis] = (to[axis] - measured.boxes[item]![axis]) / (factor - 1);
    }
    for (const axis of [0, 1] as const) forgetBroken(effect, axis);
    effect[distances.length - 1] = (trial.height - measured.height) / (factor - 1);
    if (effect.some((pixels) => pixels !== 0)) effects.set(literal, effect);
  }
  return { sets: explain(distances, effects), effects };
}
