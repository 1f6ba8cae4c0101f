import fc from "fast-check";
import { expect, test } from "vitest";
import { type AnyStateMachine, initialTransition, transition } from "xstate";
import type { Program, Round, State } from "../../machines/domain/index.ts";
import { type Effect, effect } from "../../machines/effects.ts";
import { executorMachine } from "../../machines/executor.ts";
import { generatorMachine } from "../../machines/generator.ts";
import { memoryMachine } from "../../machines/memory/memory.ts";
import { messageOf } from "../../machines/messages.ts";
import { supervisorMachine } from "../../machines/supervisor.ts";
import { verifierMachine } from "../../machines/verifier.ts";
import { anyMessage } from "./messages.ts";

type Message = { type: string } & Record<string, unknown>;
const machines: Record<keyof typeof anyMessage, { machine: AnyStateMachine; input: unknown }> = {
  generator: { machine: generatorMachine, input: { approve: "on_error" } },
  executor: { machine: executorMachine, input: { slot: "cpu", epoch: 1 } },
  verifier: { machine: verifierMachine, input: { remember: 2 } },
  memory: { machine: memoryMachine, input: undefined },
  supervisor: { machine: supervisorMachine, input: undefined },
};

/** Plays messages to a machine, through JSON between any two of them when `crash` says so. */
function play(role: keyof typeof machines, messages: Message[], crash: (index: number) => boolean = () => false) {
  const { machine, input } = machines[role];
  const effects: Effect[] = [];
  let [snapshot] = initialTransition(machine, input);
  messages.forEach((message, index) => {
    if (crash(index)) {
      const stored = JSON.parse(JSON.stringify({ value: snapshot.value, context: snapshot.context })) as {
        value: never;
        context: unknown;
      };
      snapshot = machine.resolveState(stored);
    }
    const [next, actions] = transition(machine, snapshot, { ...message, at: "2026-01-01T00:00:00.000Z" });
    snapshot = next;
    for (const action of actions) effects.push(effect.parse((action as { params?: unknown }).params));
  });
  return { snapshot, effects };
}

for (const role of Object.keys(machines) as (keyof typeof machines)[]) {
  test(`the ${role} takes any message in any state, and says only what others understand`, () => {
    fc.assert(
      fc.property(fc.array(anyMessage[role] as fc.Arbitrary<Message>, { maxLength: 25 }), (messages) => {
        for (const message of messages) expect(messageOf[role].safeParse(message).success).toBe(true);
        const { effects } = play(role, messages);
        for (const item of effects) {
          if (item.type !== "send") continue;
          const parsed = messageOf[item.to as keyof typeof messageOf].safeParse(JSON.parse(JSON.stringify(item.event)));
          if (!parsed.success) throw new Error(`${role} sends ${JSON.stringify(item.event)}: ${parsed.error.message}`);
        }
      }),
      { numRuns: 150 },
    );
  });

  test(`the ${role} is the same after any restart`, () => {
    fc.assert(
      fc.property(
        fc.array(anyMessage[role] as fc.Arbitrary<Message>, { maxLength: 15 }),
        fc.func(fc.boolean()),
        (messages, crash) => {
          const steady = play(role, messages);
          const shaken = play(role, messages, crash);
          expect(JSON.parse(JSON.stringify(shaken.snapshot.context))).toEqual(
            JSON.parse(JSON.stringify(steady.snapshot.context)),
          );
          expect(shaken.snapshot.value).toEqual(steady.snapshot.value);
          expect(JSON.stringify(shaken.effects)).toBe(JSON.stringify(steady.effects));
        },
      ),
      { numRuns: 80 },
    );
  });
}

const code = (n: number) => `sha256:${String(n).padStart(64, "0")}`;
const programAt = (t: number): Program => ({ t, candidate: 0, thought: "", code_diff: "", code: code(t) });
const stateAt = (t: number, ok: boolean): State => ({
  t,
  candidate: 0,
  ok,
  renders: [],
  log: "",
  ...(ok ? {} : { error: { kind: "program" as const, type: "E", message: "m" } }),
  slot: "cpu",
  epoch: 1,
  seconds: { execute: 0, render: 0, total: 0 },
});
const start: Message = {
  type: "start",
  task: { mode: "blendergym", name: "x", text: "", targets: [], start: code(0), base: null, prompt: "none" },
  options: {
    window: 3,
    candidates: 1,
    analyze: false,
    stop: { max_rounds: 50, plateau: { patience: 50, min_gain: "auto" }, budget: {}, max_failures: 50 },
  },
};
/** A round's answer as it reaches memory: a loss, or null for a failed program. */
const answer = (t: number, loss: number | null, noise = 0): Message =>
  loss === null
    ? { type: "state.failed", t, programs: [programAt(t)], states: [stateAt(t, false)] }
    : {
        type: "feedback",
        t,
        program: programAt(t),
        state: stateAt(t, true),
        measures: { loss, noise, metrics: {}, views: [] },
        feedback: null,
        error: null,
      };

/** What comes of drawing a round and the best again; nobody waits for it where noise hides nothing. */
const comparison = (t: number): Message => ({
  type: "effect.done",
  key: `compare/${t}`,
  kind: "compare",
  output: {
    samples: 32,
    careful: Array.from({ length: t + 1 }, (_, of) => ({
      t: of,
      measures: { loss: ((of * 7) % 11) / 11, noise: 0.01, metrics: {}, views: [] },
    })),
  },
});

const losses = fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { freq: 4 }), {
  minLength: 1,
  maxLength: 12,
});

test("memory's result is the same however often messages are repeated, delayed and the process dies", () => {
  fc.assert(
    fc.property(
      losses,
      fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { maxLength: 20 }),
      fc.func(fc.boolean()),
      (list, repeats, crash) => {
        const clean = [start, ...list.flatMap((loss, t) => [answer(t, loss, 0.1), comparison(t)])];
        const shaken = [...clean];
        // A copy of a message that has been delivered comes again, at any later place.
        for (const [from, at] of repeats) {
          const index = from % shaken.length;
          const later = index + 1 + (at % (shaken.length - index));
          const copy = shaken[index];
          if (copy) shaken.splice(later, 0, copy);
        }
        const a = play("memory", clean).snapshot.context as { rounds: Round[] };
        const b = play("memory", shaken, crash).snapshot.context as { rounds: Round[] };
        expect(JSON.stringify(b)).toBe(JSON.stringify(a));
      },
    ),
    { numRuns: 300 },
  );
});
