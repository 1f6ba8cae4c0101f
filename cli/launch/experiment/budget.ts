import type { TapeEvent } from "../../../observers/observer.ts";

export interface BudgetLimits {
  usd?: number | undefined;
  minutes?: number | undefined;
}

/**
 * Watches what an experiment costs and ends it where its budget is used up. Money counts over all of its runs, those of
 * earlier calls too; minutes are those of this call.
 */
export class ExperimentBudget {
  readonly #limits: BudgetLimits;
  readonly #ending = new AbortController();
  readonly #spent = new Map<string, number>();
  readonly #timer: NodeJS.Timeout | undefined;
  #why: string | null = null;

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
    const { minutes } = limits;
    if (minutes === undefined) return;
    const end = () => this.#end(`its budget of ${minutes} minutes is used up`);
    // A longer timer than Node can set would end at once.
    this.#timer = setTimeout(end, Math.min(minutes * 60_000, 2 ** 31 - 1));
    this.#timer.unref();
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** Why it ended, in words; null while there is some left. */
  get why(): string | null {
    return this.#why;
  }

  /** What a run cost in all. */
  ended(run: string, usd: number): void {
    this.#spent.set(run, usd);
    this.#check();
  }

  heard(run: string, { type, data }: TapeEvent): void {
    if (type !== "model.call" || typeof data.usd !== "number") return;
    this.#spent.set(run, (this.#spent.get(run) ?? 0) + data.usd);
    this.#check();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #check(): void {
    const { usd } = this.#limits;
    const spent = [...this.#spent.values()].reduce((sum, value) => sum + value, 0);
    if (usd !== undefined && spent >= usd) this.#end(`its budget of $${usd} is used up ($${spent.toFixed(2)} spent)`);
  }

  #end(why: string): void {
    this.#why ??= why;
    this.#ending.abort();
  }
}
