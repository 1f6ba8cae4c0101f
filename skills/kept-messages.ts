import type { EventStore } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";

/** Bytes of messages that are kept for one client: more than the longest answer has. */
const mostBytes = 8 * 1024 * 1024;
const mostMessages = 1000;

interface Kept {
  id: string;
  stream: string;
  message: JSONRPCMessage;
  bytes: number;
}

/**
 * What a client was sent last, in memory: one whose connection broke asks for what came after the message it had last, and
 * its program need not run again.
 */
export class KeptMessages implements EventStore {
  #kept: Kept[] = [];
  #bytes = 0;
  #count = 0;

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    this.#count += 1;
    const bytes = JSON.stringify(message).length;
    this.#kept.push({ id: `${this.#count}`, stream, message, bytes });
    this.#bytes += bytes;
    while (this.#kept.length > mostMessages || (this.#bytes > mostBytes && this.#kept.length > 1)) {
      this.#bytes -= this.#kept.shift()?.bytes ?? 0;
    }
    return `${this.#count}`;
  }

  /** Undefined where the message is no longer kept: what came after it may be gone too. */
  async getStreamIdForEventId(id: string): Promise<string | undefined> {
    return this.#kept.find((kept) => kept.id === id)?.stream;
  }

  async replayEventsAfter(
    id: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const at = this.#kept.findIndex((kept) => kept.id === id);
    const stream = this.#kept[at]?.stream ?? "";
    for (const kept of this.#kept.slice(at + 1)) if (kept.stream === stream) await send(kept.id, kept.message);
    return stream;
  }
}
