import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type {
  CallRequest,
  Limits,
  OpReply,
  ProbeRequest,
  RunRequest,
  RunState,
} from "../../../bridge/engines/contract.ts";
import { failedRun, type ProgramError } from "../../../machines/domain/index.ts";
import { Ended, Gone, type LeashWords, leashed } from "../../sandbox/leash.ts";
import { KeptStates } from "../../worker/kept-states.ts";
import type { PageSummary } from "../tools/page/summary.ts";
import type { Running } from "./browser.ts";
import { draw, refusal } from "./draw.ts";
import { operations } from "./operations.ts";
import type { Pool } from "./pool.ts";
import type { Tab } from "./tab.ts";

/** A page whose browser went by itself is opened once more: it may have been none of the page's doing. */
const tries = 2;

const words: LeashWords = {
  subject: "the page",
  slow: "a loop that does not end, or for a page far too large",
  large: "fewer and smaller elements, canvases and pictures",
};

/** The engine's jobs, one at a time, on a browser that is started again whenever one is ended. */
export class Jobs {
  readonly #pool: Pool;
  readonly scenes = new KeptStates<{ program: string; page: PageSummary }>();

  /** The page of the job before is being left; nobody who waits for that job's answer waits for this. */
  #left: Promise<void> = Promise.resolve();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Every page has been left. */
  idle(): Promise<void> {
    return this.#left;
  }

  async run(request: RunRequest, signal: AbortSignal): Promise<RunState> {
    const began = performance.now();
    const refused = refusal(request.program);
    if (refused !== null) return { ...failedRun({ kind: "program", ...refused }), scene: false };
    const done = await this.#attempt(request.limits, signal, (tab) => draw(tab, request));
    if (!done.ok) return { ...failedRun(done.error), scene: false };
    const { page, checks, log, names, seconds } = done.value;
    if (request.save !== undefined) await writeFile(join(request.dir, request.save), request.program);
    if (request.keep !== undefined) this.scenes.keep(request.keep, { program: request.program, page });
    return {
      ok: true,
      renders: names.map((name) => ({ name, camera: null, frame: null })),
      log,
      scene: names.length > 0,
      ...(checks.length === 0 ? {} : { checks }),
      seconds: { ...seconds, total: (performance.now() - began) / 1000 },
    };
  }

  /** A kept scene is what its page was found to be: nothing of it is alive, so nothing goes on in it. */
  async probe({ scene, action }: ProbeRequest): Promise<OpReply> {
    const kept = this.scenes.get(scene);
    if (kept === undefined) return failed("engine", "NoScene", `no scene ${scene} is kept`);
    if (action === "page_info") return { ok: true, result: kept.page, log: "", seconds: 0 };
    return failed("engine", "NoAction", `pages have no action ${action}`);
  }

  async call(request: CallRequest, signal: AbortSignal): Promise<OpReply> {
    const began = performance.now();
    const operation = operations.get(request.name);
    if (operation === undefined) return failed("engine", "NoOperation", `pages have no operation ${request.name}`);
    const done = await this.#attempt(request.limits, signal, (tab) => operation(tab, request));
    const seconds = (performance.now() - began) / 1000;
    return done.ok
      ? { ok: true, result: done.value, log: "", seconds }
      : { ok: false, log: "", error: done.error, seconds };
  }

  /** Leaves the page; a browser that does not get rid of it is ended with it. */
  async #leave(running: Running): Promise<void> {
    try {
      await running.tab.close();
      await this.#pool.giveBack(running);
    } catch {
      this.#pool.discard();
    }
  }

  async #attempt<T>(
    limits: Limits,
    signal: AbortSignal,
    work: (tab: Tab) => Promise<T>,
  ): Promise<{ ok: true; value: T } | { ok: false; error: ProgramError }> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#left;
        const running = await this.#pool.take();
        const value = await leashed(running, limits, signal, words, () => work(running.tab));
        this.#left = this.#leave(running);
        return { ok: true, value };
      } catch (error) {
        this.#pool.discard();
        if (error instanceof Gone && attempt < tries) continue;
        return { ok: false, error: told(error) };
      }
    }
  }
}

function told(error: unknown): ProgramError {
  if (error instanceof Ended) return error.error;
  const hint = "run it again; a page that keeps ending the browser asks too much of it";
  if (error instanceof Gone)
    return { kind: "crash", type: "BrowserEnded", message: "the browser ended during the job", hint };
  const message = (error instanceof Error ? error.message : String(error)).split("\n")[0]!.slice(0, 500);
  if (/crash/i.test(message))
    return { kind: "crash", type: "PageCrashed", message: "the page crashed the browser", hint };
  return { kind: "output", type: "PageUnreadable", message: `the page cannot be drawn: ${message}`, hint };
}

const failed = (kind: ProgramError["kind"], type: string, message: string): OpReply => ({
  ok: false,
  log: "",
  error: { kind, type, message },
  seconds: 0,
});
