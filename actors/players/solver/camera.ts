import type { Fitter } from "./fitter.ts";
import { at, type Scale } from "./problem.ts";
import { prune } from "./prune.ts";

/** A camera alone must explain this share of the difference to be believed. */
const convincing = 0.85;

/** And at first glance, widely blurred, this much. */
const plausible = 0.8;

/**
 * Before anything else: is it the camera? A moved camera moves everything, so knob by knob it loses to a crowd of small
 * lies; all its knobs together either explain most of the difference or are put back. Returns the share explained.
 */
export async function tryCamera(fitter: Fitter): Promise<number> {
  const { problem } = fitter;
  const members = problem.knobs.flatMap((_, k) => (problem.drivesCamera(k) ? [k] : []));
  if (members.length < 2) return 0;
  const start = [...fitter.point];
  const fine = at(64, 8, 4, 1.5);
  const noise = await fitter.noise(fine);
  const [before] = await fitter.judge([start], fine);
  const glance = at(40, 8, 4, 3);
  const aims = await aimed(fitter, members, at(40, 4, 4, 2));
  const ends: number[][] = [];
  for (const aim of aims) {
    fitter.point = aim;
    await fitter.scan(members, at(40, 4, 4, 3), "all");
    await fitter.fit(members, glance, 6, 6);
    ends.push(fitter.point);
  }
  const [far, ...nears] = await fitter.judge([start, ...ends], glance);
  const near = Math.min(...nears);
  fitter.point = ends[nears.indexOf(near)]!;
  if (near <= (1 - plausible) * far!) {
    for (const sigma of [3, 1.5]) await fitter.fit(members, at(64, 16, 8, sigma), 6, 6);
  }
  const [after] = await fitter.judge([fitter.point], fine);
  const explained = 1 - Math.max(0, after! - noise) / Math.max(1e-9, before! - noise);
  fitter.tell("camera", { explained });
  if (explained >= convincing) {
    await prune(fitter, fine, 1, noise);
    return explained;
  }
  fitter.point = start;
  return 0;
}

/** Aims that are fitted at most: the best one may end in a valley beside the right one. */
const mostAims = 4;

/** An aim is fitted beside the best if it leaves less than this share of what the present one leaves. */
const promising = 0.9;

/** The camera turned and zoomed by steps that no gradient bridges where walls and windows repeat: the best, best first. */
async function aimed(fitter: Fitter, members: readonly number[], scale: Scale): Promise<number[][]> {
  const { problem } = fitter;
  const of = (pattern: RegExp) => members.filter((k) => pattern.test(problem.trace.in_place[k]![0]![2]));
  const turns = of(/^rotation_euler$/);
  const [tilt, pan] = [turns.at(0), turns.at(-1)];
  const lens = of(/^lens$/).at(0);
  const tries: number[][] = [];
  for (const turn of pan === undefined || pan === tilt ? [0] : [-12, -8, -4, 0, 4, 8, 12]) {
    for (const nod of tilt === undefined ? [0] : [-8, -4, 0, 4, 8]) {
      for (const zoom of lens === undefined ? [1] : [0.75, 0.87, 1, 1.15, 1.33]) {
        const next = [...fitter.point];
        const move = (k: number | undefined, by: (value: number) => number) => {
          if (k !== undefined) next[k] = problem.units(k, by(problem.value(k, fitter.point[k]!)));
        };
        const turned = (k: number | undefined, degrees: number) => {
          if (degrees === 0) return;
          move(k, (v) => v + (problem.knobs[k!]!.degrees ? degrees : (degrees * Math.PI) / 180));
        };
        turned(pan, turn);
        turned(tilt, nod);
        if (zoom !== 1) move(lens, (v) => v * zoom);
        tries.push(next);
      }
    }
  }
  const judged = await fitter.judge([fitter.point, ...tries], scale);
  const [now = 0, ...values] = judged;
  const better = values.map((value, i) => ({ value, i })).filter(({ value }) => value < promising * now);
  const best = better.sort((a, b) => a.value - b.value).slice(0, mostAims);
  return best.length === 0 ? [fitter.point] : best.map(({ i }) => tries[i]!);
}
