import { initialTransition, transition } from "xstate";
import type { Measures, MemoryOptions, Program, Round, State } from "../../machines/domain/index.ts";
import { type Effect, effect } from "../../machines/effects.ts";
import { memoryMachine } from "../../machines/memory/memory.ts";
import type { CompareInput, MemoryContext, MemoryEvent } from "../../machines/memory/state.ts";

/** What a round of a scripted run shows: losses by preview and with more samples; null: the program failed. */
export type Scripted = {
  loss: number;
  careful?: number | null;
  noise?: number;
  floor?: number;
  similarity?: number;
  /** Without a target picture nothing is measured. */
  judged?: boolean;
  code?: number;
} | null;

const code = (n: number) => `sha256:${String(n).padStart(64, "0")}`;
const programAt = (t: number, number = t): Program => ({
  t,
  candidate: 0,
  thought: "",
  code_diff: "",
  code: code(number),
});
const stateAt = (t: number, ok: boolean): State => ({
  t,
  candidate: 0,
  ok,
  renders: [],
  log: "",
  ...(ok ? {} : { error: { kind: "program" as const, type: "E", message: "broken" } }),
  slot: "cpu",
  epoch: 1,
  seconds: { execute: 0, render: 0, total: 0 },
});
const measuresOf = (loss: number, noise: number, floor: number): Measures => ({
  loss,
  noise,
  floor,
  metrics: {},
  views: [],
});
const silent = { visual_difference: { critical: [], major: [], minor: [] }, edit_suggestion: [], thought: "" };

/** More samples, four times as many, halve the noise. */
const carefulOf = (round: Exclude<Scripted, null>): Measures | null =>
  round.careful === null
    ? null
    : measuresOf(round.careful ?? round.loss, (round.noise ?? 0) / 2, (round.floor ?? 0) / 4);

export const stopOptions: MemoryOptions["stop"] = {
  max_rounds: 100,
  plateau: { patience: 3, min_gain: "auto" },
  budget: {},
  max_failures: 5,
};

export interface Played {
  context: MemoryContext;
  value: unknown;
  effects: Effect[];
  /** Rounds drawn with more samples, in order. */
  drawn: number[];
  /** Data of every event of that name. */
  told: (name: string) => Record<string, unknown>[];
}

/** A memory actor that is fed one message after the other; every step goes through JSON, as a restart would. */
export function memoryActor(options: Partial<MemoryOptions> = {}, judgeNoise = 0) {
  let [snapshot] = initialTransition(memoryMachine);
  const effects: Effect[] = [];
  const take = (event: MemoryEvent): Effect[] => {
    const stored = JSON.parse(JSON.stringify({ value: snapshot.value, context: snapshot.context })) as never;
    const [next, actions] = transition(memoryMachine, memoryMachine.resolveState(stored), {
      ...event,
      at: "2026-01-01T00:00:00.000Z",
    });
    snapshot = next;
    const found = actions.map((action) => effect.parse((action as { params?: unknown }).params));
    effects.push(...found);
    return found;
  };
  const start = (startCode: string | null = code(0)) => {
    take({
      type: "start",
      task: { mode: "blendergym", name: "x", text: "", targets: [], start: startCode, base: null, prompt: "none" },
      options: { window: 4, candidates: 1, analyze: true, stop: stopOptions, ...options },
    });
    take({ type: "analysis", text: "", noise: judgeNoise });
  };
  const round = (t: number, of: Scripted) =>
    of === null
      ? take({ type: "state.failed", t, programs: [programAt(t)], states: [stateAt(t, false)] })
      : take({
          type: "feedback",
          t,
          program: programAt(t, of.code),
          state: stateAt(t, true),
          measures: of.judged === true ? null : measuresOf(of.loss, of.noise ?? 0, of.floor ?? 0),
          feedback: { ...silent, ...(of.similarity === undefined ? {} : { overall_similarity: of.similarity }) },
          error: null,
        });
  return { take, start, round, effects, context: () => snapshot.context, value: () => snapshot.value };
}

export const asked = (effects: readonly Effect[]): { key: string; rounds: Pick<Round, "t">[] } | null => {
  const found = effects.find((item) => item.type === "perform");
  return found?.type === "perform" ? { key: found.key, rounds: (found.input as unknown as CompareInput).rounds } : null;
};

/** Plays a whole run: every round as scripted, every comparison answered by the script. Ends when memory stops. */
export function playMemory(script: readonly Scripted[], options: Partial<MemoryOptions> = {}, judgeNoise = 0): Played {
  const actor = memoryActor(options, judgeNoise);
  const drawn: number[] = [];
  actor.start();
  for (const [t, of] of script.entries()) {
    if (actor.value() === "stopped") break;
    const comparison = asked(actor.round(t, of));
    if (comparison === null) continue;
    const careful = comparison.rounds.map((round) => {
      drawn.push(round.t);
      return { t: round.t, measures: carefulOf(script[round.t] as Exclude<Scripted, null>) };
    });
    actor.take({
      type: "effect.done",
      key: comparison.key,
      kind: "compare",
      output: { samples: 32, careful },
    });
  }
  const told = (name: string) =>
    actor.effects.flatMap((item) => (item.type === "record" && item.name === name ? [item.data] : []));
  return { context: actor.context(), value: actor.value(), effects: actor.effects, drawn, told };
}
