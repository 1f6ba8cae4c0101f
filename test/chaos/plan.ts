import { type Target, targets } from "./processes.ts";

/** When a kill falls: `delay` ms after the tape shows the first event `type` of round `t` (null: of the run). */
export interface Kill {
  target: Target;
  after: { type: string; t: number | null };
  delay: number;
}

/** Rounds of the fixture, without the start. */
export const rounds = 9;
/** Rounds of a run of `npm run chaos`: twice as long, for twice the kills. */
export const longRounds = 18;

/** Events of a round, in their order. */
const roundEvents = [
  "context",
  "writing",
  "call.intent",
  "call.reply",
  "program.proposed",
  "executing",
  "state",
  "measured",
  "feedback",
  "round",
];

/**
 * Six kills for one run, three rounds apart, so that each has recovered before the next falls: half of them right after
 * a named event, half at a random time. Every target gets the same number of kills, at every place.
 */
export function planRun(index: number, random: () => number): Kill[] {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const times: { type: string; t: number | null }[][] = [
    [
      { type: "run.started", t: null },
      { type: "lease.granted", t: null },
      { type: "executing", t: 0 },
      ...roundEvents.map((type) => ({ type, t: 1 })),
    ],
    ...[4, 7, 10, 13].map((t) => roundEvents.map((type) => ({ type, t }))),
    [...roundEvents.map((type) => ({ type, t: 17 })), { type: "stopped", t: null }, { type: "stopped", t: null }],
  ];
  return times.map((points, place) => {
    const turn = index * times.length + place + Math.floor(index / 5);
    const target = targets[turn % targets.length] as Target;
    const after = pick(points);
    const scripted = random() < 0.5;
    return { target, after, delay: scripted ? 0 : Math.floor(random() * 400) };
  });
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
