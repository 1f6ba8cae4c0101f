import { addAbortListener } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { execa } from "execa";
import { z } from "zod";
import { VigaError } from "../../config/errors.ts";
import { idleWatch, killTree } from "../processes/tree.ts";
import { type CapabilityCard, capabilityCard } from "./contract.ts";

/** One process of an engine: newline-JSON requests on its descriptor 3, replies on descriptor 4. */
export interface Worker {
  readonly pid: number | undefined;
  readonly card: CapabilityCard;
  /**
   * Settles with the reply, or rejects with engine_failed when the process ends first. The signal ends the job, which
   * then settles as one that was cancelled.
   */
  ask(request: Record<string, unknown>, signal?: AbortSignal): Promise<unknown>;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  /** Asks it to go, then makes it; settles within a second. */
  stop(): Promise<void>;
  kill(): void;
}

export interface WorkerOptions {
  /** The engine's name in messages, such as "Blender". */
  name: string;
  /** Program and arguments. */
  command: readonly [string, ...string[]];
  /** Its whole environment: no keys, no tokens, for a program could read them. */
  env: Readonly<Record<string, string>>;
  /** Its working folder. */
  cwd: string;
  log: (line: string) => void;
  /** It says that its own script runs, long before its card: one that does nothing at all instead hangs. */
  wakes?: boolean;
  /** It must have come up after these; absent: 120. */
  bootSeconds?: number;
}

const message = z.object({
  id: z.number().int(),
  reply: z.unknown().optional(),
  card: capabilityCard.optional(),
  awake: z.boolean().optional(),
  failed: z.string().optional(),
});

const patience = 120;
/** Milliseconds until a worker that has not woken and does nothing is given up, and between looks at what it does. */
const sleepsAfter = 5000;
const lookEvery = 1000;
const goodbyeMs = 400;

const hangs = (name: string, program: string): VigaError =>
  new VigaError("dependency_missing", `${name} hangs: ${program} was started and does nothing`, {
    hint: "does it run by itself? viga doctor says more",
  });

/** Starts one worker and waits for its capability card. Throws engine_failed with the end of its output. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { name, log } = options;
  const [program, ...args] = options.command;
  const child = execa(program, args, {
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    env: options.env,
    extendEnv: false,
    reject: false,
    buffer: false,
    cwd: options.cwd,
  });
  const recent: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream as Readable }).on("line", (line) => {
      recent.push(line);
      if (recent.length > 20) recent.shift();
      log(line);
    });
  }
  const requests = child.stdio[3] as unknown as Writable;
  const replies = child.stdio[4] as unknown as Readable;
  requests.on("error", () => {});
  replies.on("error", () => {});

  const waiting = new Map<number, { resolve: (reply: unknown) => void; reject: (error: VigaError) => void }>();
  let greet: (card: CapabilityCard) => void = () => {};
  let refuse: (error: VigaError) => void = () => {};
  const greeting = new Promise<CapabilityCard>((resolve, reject) => {
    greet = resolve;
    refuse = reject;
  });
  const failed = (why: string): VigaError => {
    const hint = recent.length === 0 ? "it printed nothing" : `its last output: ${recent.slice(-6).join(" | ")}`;
    return new VigaError("engine_failed", why, { retry: "same", hint });
  };
  const idle = idleWatch(child.pid);
  const since = Date.now();
  const looking = setInterval(() => {
    const asleep = idle() && Date.now() - since >= sleepsAfter;
    if (asleep && options.wakes === true) refuse(hangs(name, program));
  }, lookEvery);
  createInterface({ input: replies }).on("line", (line) => {
    let parsed: z.infer<typeof message>;
    try {
      parsed = message.parse(JSON.parse(line));
    } catch (cause) {
      log(`unreadable reply: ${String(cause)}`);
      child.kill("SIGKILL");
      return;
    }
    if (parsed.awake === true) clearInterval(looking);
    else if (parsed.card !== undefined && parsed.id === 0) greet(parsed.card);
    else if (parsed.failed !== undefined) refuse(failed(`${name}'s worker could not start: ${parsed.failed}`));
    else {
      waiting.get(parsed.id)?.resolve(parsed.reply);
      waiting.delete(parsed.id);
    }
  });
  let gone = false;
  const ended = child.then(() => {
    gone = true;
    const error = failed(`${name}'s process ended`);
    refuse(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  const bootSeconds = options.bootSeconds ?? patience;
  const timer = setTimeout(() => {
    refuse(failed(`${name} did not come up within ${bootSeconds} s`));
  }, bootSeconds * 1000);
  let card: CapabilityCard;
  try {
    card = await greeting;
  } catch (error) {
    killTree(child.pid);
    await ended;
    throw error;
  } finally {
    clearTimeout(timer);
    clearInterval(looking);
  }

  let asked = 0;
  return {
    pid: child.pid,
    card,
    ended,
    ask(request, signal) {
      const send = (message: Record<string, unknown>): number => {
        asked += 1;
        requests.write(`${JSON.stringify({ ...message, id: asked })}\n`);
        return asked;
      };
      let id = 0;
      const cancel = () => void send({ op: "cancel", of: id });
      if (gone) return Promise.reject(failed(`${name}'s process has ended`));
      const answer = new Promise((resolve, reject) => {
        id = send(request);
        waiting.set(id, { resolve, reject });
      });
      if (signal === undefined) return answer;
      const stopping = addAbortListener(signal, cancel);
      return answer.finally(() => stopping[Symbol.dispose]());
    },
    async stop() {
      requests.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), goodbyeMs);
      await ended;
      clearTimeout(timer);
    },
    kill() {
      child.kill("SIGKILL");
    },
  };
}
