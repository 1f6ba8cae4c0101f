import type { ArtifactStore } from "../../bridge/artifacts/store.ts";
import type { Bus } from "../../bridge/bus/connection.ts";
import { type Envelope, makeEnvelope } from "../../bridge/bus/envelope.ts";
import { externalize } from "../../bridge/bus/offload.ts";
import { publish } from "../../bridge/bus/publish.ts";
import type { Stored } from "../../bridge/bus/reader.ts";
import { deadLetterSubject, eventSubject, mailboxSubject } from "../../bridge/bus/subjects.ts";
import type { Effect } from "../../machines/effects.ts";
import type { ActorRecord, PendingEffect } from "./record.ts";

/** What one actor sends: messages to mailboxes, events on the tape, dead letters. */
export class Outbox {
  readonly #from: { bus: Bus; store: ArtifactStore; run: string; role: string; signal: AbortSignal };

  constructor(from: { bus: Bus; store: ArtifactStore; run: string; role: string; signal: AbortSignal }) {
    this.#from = from;
  }

  /**
   * Turns a step's effects into envelopes and effects to begin. Ids come from the number of messages sent before, so
   * the same step after a crash gives the same ids.
   */
  async fill(
    effects: readonly Effect[],
    sentBefore: number,
  ): Promise<{ outbox: ActorRecord["outbox"]; begin: PendingEffect[]; sent: number }> {
    const { run, role } = this.#from;
    const outbox: ActorRecord["outbox"] = [];
    const begin: PendingEffect[] = [];
    let sent = sentBefore;
    for (const item of effects) {
      if (item.type === "perform") {
        begin.push({ key: item.key, kind: item.kind, input: item.input });
        continue;
      }
      sent += 1;
      const id = `${run}/${role}/${sent}`;
      if (item.type === "send") {
        const { type, ...data } = item.event as { type: string } & Record<string, unknown>;
        outbox.push({ subject: mailboxSubject(run, item.to), envelope: await this.envelope(type, id, data, sent) });
      } else {
        outbox.push({
          subject: eventSubject(run, role, item.name),
          envelope: await this.envelope(item.name, id, item.data),
        });
      }
    }
    return { outbox, begin, sent };
  }

  /** Publishes what a commit holds; publishing it again changes nothing. */
  async publish(outbox: ActorRecord["outbox"]): Promise<void> {
    const { bus, signal } = this.#from;
    const events: Promise<void>[] = [];
    for (const { subject, envelope } of outbox) {
      // Messages to a mailbox in order, one after the other (a receiver drops what is numbered lower than the last).
      if (envelope.sequence === undefined) {
        const event = publish(bus, subject, envelope, signal);
        // Reported below; a message that fails first must not leave this one unheard.
        event.catch(() => undefined);
        events.push(event);
      } else await publish(bus, subject, envelope, signal);
    }
    await Promise.all(events);
  }

  /** An effect's outcome, to the actor's own mailbox. */
  async outcome(key: string, type: string, data: Record<string, unknown>): Promise<void> {
    const { bus, run, role, signal } = this.#from;
    await publish(
      bus,
      mailboxSubject(run, role),
      await this.envelope(type, `${run}/${role}/${key}/done`, data),
      signal,
    );
  }

  /** An event beside the machine's own. */
  async note(type: string, data: Record<string, unknown>, id: string): Promise<void> {
    const { bus, run, role, signal } = this.#from;
    await publish(bus, eventSubject(run, role, type), await this.envelope(type, `${run}/${role}/${id}`, data), signal);
  }

  /** What a mailbox held and its machine could not take, with the reason. */
  async deadLetter(stored: Stored, reason: string): Promise<void> {
    const { bus, run, role, signal } = this.#from;
    const text = Buffer.from(stored.bytes).toString("utf8").slice(0, 8192);
    const data = { reason, mailbox: stored.subject, seq: stored.seq, message: text };
    const message = await this.envelope("dead.letter", `${run}/${role}/dead/${stored.seq}`, data);
    await publish(bus, deadLetterSubject(run, role), message, signal);
  }

  private async envelope(
    type: string,
    id: string,
    data: Record<string, unknown>,
    sequence?: number,
  ): Promise<Envelope> {
    const { store, run, role } = this.#from;
    const small = (await externalize(data, store)) as Record<string, unknown>;
    const base = { id, source: `${run}/${role}`, type, subject: `${run}/${role}`, data: small };
    return makeEnvelope(sequence === undefined ? base : { ...base, sequence });
  }
}
