import { addAbortListener } from "node:events";
import type { Limits } from "../../bridge/engines/contract.ts";
import type { ProgramError } from "../../machines/domain/index.ts";
import type { Taken } from "./taken.ts";

/** Milliseconds between looks at what a program takes. */
const lookEvery = 100;
/** Threads of a program at most, for each process that a job may have. */
const threadsEach = 16;

/** A program in its sandbox: a browser, an office, a script. */
export interface Leashed {
  taken(): Taken;
  /** Ends it and all that it has started, at once. */
  kill(): void;
  readonly ended: Promise<void>;
}

/** How what is done is told of: what a job's work is on, and what to ask for less of. */
export interface LeashWords {
  /** "the page" */
  subject: string;
  /** What takes time: "a loop that does not end, or for a page far too large". */
  slow: string;
  /** What to have fewer of. */
  large: string;
}

/** Ended by us, and why. */
export class Ended extends Error {
  readonly error: ProgramError;
  constructor(error: ProgramError) {
    super(error.message);
    this.error = error;
  }
}

/** It went by itself, or somebody else ended it. */
export class Gone extends Error {}

/**
 * Does a job's work within its limits. A program that passes one is ended with all that it has started: the work then
 * rejects with `Ended`. Rejects with `Gone` where it ends by itself.
 */
export async function leashed<T>(
  running: Leashed,
  limits: Limits,
  signal: AbortSignal,
  words: LeashWords,
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
      end("timeout", "Timeout", `${words.subject} was not ready within ${limits.seconds} s`, `look for ${words.slow}`),
    limits.seconds * 1000,
  );
  const looking = setInterval(() => {
    const { memoryMb, processes, threads } = running.taken();
    const asked = `${words.subject} asks for too much: ${words.large}`;
    if (memoryMb > limits.memoryMb) {
      end("memory", "MemoryLimit", `${words.subject} took more than ${limits.memoryMb} MiB`, asked);
    } else if (processes > limits.processes || threads > limits.processes * threadsEach) {
      end(
        "memory",
        "ProcessLimit",
        `${words.subject} had ${processes} processes and ${threads} threads started`,
        asked,
      );
    }
  }, lookEvery);
  const cancel = () =>
    end("engine", "Cancelled", "whoever asked for the job cancelled it", "ask for it again if it is still wanted");
  const stopping = addAbortListener(signal, cancel);
  const gone = running.ended.then(() => {
    throw new Gone("it ended");
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
    if ((await Promise.race([went, still])) === "gone") throw new Gone("it ended");
    throw error;
  } finally {
    clearTimeout(timer);
    clearInterval(looking);
    stopping[Symbol.dispose]();
  }
}
