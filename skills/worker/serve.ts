import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";
import {
  type CallRequest,
  type CapabilityCard,
  callRequest,
  type OpReply,
  type ProbeRequest,
  probeRequest,
  type RunRequest,
  type RunState,
  runRequest,
} from "../../bridge/engines/contract.ts";
import { failedRun } from "../../machines/domain/index.ts";

/** What a worker that runs in Node does; one job at a time. */
export interface WorkerJobs {
  run(request: RunRequest, signal: AbortSignal): Promise<RunState>;
  probe(request: ProbeRequest): Promise<OpReply>;
  call(request: CallRequest, signal: AbortSignal): Promise<OpReply>;
  scenes: {
    snapshot(scene: string): string | null;
    restore(scene: string, snapshot: string): boolean;
    drop(scene: string): void;
  };
}

const named = z.looseObject({ id: z.number().int(), op: z.string() });
const ofScene = z.object({ scene: z.string(), snapshot: z.string().default("") });

function say(message: object): void {
  // One write a line: the engine reads lines.
  let rest = Buffer.from(`${JSON.stringify(message)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(4, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

async function answer(jobs: WorkerJobs, request: z.output<typeof named>, signal: AbortSignal): Promise<unknown> {
  switch (request.op) {
    case "run":
      return jobs.run(runRequest.parse(request), signal);
    case "probe":
      return jobs.probe(probeRequest.parse(request));
    case "call":
      return jobs.call(callRequest.parse(request), signal);
    case "snapshot": {
      const snapshot = jobs.scenes.snapshot(ofScene.parse(request).scene);
      return { ok: snapshot !== null, snapshot };
    }
    case "restore": {
      const { scene, snapshot } = ofScene.parse(request);
      return { ok: jobs.scenes.restore(scene, snapshot) };
    }
    case "drop":
      jobs.scenes.drop(ofScene.parse(request).scene);
      return { ok: true };
    default:
      return failedRun({ kind: "engine", type: "NoOperation", message: `this engine knows no ${request.op}` });
  }
}

/**
 * Serves an engine: requests in lines on descriptor 3, its card and replies on descriptor 4. Ends with the requests.
 * @param start makes ready what the jobs need; a worker that cannot is no use and ends
 */
export async function serve(jobs: WorkerJobs, start: () => Promise<CapabilityCard>): Promise<void> {
  say({ id: 0, awake: true });
  try {
    say({ id: 0, card: await start() });
  } catch (error) {
    say({ id: 0, failed: (error instanceof Error ? error.message : String(error)).slice(0, 2000) });
    process.exit(1);
  }
  const cancels = new Map<number, AbortController>();
  let last: Promise<unknown> = Promise.resolve();
  // A file's stream would wait in a thread that keeps a process which must end from ending.
  for await (const line of createInterface({ input: new Socket({ fd: 3, writable: false }) })) {
    const request = named.parse(JSON.parse(line));
    if (request.op === "cancel") {
      cancels.get(Number(request.of))?.abort();
      continue;
    }
    const cancel = new AbortController();
    cancels.set(request.id, cancel);
    last = last.then(async () => {
      const reply = await answer(jobs, request, cancel.signal).catch((error: unknown) =>
        failedRun({ kind: "engine", type: "EngineError", message: String(error).slice(0, 500) }),
      );
      cancels.delete(request.id);
      say({ id: request.id, reply });
    });
  }
}
