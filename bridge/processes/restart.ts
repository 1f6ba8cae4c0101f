import { pause } from "../bus/timers.ts";

/** When something that died is started again, and when it is given up. */
export interface RestartPolicy {
  /** Milliseconds between the first death and the start after it; doubled with each further one. */
  first: number;
  /** Milliseconds that are never exceeded. */
  most: number;
  /** Milliseconds after which a death no longer counts; Infinity: all count. */
  window: number;
  /** Deaths within the window that are answered with another start; one more is the last. Infinity: never given up. */
  limit: number;
}

/** The deaths of one thing, as far as they count. */
export class Deaths {
  readonly policy: RestartPolicy;
  readonly #now: () => number;
  #times: number[] = [];

  constructor(policy: RestartPolicy, now: () => number = () => performance.now()) {
    this.policy = policy;
    this.#now = now;
  }

  /** Deaths within the window. */
  get count(): number {
    const since = this.#now() - this.policy.window;
    this.#times = this.#times.filter((time) => time > since);
    return this.#times.length;
  }

  add(): void {
    this.#times.push(this.#now());
  }

  /** Starts from zero: it has shown that it works. */
  forget(): void {
    this.#times = [];
  }

  /** True when it died more often than the policy answers. */
  get tooMany(): boolean {
    return this.count > this.policy.limit;
  }

  /** Milliseconds to wait before the next start; 0 while it has not died. */
  get delay(): number {
    return this.count === 0 ? 0 : Math.min(this.policy.most, this.policy.first * 2 ** (this.count - 1));
  }
}

/** A death as `onDeath` hears of it. */
export interface Death {
  error: unknown;
  /** Deaths within the window, this one included. */
  count: number;
  /** True when nothing is started again. */
  last: boolean;
}

export interface RestartOptions {
  /** A policy, or the deaths kept by a caller that starts more than once. */
  deaths: RestartPolicy | Deaths;
  signal: AbortSignal;
  /** Called at each death, before the wait. What it throws ends everything at once. */
  onDeath?: (death: Death) => void | Promise<void>;
}

/**
 * Lives until a life ends well, and gives what that one gave; a life that rejects has died, and another is started
 * after a wait that grows with each death. After the abort nothing is started and no death is told or thrown: gives
 * undefined then, unless the life of that moment still ends well. Rejects with what the last life died of when there
 * were too many deaths.
 *
 * @param live one life; told of the death before it, null the first time
 */
export async function restartOnDeath<T>(
  live: (before: Death | null) => Promise<T>,
  options: RestartOptions,
): Promise<T | undefined> {
  const { signal, onDeath } = options;
  const deaths = options.deaths instanceof Deaths ? options.deaths : new Deaths(options.deaths);
  let before: Death | null = null;
  for (;;) {
    if (deaths.count > 0) await pause(deaths.delay, signal);
    if (signal.aborted) return undefined;
    try {
      return await live(before);
    } catch (error) {
      if (signal.aborted) return undefined;
      deaths.add();
      before = { error, count: deaths.count, last: deaths.tooMany };
    }
    await onDeath?.(before);
    if (before.last) throw before.error;
  }
}
