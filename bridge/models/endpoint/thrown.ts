import type { Attempt } from "./answer.ts";
import type { Said } from "./error-body.ts";

/** An attempt that this side gave up: no first byte, silence in the middle, or too long overall. */
export class AttemptTimeout extends Error {
  override readonly name = "AttemptTimeout";
  /** Nothing of an answer had come. */
  readonly silent: boolean;

  constructor(message: string, silent: boolean) {
    super(message);
    this.silent = silent;
  }
}

/** An answer that is no answer: HTML, a stream of garbage, no JSON, or one that stops without saying so. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
  /** What had arrived of it, where that can be read. */
  readonly partial: Attempt | undefined;

  constructor(message: string, partial?: Attempt) {
    super(message);
    this.partial = partial;
  }
}

/** An error that came with a good status (200), as gateways and routers send it. */
export class EndpointSaid extends Error {
  override readonly name = "EndpointSaid";
  readonly said: Said;

  constructor(said: Said) {
    super(said.message);
    this.said = said;
  }
}
