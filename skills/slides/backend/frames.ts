import type { Readable } from "node:stream";

/** Bytes of a message's JSON at most. */
const mostHead = 16 * 2 ** 20;

/** A message as it crosses a pipe: a length of four bytes, JSON, and then the bytes that the JSON counts. */
export function framed(head: object, parts: readonly Buffer[] = []): Buffer {
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text, ...parts]);
}

/** Reads messages from a pipe whose other end is not trusted. */
export class FrameReader {
  readonly #stream: Readable;
  #left: Buffer[] = [];
  #size = 0;
  #wake: () => void = () => {};
  #ended = false;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on("data", (chunk: Buffer) => {
      this.#left.push(chunk);
      this.#size += chunk.length;
      // What nobody asked for stays in the pipe.
      stream.pause();
      this.#wake();
    });
    for (const end of ["end", "close", "error"]) {
      stream.on(end, () => {
        this.#ended = true;
        this.#wake();
      });
    }
    stream.pause();
  }

  /** Exactly so many bytes. Throws where the pipe ends before. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#size < count) {
      if (this.#ended) throw new Error("the pipe has ended");
      const more = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#stream.resume();
      await more;
    }
    const all = Buffer.concat(this.#left);
    this.#left = [all.subarray(count)];
    this.#size = all.length - count;
    return all.subarray(0, count);
  }

  /** The JSON of the next message. */
  async head(): Promise<unknown> {
    const length = (await this.bytes(4)).readUInt32BE();
    if (length > mostHead) throw new Error(`a message of ${length} bytes`);
    return JSON.parse((await this.bytes(length)).toString("utf8"));
  }
}
