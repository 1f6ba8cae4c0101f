import type { ServerResponse } from "node:http";

/** A text in pieces of the size that servers stream. */
export const pieces = (said: string): string[] => said.match(/[\s\S]{1,24}/g) ?? [];

/** Writes server-sent events; every write is one chunk of a completion. */
export class Sse {
  readonly #response: ServerResponse;
  readonly #model: string;

  constructor(response: ServerResponse, model: string) {
    this.#response = response;
    this.#model = model;
    response.writeHead(200, { "content-type": "text/event-stream" });
  }

  raw(line: string): void {
    this.#response.write(line);
  }

  chunk(fields: Record<string, unknown>): void {
    const base = { id: "chatcmpl-scripted", object: "chat.completion.chunk", created: 0, model: this.#model };
    this.raw(`data: ${JSON.stringify({ ...base, ...fields })}\n\n`);
  }

  delta(delta: Record<string, unknown>, finish: string | null = null): void {
    this.chunk({ choices: [{ index: 0, delta, finish_reason: finish }] });
  }

  done(): void {
    this.raw("data: [DONE]\n\n");
    this.#response.end();
  }
}
