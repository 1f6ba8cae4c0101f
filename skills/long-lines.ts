import { Transform, type TransformCallback } from "node:stream";

/** A message that was let go: its size in bytes, and what its two ends tell of the request in it. */
export interface LongMessage {
  bytes: number;
  /** The request's JSON-RPC id as JSON; null where neither end shows it. */
  id: string | null;
  isCall: boolean;
}

/** Bytes kept of each end of a long message. */
const kept = 4096;
const newline = 0x0a;

const id = String.raw`("(?:[^"\\]|\\.)*"|-?\d+)`;
/** Clients write `id` last (the SDKs of TypeScript and Python) or among the first keys. */
const atEnd = new RegExp(String.raw`"id"\s*:\s*${id}\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$`);
const atStart = new RegExp(String.raw`^\s*\{(?:\s*"(?:jsonrpc|method)"\s*:\s*"[^"]*"\s*,)*\s*"id"\s*:\s*${id}`);

/** Collects one message. Of one with more than `most` bytes only the two ends are kept, so that it takes no memory. */
export class Collected {
  readonly #most: number;
  #parts: Buffer[] = [];
  #size = 0;
  #ends: { head: Buffer; tail: Buffer } | null = null;

  constructor(most: number) {
    this.#most = most;
  }

  take(part: Buffer): void {
    this.#size += part.length;
    if (this.#ends !== null) {
      this.#ends.tail = Buffer.concat([this.#ends.tail, part.subarray(-kept)]).subarray(-kept);
      return;
    }
    this.#parts.push(part);
    if (this.#size <= this.#most) return;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#ends = { head: Buffer.from(whole.subarray(0, kept)), tail: Buffer.from(whole.subarray(-kept)) };
  }

  /** The message, or what is known of it where it was too long. The next one begins. */
  end(): Buffer | LongMessage {
    const [whole, bytes, ends] = [Buffer.concat(this.#parts), this.#size, this.#ends];
    [this.#parts, this.#size, this.#ends] = [[], 0, null];
    if (ends === null) return whole;
    const [start, end] = [ends.head.toString(), ends.tail.toString()];
    const found = atEnd.exec(end) ?? atStart.exec(start);
    return { bytes, id: found?.[1] ?? null, isCall: /"tools\/call"/.test(start) || /"tools\/call"/.test(end) };
  }
}

export interface Lines {
  /** Bytes of the longest line. */
  most: number;
  /** What is passed on for a line that came whole. */
  whole: (line: Buffer) => string;
  /** Hears of a line that was let go; it does not end the connection. */
  long: (line: LongMessage) => void;
}

/** Lines of a client, one by one. What comes without an end of line is passed on to nobody. */
export function lines({ most, whole, long }: Lines): Transform {
  const line = new Collected(most);
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      let from = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
        line.take(chunk.subarray(from, at));
        const ended = line.end();
        if (Buffer.isBuffer(ended)) this.push(whole(ended));
        else long(ended);
        from = at + 1;
      }
      line.take(chunk.subarray(from));
      done();
    },
  });
}
