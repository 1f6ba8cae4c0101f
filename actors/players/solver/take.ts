import type { Fitter } from "./fitter.ts";
import type { Scale } from "./problem.ts";
import { inOrder, perKnob, place, type Rule, type Scored, type Try } from "./score.ts";

/** Tries of one owner that are judged beside those of others: the best, and the best that move it elsewhere. */
const perOwner = 3;

/** Owners whose best try is taken first, each in turn: which of two things stands in a place shows in what the other does then. */
const openings = 3;

/** Tries judged after each that was taken. */
const width = 6;

/** Where a try puts its owner, as far as its first two numbers say: tries that agree in them differ in detail only. */
const spotOf = ({ owner, moved }: Try) => `${owner} ${moved.slice(0, 2).flat().join(" ")}`;

/** The best tries of each owner that are not refused, best first: the next best is asked about where one is refused. */
async function bestOfEach(paying: readonly Scored[], now: number, rule: Rule): Promise<Scored[]> {
  const found: Scored[] = [];
  const seen = new Map<string, number>();
  for (const one of inOrder(paying, now)) {
    const { owner } = one.one;
    const count = seen.get(owner) ?? 0;
    if (count >= 2 * perOwner || found.some((other) => spotOf(other.one) === spotOf(one.one))) continue;
    seen.set(owner, count + 1);
    found.push(one);
  }
  const refused = (await rule.refuses?.(found.map(({ one }) => one))) ?? [];
  const kept = found.filter((_, i) => !refused[i]);
  return kept.filter(
    ({ one }, i) => kept.slice(0, i).filter((other) => other.one.owner === one.owner).length < perOwner,
  );
}

interface Taken {
  readonly point: number[];
  readonly value: number;
  readonly knobs: number[];
}

/** What has been taken after one opening, and what may still be. */
interface Chain {
  taken: Taken;
  rest: readonly Scored[];
}

/** Of the judged tries that help takes the one that helps most. */
function advance(
  chain: Chain,
  judged: readonly number[],
  points: readonly number[][],
  now: number,
  alone: number,
): Chain {
  const { point, value, knobs } = chain.taken;
  const next = chain.rest.slice(0, width);
  // What a move explained by itself, and no longer does, has been explained by what was taken.
  const helps = next.map((one, i) => {
    const gain = value - judged[i]!;
    return gain > 0.01 * value && gain > alone * (now - one.value);
  });
  const worth = (i: number) => (value - judged[i]!) * (1 - perKnob * next[i]!.one.moved.length);
  const pick = judged.reduce((best, _, i) => (helps[i] && (best < 0 || worth(i) > worth(best)) ? i : best), -1);
  const chosen = next[pick]?.one;
  const rest = chain.rest.filter((one, i) => one.one.owner !== chosen?.owner && (i >= next.length || helps[i]!));
  if (chosen === undefined) return { taken: { point, value, knobs }, rest };
  const more = chosen.moved.map(([k]) => k);
  return { taken: { point: points[pick]!, value: judged[pick]!, knobs: [...knobs, ...more] }, rest };
}

/**
 * After each opening takes of the rest what helps most, one try of each owner, as far as that helps. -> the best that came
 * of an opening. All openings are judged in one job at a time.
 */
async function greedy(
  fitter: Fitter,
  openings: readonly Scored[],
  ranked: readonly Scored[],
  now: number,
  scale: Scale,
  rule: Rule,
): Promise<Taken | null> {
  let chains = openings.map(({ one, value }): Chain => {
    const taken = { point: place(fitter.point, one.moved), value, knobs: one.moved.map(([k]) => k) };
    return { taken, rest: ranked.filter((other) => other.one.owner !== one.owner) };
  });
  while (chains.some(({ rest }) => rest.length > 0)) {
    const points = chains.map(({ taken, rest }) =>
      rest.slice(0, width).map(({ one }) => place(taken.point, one.moved)),
    );
    const judged = await fitter.judge(points.flat(), scale, rule.evened);
    chains = chains.map((chain, c) => {
      const first = points.slice(0, c).flat().length;
      const own = judged.slice(first, first + points[c]!.length);
      return advance(chain, own, points[c]!, now, rule.alone ?? 0);
    });
  }
  // Many numbers explain a little more than a few right ones.
  const worth = ({ value, knobs }: Taken) => (now - value) * (1 - perKnob * new Set(knobs).size);
  return chains.reduce<Taken | null>(
    (best, { taken }) => (best === null || worth(taken) > worth(best) ? taken : best),
    null,
  );
}

/** Of scored tries those that pay are taken together, as far as that helps. Returns the knobs moved. */
export async function take(
  fitter: Fitter,
  { now, scored }: { now: number; scored: readonly Scored[] },
  scale: Scale,
  rule: Rule = {},
): Promise<number[]> {
  const paying = scored.filter(({ pays, value }) => pays && value < now - (rule.least ?? 0));
  if (paying.length === 0) return [];
  const ranked = await bestOfEach(paying, now, rule);
  const first = ranked.filter(({ one }, i) => ranked.findIndex((other) => other.one.owner === one.owner) === i);
  const best = await greedy(fitter, first.slice(0, openings), ranked, now, scale, rule);
  if (best === null) return [];
  fitter.point = best.point;
  return best.knobs;
}
