import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { execa } from "execa";
import { z } from "zod";
import { VigaError } from "../../config/errors.ts";
import { type CapabilityCard, capabilityCard, type Isolation } from "./contract.ts";

/** One process of the Blender engine: newline-JSON requests on its descriptor 3, replies on descriptor 4. */
export interface Worker {
  readonly pid: number | undefined;
  readonly card: CapabilityCard;
  /** Settles with the reply, or rejects with engine_failed when the process ends first. */
  ask(request: Record<string, unknown>): Promise<unknown>;
  /** Settles when the process has ended. */
  readonly ended: Promise<void>;
  /** Asks it to go, then makes it; settles within a second. */
  stop(): Promise<void>;
  kill(): void;
}

export interface WorkerOptions {
  blender: string;
  /** The worker's Python file. */
  script: string;
  gpu: number | null;
  cpus: number;
  isolation: Isolation | "auto";
  /** The worker's private folder; the caller removes it. */
  own: string;
  readable: string[];
  log: (line: string) => void;
}

const message = z.object({
  id: z.number().int(),
  reply: z.unknown().optional(),
  card: capabilityCard.optional(),
  failed: z.string().optional(),
});

const bootSeconds = 120;
const goodbyeMs = 400;

/** What of this process's environment Blender may see. No keys, no tokens: a program could read them. */
const passedOn = ["LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "CUDA_CACHE_PATH", "LIBGL_ALWAYS_SOFTWARE"];

function environment(options: WorkerOptions): Record<string, string> {
  const env: Record<string, string> = {
    // Not this process's PATH: Blender would take its Python library from whatever python3 comes first in it.
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: options.own,
    TMPDIR: options.own,
    // Empty rather than absent: absent would show every GPU.
    CUDA_VISIBLE_DEVICES: options.gpu === null ? "" : String(options.gpu),
  };
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/** Starts one worker and waits for its capability card. Throws engine_failed with the end of its output. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const settings = {
    cpus: options.cpus,
    first: (options.gpu ?? 0) * options.cpus,
    gpu: options.gpu !== null,
    isolation: options.isolation,
    sandbox: process.env.VIGA_SANDBOX === "weak" ? "weak" : "auto",
    own: options.own,
    scratch: dirname(options.own),
    readable: options.readable,
    parent: process.pid,
  };
  const args = ["-b", "--factory-startup", "-noaudio", "--disable-autoexec", "--python-exit-code", "1"];
  const child = execa(options.blender, [...args, "--python", options.script, "--", JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
    env: environment(options),
    extendEnv: false,
    reject: false,
    buffer: false,
    cwd: options.own,
  });
  const recent: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream as Readable }).on("line", (line) => {
      recent.push(line);
      if (recent.length > 20) recent.shift();
      options.log(line);
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
  const failed = (why: string): VigaError =>
    new VigaError("engine_failed", why, { retry: "same", hint: `its last output: ${recent.slice(-6).join(" | ")}` });
  createInterface({ input: replies }).on("line", (line) => {
    let parsed: z.infer<typeof message>;
    try {
      parsed = message.parse(JSON.parse(line));
    } catch (cause) {
      options.log(`unreadable reply: ${String(cause)}`);
      child.kill("SIGKILL");
      return;
    }
    if (parsed.card !== undefined && parsed.id === 0) greet(parsed.card);
    else if (parsed.failed !== undefined) refuse(failed(`Blender's worker could not start: ${parsed.failed}`));
    else {
      waiting.get(parsed.id)?.resolve(parsed.reply);
      waiting.delete(parsed.id);
    }
  });
  let gone = false;
  const ended = child.then(() => {
    gone = true;
    const error = failed("Blender's process ended");
    refuse(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  const timer = setTimeout(() => {
    refuse(failed(`Blender did not come up within ${bootSeconds} s`));
    child.kill("SIGKILL");
  }, bootSeconds * 1000);
  let card: CapabilityCard;
  try {
    card = await greeting;
  } catch (error) {
    child.kill("SIGKILL");
    await ended;
    throw error;
  } finally {
    clearTimeout(timer);
  }

  let asked = 0;
  return {
    pid: child.pid,
    card,
    ended,
    ask(request) {
      asked += 1;
      const id = asked;
      return new Promise((resolve, reject) => {
        if (gone) return reject(failed("Blender's process has ended"));
        waiting.set(id, { resolve, reject });
        requests.write(`${JSON.stringify({ ...request, id })}\n`);
      });
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
