import { addAbortListener } from "node:events";
import { VigaError } from "../../../config/errors.ts";
import type { NamedProfile } from "../../../config/profile.ts";

const minute = 60_000;

interface Waiting {
  profile: NamedProfile;
  admit: () => void;
}

/**
 * What all runs of a process share towards one endpoint: calls in flight, calls per minute, and a pause the endpoint
 * asked for. First come, first served.
 */
class Gate {
  #inFlight = 0;
  #pausedUntil = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #started: number[] = [];
  readonly #queue: Waiting[] = [];

  /** Waits for a turn; the returned function gives it back. Throws `interrupted` when aborted while waiting. */
  enter(profile: NamedProfile, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(new VigaError("interrupted", `the call to ${profile.name} was stopped`));
      const aborted = (): void => {
        const at = this.#queue.indexOf(entry);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(new VigaError("interrupted", `the call to ${profile.name} was stopped`));
      };
      const entry: Waiting = {
        profile,
        admit: () => {
          stopping[Symbol.dispose]();
          let left = false;
          resolve(() => {
            if (left) return;
            left = true;
            this.#inFlight--;
            this.#next();
          });
        },
      };
      const stopping = addAbortListener(signal, aborted);
      this.#queue.push(entry);
      this.#next();
    });
  }

  /** The endpoint asked everyone to wait. Milliseconds. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, Date.now() + ms);
  }

  #next(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (;;) {
      const head = this.#queue[0];
      if (!head || this.#inFlight >= head.profile.concurrency) return;
      const wait = this.#wait(head.profile);
      if (wait > 0) {
        this.#timer = setTimeout(() => this.#next(), wait);
        return;
      }
      this.#queue.shift();
      this.#inFlight++;
      this.#started.push(Date.now());
      head.admit();
    }
  }

  /** Milliseconds until the next call may start. */
  #wait(profile: NamedProfile): number {
    const now = Date.now();
    while (this.#started.length > 0 && this.#started[0]! <= now - minute) this.#started.shift();
    const paused = this.#pausedUntil - now;
    if (profile.rpm === undefined) return paused;
    const most = Math.floor(profile.rpm);
    const oldest = this.#started.length >= most ? this.#started[this.#started.length - most]! + minute - now : 0;
    return Math.max(paused, oldest);
  }
}

const gates = new Map<string, Gate>();

/** The gate of an endpoint, one per process and base URL. */
export function gateOf(profile: NamedProfile): Gate {
  const key = profile.base_url.replace(/\/+$/, "");
  const gate = gates.get(key) ?? new Gate();
  gates.set(key, gate);
  return gate;
}
