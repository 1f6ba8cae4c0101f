import type { Limits } from "../../../bridge/engines/contract.ts";
import type { ProgramError } from "../../../machines/domain/index.ts";
import type { Running } from "./browser.ts";

/** Milliseconds between looks at what a browser takes. */
const lookEvery = 100;
/** Threads of a browser at most, for each process that a job may have. */
const threadsEach = 16;

/** Ended by us, and why. */
export class Ended extends Error {
  readonly error: ProgramError;
  constructor(error: ProgramError) {
    super(error.message);
    this.error = error;
  }
}

/** The browser went by itself, or somebody else ended it. */
export class Gone extends Error {}

/**
 * Does a job's work within its limits. A browser in which one is passed is ended with all that is in it: the work then
 * rejects with `Ended`. Rejects with `Gone` where the browser ends by itself.
 */
export async function leashed<T>(
  running: Running,
  limits: Limits,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  let stop: (error: Error) => void = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = reject;
  });
  const end = (kind: ProgramError["kind"], type: string, message: string, hint: string) => {
    stop(new Ended({ kind, type, message, hint }));
    running.kill();
  };
  const timer = setTimeout(
    () =>
      end(
        "timeout",
        "Timeout",
        `the page was not ready within ${limits.seconds} s`,
        "look for a loop that does not end, or for a page far too large",
      ),
    limits.seconds * 1000,
  );
  const looking = setInterval(() => {
    const { memoryMb, processes, threads } = running.taken();
    const asked = "the page asks for too much: fewer and smaller elements, canvases and pictures";
    if (memoryMb > limits.memoryMb) {
      end("memory", "MemoryLimit", `the page took more than ${limits.memoryMb} MiB`, asked);
    } else if (processes > limits.processes || threads > limits.processes * threadsEach) {
      end("memory", "ProcessLimit", `the page had ${processes} processes and ${threads} threads started`, asked);
    }
  }, lookEvery);
  const cancel = () =>
    end("engine", "Cancelled", "whoever asked for the job cancelled it", "ask for it again if it is still wanted");
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  const gone = running.ended.then(() => {
    throw new Gone("the browser ended");
  });
  const done = work();
  done.catch(() => undefined);
  gone.catch(() => undefined);
  stopped.catch(() => undefined);
  try {
    return await Promise.race([stopped, done, gone]);
  } catch (error) {
    // What fails because its browser is going is told by why that goes.
    if (error instanceof Ended || error instanceof Gone) throw error;
    const went = running.ended.then(() => "gone" as const);
    const still = new Promise<"still">((resolve) => setTimeout(() => resolve("still"), 50));
    if ((await Promise.race([went, still])) === "gone") throw new Gone("the browser ended");
    throw error;
  } finally {
    clearTimeout(timer);
    clearInterval(looking);
    signal.removeEventListener("abort", cancel);
  }
}
