import { createReadStream, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import { type CapabilityCard, callRequest, probeRequest, runRequest } from "../../../bridge/engines/contract.ts";
import { isolation } from "../../../config/executors.ts";
import { failedRun } from "../../../machines/domain/index.ts";
import type { Running } from "./browser.ts";
import { Jobs } from "./jobs.ts";
import { Pool } from "./pool.ts";

const settings = z.object({ bwrap: z.string(), chromium: z.string(), isolation, cpus: z.number().int() });

const named = z.looseObject({ id: z.number().int(), op: z.string() });
const ofScene = z.object({ scene: z.string(), snapshot: z.string().default("") });

const say = (message: object): void => {
  // One write a line: the engine reads lines.
  let rest = Buffer.from(`${JSON.stringify(message)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(4, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
};

function cardOf(running: Running, given: z.output<typeof settings>): CapabilityCard {
  const weaker = running.inner
    ? []
    : ["Chromium's own sandbox does not work inside this one: bubblewrap holds pages alone"];
  return {
    engine: "web",
    version: running.version,
    isolation: given.isolation,
    isolationNotes: [],
    sandbox: {
      namespaces: true,
      readOnlyRoot: true,
      noNetwork: true,
      seccomp: running.inner,
      landlock: false,
      unprivileged: true,
      notes: weaker,
    },
    devices: ["CPU"],
    visibleDevices: null,
    cpus: given.cpus,
    renderers: [],
    denoiser: false,
  };
}

/** One worker of the web engine: requests in lines on descriptor 3, its card and replies on descriptor 4. */
async function serve(): Promise<void> {
  const given = settings.parse(JSON.parse(process.argv[2] ?? "{}"));
  const pool = new Pool(given, given.isolation === "cold");
  const jobs = new Jobs(pool);
  say({ id: 0, awake: true });
  try {
    say({ id: 0, card: cardOf(await pool.take(), given) });
  } catch (error) {
    say({ id: 0, failed: (error instanceof Error ? error.message : String(error)).slice(0, 2000) });
    process.exit(1);
  }
  const cancels = new Map<number, AbortController>();
  let last: Promise<unknown> = Promise.resolve();

  const answer = async (request: z.output<typeof named>, signal: AbortSignal): Promise<unknown> => {
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
        return failedRun({ kind: "engine", type: "NoOperation", message: `pages know no ${request.op}` });
    }
  };

  for await (const line of createInterface({ input: createReadStream("", { fd: 3 }) })) {
    const request = named.parse(JSON.parse(line));
    if (request.op === "cancel") {
      cancels.get(Number(request.of))?.abort();
      continue;
    }
    const cancel = new AbortController();
    cancels.set(request.id, cancel);
    last = last.then(async () => {
      const reply = await answer(request, cancel.signal).catch((error: unknown) =>
        failedRun({ kind: "engine", type: "EngineError", message: String(error).slice(0, 500) }),
      );
      cancels.delete(request.id);
      say({ id: request.id, reply });
    });
  }
  pool.discard();
}

await serve();
process.exit(0);
