import { createHash } from "node:crypto";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { JobReply, JobRequest, PlayerIO } from "../actors/players/player.ts";
import { defaultLimits, type Engine } from "../bridge/engines/contract.ts";
import { VigaError } from "../config/errors.ts";
import { photometric } from "../evaluators/photometric.ts";
import type { Task, View } from "../machines/domain/index.ts";

export interface EngineIO {
  readonly io: PlayerIO;
  put(content: Buffer | string): Promise<string>;
  text(ref: string): Promise<string>;
  /** Notes the player made, in order. */
  readonly notes: { type: string; data: Record<string, unknown> }[];
  /** Bytes of job files handed to the player. */
  bytesRead(): number;
}

/**
 * What a host lends a player, on one engine and with artifacts in memory: for benchmarks and tests of players without a
 * bus. `base`: absolute path of the .blend that jobs run on; `views`: the pictures taken of a state.
 */
export function engineIO(
  engine: Engine,
  task: Task,
  base: string | undefined,
  scratch: string,
  views: readonly View[],
): EngineIO {
  const store = new Map<string, Buffer>();
  const notes: { type: string; data: Record<string, unknown> }[] = [];
  let jobs = 0;
  let read = 0;
  const put = (content: Buffer | string): Promise<string> => {
    const bytes = Buffer.from(content);
    const ref = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    store.set(ref, bytes);
    return Promise.resolve(ref);
  };
  const bytes = async (ref: string): Promise<Buffer> => {
    const found = store.get(ref);
    if (!found) throw new VigaError("artifact_missing", `no artifact ${ref}`);
    return found;
  };
  const job = async (request: JobRequest): Promise<JobReply> => {
    if (request.op !== "call") throw new VigaError("input_invalid", "only calls are offered here");
    const dir = join(scratch, `job-${jobs++}`);
    await mkdir(dir, { recursive: true });
    try {
      const reply = await engine.call({
        job: `job-${jobs}`,
        name: request.name,
        args: request.args,
        ...(request.session === undefined ? {} : { session: request.session }),
        ...(base === undefined ? {} : { base }),
        limits: { ...defaultLimits, seconds: request.seconds ?? 600 },
        dir,
      });
      const files: Record<string, string> = {};
      if (reply.ok) {
        for (const name of request.files ?? []) {
          const content = await readFile(join(dir, name));
          read += content.length;
          files[name] = await put(content);
        }
      }
      return {
        ok: reply.ok,
        result: reply.result,
        files,
        ...(reply.error === undefined ? {} : { error: reply.error }),
      } as JobReply;
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  };
  const io: PlayerIO = {
    run: "bench",
    task,
    views,
    preview: { px: 128, samples: 16 },
    measurement: photometric.measurement,
    seed: 0,
    signal: new AbortController().signal,
    text: async (ref) => (await bytes(ref)).toString("utf8"),
    bytes,
    put,
    job,
    once: (_key, call) => call(),
    note: (type, data) => {
      notes.push({ type, data });
    },
    spent: () => {},
  };
  return { io, put, text: io.text, notes, bytesRead: () => read };
}
