import { Transform, type TransformCallback } from "node:stream";

/** A line that was let go: its size in bytes, and what its two ends tell of the request in it. */
export interface LongLine {
  bytes: number;
  /** The request's JSON-RPC id as JSON; null where neither end shows it. */
  id: string | null;
  isCall: boolean;
}

/** Bytes kept of each end of a long line. */
const kept = 4096;
const newline = 0x0a;

const id = String.raw`("(?:[^"\\]|\\.)*"|-?\d+)`;
/** Clients write `id` last (the SDKs of TypeScript and Python) or among the first keys. */
const atEnd = new RegExp(String.raw`"id"\s*:\s*${id}\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$`);
const atStart = new RegExp(String.raw`^\s*\{(?:\s*"(?:jsonrpc|method)"\s*:\s*"[^"]*"\s*,)*\s*"id"\s*:\s*${id}`);

function ended(head: Buffer, tail: Buffer, bytes: number): LongLine {
  const [start, end] = [head.toString(), tail.toString()];
  const found = atEnd.exec(end) ?? atStart.exec(start);
  return { bytes, id: found?.[1] ?? null, isCall: /"tools\/call"/.test(start) || /"tools\/call"/.test(end) };
}

/**
 * Passes lines on whole. One of more than `most` bytes is let go while it comes in, so that it takes no memory and does
 * not end the connection; `tell` hears of it.
 */
export function shortLines(most: number, tell: (line: LongLine) => void): Transform {
  let parts: Buffer[] = [];
  let size = 0;
  let head: Buffer | null = null;
  let tail: Buffer = Buffer.alloc(0);

  const take = (part: Buffer): void => {
    size += part.length;
    if (head === null) parts.push(part);
    if (head === null && size > most) {
      const whole = Buffer.concat(parts);
      head = Buffer.from(whole.subarray(0, kept));
      tail = Buffer.from(whole.subarray(-kept));
      parts = [];
    } else if (head !== null) tail = Buffer.concat([tail, part.subarray(-kept)]).subarray(-kept);
  };

  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      let from = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
        take(chunk.subarray(from, at));
        if (head === null) this.push(Buffer.concat([...parts, Buffer.from([newline])]));
        else tell(ended(head, tail, size));
        [parts, size, head] = [[], 0, null];
        from = at + 1;
      }
      take(chunk.subarray(from));
      done();
    },
  });
}
