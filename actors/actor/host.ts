import { type AnyStateMachine, initialTransition, transition } from "xstate";
import type { ZodType } from "zod";
import type { ArtifactStore } from "../../bridge/artifacts/store.ts";
import type { Bus } from "../../bridge/bus/connection.ts";
import { type Envelope, parseEnvelope } from "../../bridge/bus/envelope.ts";
import { follow, lastSequence } from "../../bridge/bus/follow.ts";
import { readCell, writeCell } from "../../bridge/bus/kv.ts";
import { externalize, internalize, pack, unpack } from "../../bridge/bus/offload.ts";
import type { Stored } from "../../bridge/bus/reader.ts";
import { mailboxSubject, streams } from "../../bridge/bus/subjects.ts";
import { toVigaError, VigaError } from "../../config/errors.ts";
import { type Effect, effect } from "../../machines/effects.ts";
import { actorKey } from "../run/bus-keys.ts";
import { Outbox } from "./outbox.ts";
import { type ActorRecord, actorRecord, type PendingEffect } from "./record.ts";
import { costOfFailure } from "./turn-cost.ts";

/** Carries out one `perform` effect. What it returns becomes `effect.done`; what it throws `effect.failed`. */
export type Perform = (effect: PendingEffect, host: ActorHost) => Promise<Record<string, unknown>>;

export interface HostOptions {
  bus: Bus;
  store: ArtifactStore;
  run: string;
  role: string;
  machine: AnyStateMachine;
  /** What its mailbox takes. */
  messages: ZodType;
  input: unknown;
  perform: Perform;
  signal: AbortSignal;
}

/**
 * One loop that runs any machine against its mailbox: read a message, drop it if it was seen, one macrostep, commit
 * (state, position, outbox, effects under way) by compare-and-set, publish the outbox, begin the effects.
 */
export class ActorHost {
  readonly options: HostOptions;
  /** Aborted when the host ends, for whatever reason; effects watch it. */
  readonly signal: AbortSignal;
  readonly #ending = new AbortController();
  readonly #outbox: Outbox;
  readonly #waiters = new Map<string, (reply: Record<string, unknown>) => void>();
  readonly #running = new Set<string>();
  #record!: ActorRecord;
  #revision = 0;
  #publishing: Promise<void> = Promise.resolve();

  constructor(options: HostOptions) {
    this.options = options;
    this.signal = AbortSignal.any([options.signal, this.#ending.signal]);
    const { bus, store, run, role } = options;
    this.#outbox = new Outbox({ bus, store, run, role, signal: this.signal });
  }

  get address(): string {
    return `${this.options.run}/${this.options.role}`;
  }

  get incarnation(): number {
    return this.#record.incarnation;
  }

  /** Runs until the signal aborts. Throws `bus_conflict` when a newer incarnation took the address over. */
  async serve(): Promise<void> {
    const { bus, run, role } = this.options;
    try {
      await this.#start();
      const subject = mailboxSubject(run, role);
      // Answers that lie in the mailbox already must be read before their effects are begun again.
      const last = await lastSequence(bus, streams.mailbox, subject, this.signal);
      let caughtUp = this.#record.position >= last;
      if (caughtUp) this.#beginEffects();
      for await (const message of follow(bus, streams.mailbox, subject, this.#record.position + 1, this.signal)) {
        await this.#receive(message);
        if (!caughtUp && message.seq >= last) caughtUp = true;
        if (caughtUp) this.#beginEffects();
      }
      await this.#publishing;
      // Ended from within: a send or an outcome could not be published.
      if (this.#ending.signal.aborted && !this.options.signal.aborted) throw this.#ending.signal.reason;
    } finally {
      this.#ending.abort();
    }
  }

  /** Resolves with the answer to a job, when it reaches the mailbox. */
  waitForJob(job: string): { reply: Promise<Record<string, unknown>>; cancel: () => void } {
    const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
    this.#waiters.set(job, resolve);
    return { reply: promise, cancel: () => this.#waiters.delete(job) };
  }

  /** An event on the tape beside the machine's own; `id` makes it the same event after a repetition. */
  async note(type: string, data: Record<string, unknown>, id: string): Promise<void> {
    await this.#outbox.note(type, data, id);
  }

  async #start(): Promise<void> {
    const { bus, run, role } = this.options;
    const cell = await readCell<unknown>(bus.actors, actorKey(run, role), this.signal);
    if (cell.value === null) {
      const [snapshot, actions] = initialTransition(this.options.machine, this.options.input);
      this.#record = {
        schema: 1,
        incarnation: 1,
        position: 0,
        sent: 0,
        seen: {},
        machine: { value: snapshot.value, context: snapshot.context },
        outbox: [],
        pending: [],
      };
      this.#revision = cell.revision;
      await this.#commit(effectsOf(actions));
      return;
    }
    const stored = actorRecord.parse(await unpack(cell.value, this.options.store));
    this.#record = { ...stored, incarnation: stored.incarnation + 1 };
    this.#revision = cell.revision;
    await this.#write(this.#record);
    // The predecessor may have died between its commit and its last publish; ids make a repetition harmless.
    await this.#outbox.publish(this.#record.outbox);
  }

  async #receive(stored: Stored): Promise<void> {
    if (stored.seq <= this.#record.position) return;
    let message: Envelope;
    let data: Record<string, unknown>;
    try {
      message = parseEnvelope(stored.bytes);
      data = (await internalize(message.data, this.options.store)) as Record<string, unknown>;
      if (message.type !== "job.done") data = this.#check(message.type, data);
    } catch (error) {
      await this.#outbox.deadLetter(stored, toVigaError(error).message);
      this.#record.position = stored.seq;
      return;
    }
    const known = this.#record.seen[message.source] ?? 0;
    const duplicate = message.sequence !== undefined && message.sequence <= known;
    const position = stored.seq;
    if (duplicate) {
      this.#record.position = position;
      return;
    }
    if (message.type === "job.done") {
      this.#record.position = position;
      const job = String(data.job);
      this.#waiters.get(job)?.(data);
      this.#waiters.delete(job);
      return;
    }
    const isOutcome = message.type === "effect.done" || message.type === "effect.failed";
    if (isOutcome && !this.#record.pending.some((item) => item.key === data.key)) {
      this.#record.position = position;
      return;
    }
    await this.#step(stored, message, data, position);
  }

  /** The message as its machine may see it; throws `input_invalid` on anything else. */
  #check(type: string, data: Record<string, unknown>): Record<string, unknown> {
    const parsed = this.options.messages.safeParse({ ...data, type });
    if (parsed.success) return parsed.data as Record<string, unknown>;
    const issue = parsed.error.issues[0];
    throw new VigaError(
      "input_invalid",
      `${type}: ${issue?.path.join(".") || "type"}: ${issue?.message ?? "not a message"}`,
    );
  }

  async #step(stored: Stored, message: Envelope, data: Record<string, unknown>, position: number): Promise<void> {
    const { machine } = this.options;
    const before = machine.resolveState({
      value: this.#record.machine.value as never,
      context: this.#record.machine.context,
    });
    const [after, actions] = transition(machine, before, { ...data, type: message.type, at: message.time });
    const effects = effectsOf(actions);
    const isOutcome = message.type === "effect.done" || message.type === "effect.failed";
    if (isOutcome) this.#running.delete(String(data.key));
    const ignored = effects.length === 0 && after.context === before.context && same(after.value, before.value);
    if (ignored && !isOutcome) {
      await this.#outbox.deadLetter(stored, `not expected in state ${JSON.stringify(before.value)}`);
      this.#record.position = position;
      return;
    }
    this.#record = {
      ...this.#record,
      position,
      seen:
        message.sequence === undefined
          ? this.#record.seen
          : { ...this.#record.seen, [message.source]: message.sequence },
      machine: { value: after.value, context: after.context },
      pending: isOutcome ? this.#record.pending.filter((item) => item.key !== data.key) : this.#record.pending,
    };
    await this.#commit(effects);
  }

  async #commit(effects: Effect[]): Promise<void> {
    const { outbox, begin, sent } = await this.#outbox.fill(effects, this.#record.sent);
    const record: ActorRecord = { ...this.#record, sent, outbox, pending: [...this.#record.pending, ...begin] };
    this.#record = (await externalize(record, this.options.store)) as ActorRecord;
    // The outbox of the last commit must be out before this one takes its place.
    await this.#publishing;
    await this.#write(this.#record);
    this.#publishing = this.#outbox.publish(this.#record.outbox);
    // Awaited at the next commit, or when the host ends; a failure meanwhile ends the host.
    this.#publishing.catch((error: unknown) => this.#ending.abort(error));
  }

  async #write(record: ActorRecord): Promise<void> {
    const { bus, run, role } = this.options;
    const packed = await pack(record, this.options.store);
    const revision = await writeCell(bus.actors, actorKey(run, role), packed, this.#revision, this.signal);
    if (revision === null) {
      throw new VigaError("bus_conflict", `${this.address} is run by another process`, {
        hint: "only one process may play a role of a run; this one stops",
      });
    }
    this.#revision = revision;
  }

  #beginEffects(): void {
    for (const item of this.#record.pending) {
      if (this.#running.has(item.key)) continue;
      this.#running.add(item.key);
      void this.#perform(item);
    }
  }

  async #perform(item: PendingEffect): Promise<void> {
    const { store } = this.options;
    let outcome: { type: string; data: Record<string, unknown> };
    try {
      const input = (await internalize(item.input, store)) as Record<string, unknown>;
      const output = await this.options.perform({ ...item, input }, this);
      outcome = { type: "effect.done", data: { key: item.key, kind: item.kind, output } };
    } catch (error) {
      // Stopped on the way: it stays pending and is begun again by the next incarnation.
      if (this.signal.aborted) return;
      const failure = toVigaError(error);
      const usage = costOfFailure(failure);
      const data = { key: item.key, kind: item.kind, error: failure.toData() };
      outcome = { type: "effect.failed", data: usage === undefined ? data : { ...data, usage } };
    }
    try {
      await this.#outbox.outcome(item.key, outcome.type, outcome.data);
    } catch (error) {
      if (!this.signal.aborted) this.#ending.abort(error);
    }
  }
}

function effectsOf(actions: readonly { type: string; params?: unknown }[]): Effect[] {
  return actions.filter((action) => action.type === "effect").map((action) => effect.parse(action.params));
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
