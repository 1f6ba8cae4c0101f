import { isUnitNumber, takeBest } from "./far-looks.ts";
import type { Fitter } from "./fitter.ts";
import { watchedThings } from "./guard.ts";
import { at, type Scale } from "./problem.ts";
import { place } from "./score.ts";
import { masksAt, survey, wronglyColoured } from "./survey.ts";
import { area } from "./things.ts";

/** Things on a smaller share of the picture tell too little of their colour. */
const large = 0.002;

/** Of what colours leave in the outlines they are fitted in they must explain this share, or they stay. */
const convincing = 0.9;

/** Values at which what is 0 to 1 of a material is tried: a metal differs from paint by no gradient that leads there. */
const ends = [0, 0.5, 1];

/** Of the numbers whose nudges show most, so many are tried. */
const mostEnds = 8;

/** Sets what explains most by itself to one of its ends. -> whether it did */
async function extremes(fitter: Fitter, members: readonly number[], scale: Scale): Promise<boolean> {
  const { problem, point } = fitter;
  const single = members.filter((k) => isUnitNumber(problem, k));
  const shown = single.sort((a, b) => fitter.visible(b) - fitter.visible(a)).slice(0, mostEnds);
  const tries = shown.flatMap((k) => ends.map((end) => place(point, [[k, problem.units(k, end)]])));
  return (await takeBest(fitter, tries, scale)) !== null;
}

/**
 * Sets the colours of things that stand where the target shows their shape in another colour, looking at nothing but their
 * outlines: there no place explains what is left, and with right colours the other things are told from each other.
 */
export async function recolour(fitter: Fitter): Promise<void> {
  const { problem } = fitter;
  const all = watchedThings(problem);
  const masks = await masksAt(problem, fitter.point, all);
  if (masks === null) return;
  const pixels = masks.views.reduce((sum, { width, height }) => sum + width * height, 0);
  const visible = all.flatMap((_, i) => (area(masks, i).seen >= large * pixels ? [i] : []));
  const surveyed = await survey(fitter, all, visible, masks, at(80, 4, 4, 1));
  const found =
    surveyed?.things.filter((one) => one.left >= surveyed.least && wronglyColoured(one, surveyed.least)) ?? [];
  if (found.length === 0) return;
  const start = [...fitter.point];
  const scale = at(64, 8, 4, 1);
  problem.focus = { views: masks.views, ids: new Set(found.map(({ index }) => index + 1)) };
  try {
    const members = problem.knobs.flatMap((_, k) =>
      problem.isUsable(k) && problem.inPlace(k) && problem.isMaterial(k) ? [k] : [],
    );
    const first = await fitter.scan(members, scale, "all");
    const scan = (await extremes(fitter, first.members, scale)) ? await fitter.scan(members, scale, "new") : first;
    const noise = await fitter.noise(scale);
    const chosen = fitter.nominate(scan, new Set(), 3 * found.length + 2, 6, 1, noise);
    const explained = chosen.length === 0 ? 0 : await fitter.fit(chosen, scale, 6, 6, scan);
    fitter.tell("recolour", {
      things: found.map(({ thing }) => thing.name),
      knobs: chosen.map((k) => problem.knobs[k]!.label),
      explained,
    });
    if (explained < convincing) fitter.point = start;
  } finally {
    problem.focus = null;
  }
}
