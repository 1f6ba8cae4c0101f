import type { Measures, Round } from "../../machines/domain/index.ts";
import type { TapeEvent } from "../../observers/observer.ts";

/** What a run left, as the invariants see it. */
export interface Evidence {
  events: TapeEvent[];
  /** Real calls of the player, from its own log. */
  calls: { t: number; at: number }[];
  scores: { best: { t: number | null; pl: number | null } | null; rounds: { t: number; pl: number | null }[] } | null;
  exit: number | null;
  /** Milliseconds from each kill to the next round. */
  recoveries: number[];
  /** Processes and temporary files that were still there after the end. */
  left: string[];
}

export type Invariant =
  | "nothing-lost"
  | "nothing-twice"
  | "one-answer"
  | "best-monotone"
  | "paid-once"
  | "ends"
  | "clean";
export interface Violation {
  invariant: Invariant;
  detail: string;
}

interface RoundSeen {
  t: number;
  code: string;
  loss: number | null;
}

type Check = (evidence: Evidence, undisturbed: Evidence, recoveryLimitMs: number) => string[];

/** Names and what each means, as docs/chaos.md lists them. */
export const invariants: Record<Invariant, Check> = {
  /** The same rounds with the same programs, losses and best as an undisturbed run. */
  "nothing-lost": (evidence, undisturbed) => {
    const [seen, wanted] = [roundsOf(evidence.events), roundsOf(undisturbed.events)];
    const wrong = wanted.flatMap(({ t, code, loss }) => {
      const round = seen.find((one) => one.t === t);
      if (round === undefined) return [`round ${t} is missing`];
      if (round.code !== code) return [`round ${t} has another program`];
      return near(round.loss, loss) ? [] : [`round ${t}: loss ${round.loss} instead of ${loss}`];
    });
    const [best, wantedBest] = [endOf(evidence.events)?.best_t, endOf(undisturbed.events)?.best_t];
    if (best !== wantedBest) wrong.push(`best round ${best} instead of ${wantedBest}`);
    if (!near(evidence.scores?.best?.pl ?? null, undisturbed.scores?.best?.pl ?? null)) {
      wrong.push(`scores.json: best ${evidence.scores?.best?.pl} instead of ${undisturbed.scores?.best?.pl}`);
    }
    return wrong;
  },
  /** One round event per t, one accepted program per t, no event id and no sequence twice. */
  "nothing-twice": ({ events }) => [
    ...twice(events.map(({ id }) => id)).map((id) => `event ${id} stands twice on the tape`),
    ...twice(events.map(({ seq }) => String(seq))).map((seq) => `sequence ${seq} stands twice on the tape`),
    ...twice(roundsOf(events).map(({ t }) => String(t))).map((t) => `round ${t} was added twice`),
    ...twice(keysOf(events, "program.proposed", "program")).map((key) => `program ${key} was accepted twice`),
  ],
  /** One state per candidate. */
  "one-answer": ({ events }) => twice(keysOf(events, "state", "state")).map((key) => `state ${key} was accepted twice`),
  /** After every round the best is what its losses say; the end's is that, or the lowest of its equals' final losses. */
  "best-monotone": ({ events, scores }) => {
    const last = roundEvents(events).at(-1)?.data.best_t;
    const stopped = events.filter(({ type, data }) => type === "stopped" && data.best_t !== last);
    const chosen = chosenAtEnd(events) ?? last;
    const ends = [endOf(events)?.best_t, scores?.best?.t].filter((t) => t !== chosen);
    return [
      ...wrongBests(events),
      ...stopped.map(({ data }) => `stopped with best round ${String(data.best_t)} instead of ${String(last)}`),
      ...ends.map((t) => `best is round ${String(t)}, though ${String(chosen)} was decided`),
    ];
  },
  /** A call whose reply was recorded is never made again; one more call at most for each that is marked unknown. */
  "paid-once": ({ events, calls }) => {
    const keyOf = (event: TapeEvent) => String(event.data.key);
    const rounds = [...new Set(calls.map(({ t }) => t))];
    return rounds.flatMap((t) => {
      const own = events.filter((event) => event.type.startsWith("call.") && keyOf(event).startsWith(`write/${t}/`));
      const made = calls.filter((call) => call.t === t);
      const unknown = own.filter(({ type }) => type === "call.unknown").length;
      const reply = own.find(({ type }) => type === "call.reply");
      const late = reply === undefined ? [] : made.filter(({ at }) => at > Date.parse(reply.time));
      return [
        ...(made.length > 1 + unknown ? [`round ${t}: ${made.length} calls, ${unknown} marked unknown`] : []),
        ...(late.length > 0 ? [`round ${t}: called again after its reply was recorded`] : []),
      ];
    });
  },
  /** The run ends done; it goes on within the limit after each kill. */
  ends: ({ events, exit, recoveries }, _, recoveryLimitMs) => {
    const status = endOf(events)?.status;
    const slow = recoveries.filter((ms) => ms > recoveryLimitMs);
    return [
      ...(status === "done" && exit === 0 ? [] : [`status ${String(status ?? "none")}, exit ${exit ?? "none"}`]),
      ...slow.map((ms) => `it took ${(ms / 1000).toFixed(1)} s to recover`),
    ];
  },
  /** No process and no temporary file is left. */
  clean: ({ left }) => left,
};

/** Without a limit only a run that never ends is too slow: how fast one recovers is measured on a quiet machine. */
export function violationsOf(
  evidence: Evidence,
  undisturbed: Evidence,
  recoveryLimitMs = Number.POSITIVE_INFINITY,
): Violation[] {
  return (Object.keys(invariants) as Invariant[]).flatMap((invariant) =>
    invariants[invariant](evidence, undisturbed, recoveryLimitMs).map((detail) => ({ invariant, detail })),
  );
}

/** A round event's number, program (an artifact: the same text has the same name) and loss. */
export function roundsOf(events: readonly TapeEvent[]): RoundSeen[] {
  return events
    .filter(({ type }) => type === "round")
    .map(({ data }) => {
      const round = data.round as { t: number; program: { code: string } };
      return { t: round.t, code: round.program.code, loss: (data.loss as number | null | undefined) ?? null };
    });
}

/** The first event of each round; a second one is another invariant's. */
function roundEvents(events: readonly TapeEvent[]): TapeEvent[] {
  const rounds = events.filter(({ type }) => type === "round");
  const number = ({ data }: TapeEvent) => (data.round as { t: number }).t;
  return rounds.filter((event, index) => rounds.findIndex((one) => number(one) === number(event)) === index);
}

interface Weighed {
  t: number;
  loss: number;
  noise: number;
  floor: number;
}

/** Rounds whose best is not what their losses say: of the first two, careful ones where the tape has them. */
function wrongBests(events: readonly TapeEvent[]): string[] {
  let best = null as Weighed | null;
  const seen = new Map<number, Weighed>();
  const wrong: string[] = [];
  for (const { data } of roundEvents(events)) {
    const { round, best_t } = data as unknown as { round: Round; best_t: number | null };
    const now = round.measures === null ? null : weighed(round.t, round.measures);
    if (now !== null) seen.set(round.t, now);
    if (best_t !== (best?.t ?? null) && best_t !== round.t) wrong.push(`round ${round.t}: the best became ${best_t}`);
    if (best !== null && now !== null) {
      const careful = carefulOf(events, round.t);
      const [before, after] = [careful.get(best.t) ?? best, careful.get(round.t) ?? now];
      const beyond =
        2 * Math.hypot(before.noise, after.noise) + (careful.size === 2 ? 0 : 2 * Math.max(best.floor, now.floor));
      const gain = before.loss - after.loss;
      if (best_t === round.t && gain <= 0) wrong.push(`round ${round.t} is best, though its loss is not the lower one`);
      if (best_t !== round.t && gain > beyond)
        wrong.push(`round ${round.t} is not best, though its loss is lower beyond noise`);
    } else if (now !== null && best_t !== round.t)
      wrong.push(`round ${round.t} is the first with a loss, and not the best`);
    best = best_t === null ? null : (seen.get(best_t) ?? null);
  }
  return wrong;
}

const weighed = (t: number, { loss, noise, floor = 0 }: Measures): Weighed => ({ t, loss, noise, floor });

/** Losses with more samples that the tape has of a round and the best it was compared with. */
function carefulOf(events: readonly TapeEvent[], t: number): Map<number, Weighed> {
  const found = events.find(({ type, data }) => type === "compared" && data.t === t && data.by === "careful");
  const careful = (found?.data.careful ?? []) as { t: number; careful: Measures }[];
  return new Map(careful.map((one) => [one.t, weighed(one.t, one.careful)]));
}

/** The round with the lowest final loss, where several were drawn at final quality. */
function chosenAtEnd(events: readonly TapeEvent[]): number | undefined {
  const final = events.find(({ type }) => type === "final");
  const contenders = (final?.data.contenders ?? []) as { t: number; loss: number | null }[];
  const known = contenders.filter(({ loss }) => loss !== null);
  return known.reduce<(typeof known)[number] | undefined>(
    (lowest, one) => (lowest === undefined || (one.loss ?? 0) < (lowest.loss ?? 0) ? one : lowest),
    undefined,
  )?.t;
}

function endOf(events: readonly TapeEvent[]): { status: string; best_t: number | null } | undefined {
  const end = events.find(({ type }) => type === "run.finished");
  return end?.data as { status: string; best_t: number | null } | undefined;
}

/** "<t>.<candidate>" of every event of a type. */
function keysOf(events: readonly TapeEvent[], type: string, field: string): string[] {
  return events
    .filter((event) => event.type === type)
    .map(({ data }) => {
      const { t, candidate } = data[field] as { t: number; candidate: number };
      return `${t}.${candidate}`;
    });
}

function twice(items: readonly string[]): string[] {
  return [...new Set(items.filter((item, index) => items.indexOf(item) !== index))];
}

/** Equal to one in a million. */
function near(a: number | null, b: number | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b));
}
