import { type BrowserSettings, type Running, startBrowser } from "./browser.ts";

/** Jobs that one browser does before a fresh one takes its place: it keeps some memory of each. */
const mostJobs = 100;

/** The browser that jobs run in: the same for many, a fresh one after any that was ended. */
export class Pool {
  readonly #settings: BrowserSettings;
  readonly #once: boolean;
  #running: Promise<Running> | undefined;
  #jobs = 0;

  /** @param once a browser of its own for each job */
  constructor(settings: BrowserSettings, once: boolean) {
    this.#settings = settings;
    this.#once = once;
  }

  async take(): Promise<Running> {
    this.#running ??= startBrowser(this.#settings);
    const running = await this.#running;
    if (running.browser.isConnected()) return running;
    this.#running = startBrowser(this.#settings);
    return this.#running;
  }

  /** The job left nothing in it. */
  async giveBack(running: Running): Promise<void> {
    this.#jobs += 1;
    if (!this.#once && this.#jobs < mostJobs) return;
    this.discard();
    await running.ended;
  }

  /** Ends the browser, if one runs: the next job has another. */
  discard(): void {
    const running = this.#running;
    this.#running = undefined;
    this.#jobs = 0;
    void running?.then(({ kill }) => kill()).catch(() => undefined);
  }
}
