import type { Bus } from "../../bridge/bus/connection.ts";
import { parseEnvelope } from "../../bridge/bus/envelope.ts";
import { follow, lastSequence } from "../../bridge/bus/follow.ts";
import { internalize } from "../../bridge/bus/offload.ts";
import { eventSubject, streams } from "../../bridge/bus/subjects.ts";
import type { ActorHost } from "./host.ts";

/**
 * Paid calls made at most once. Before a call its intent goes on the tape, after it its reply; a later incarnation
 * finds the reply there and does not pay again. An intent without a reply means that nobody knows whether the call
 * was carried out: the tape says so, and it is made again.
 */
export class CallJournal {
  readonly #host: ActorHost;
  #known: Promise<{ replies: Map<string, unknown>; intents: Set<string> }> | null = null;

  constructor(host: ActorHost) {
    this.#host = host;
  }

  async once<T>(key: string, call: () => Promise<T>): Promise<T> {
    this.#known ??= this.#load();
    const { replies, intents } = await this.#known;
    if (replies.has(key)) return replies.get(key) as T;
    if (intents.has(key)) {
      await this.#host.note(
        "call.unknown",
        { key, incarnation: this.#host.incarnation },
        `unknown/${key}@${this.#host.incarnation}`,
      );
    }
    await this.#host.note("call.intent", { key }, `intent/${key}`);
    intents.add(key);
    const value = await call();
    await this.#host.note("call.reply", { key, value: value as unknown }, `reply/${key}`);
    replies.set(key, value);
    return value;
  }

  async #load(): Promise<{ replies: Map<string, unknown>; intents: Set<string> }> {
    const { bus, run, role, store } = this.#host.options;
    const replies = new Map<string, unknown>();
    const intents = new Set<string>();
    for (const type of ["call.intent", "call.reply"]) {
      await scan(bus, eventSubject(run, role, type), this.#host.signal, async (data) => {
        const { key, value } = (await internalize(data, store)) as { key: string; value: unknown };
        if (type === "call.reply") replies.set(key, value);
        else intents.add(key);
      });
    }
    return { replies, intents };
  }
}

/** Reads everything stored under a subject at this moment. */
async function scan(
  bus: Bus,
  subject: string,
  signal: AbortSignal,
  on: (data: unknown) => Promise<void>,
): Promise<void> {
  const last = await lastSequence(bus, streams.event, subject, signal);
  if (last === 0) return;
  const done = new AbortController();
  for await (const stored of follow(bus, streams.event, subject, 1, AbortSignal.any([signal, done.signal]))) {
    await on(parseEnvelope(stored.bytes).data);
    if (stored.seq >= last) {
      done.abort();
      break;
    }
  }
}
