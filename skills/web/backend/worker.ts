import { z } from "zod";
import type { CapabilityCard } from "../../../bridge/engines/contract.ts";
import { isolation } from "../../../config/executors.ts";
import { serve } from "../../worker/serve.ts";
import type { Running } from "./browser.ts";
import { Jobs } from "./jobs.ts";
import { Pool } from "./pool.ts";

const settings = z.object({ bwrap: z.string(), chromium: z.string(), isolation, cpus: z.number().int() });

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

/** One worker of the web engine. */
async function main(): Promise<void> {
  const given = settings.parse(JSON.parse(process.argv[2] ?? "{}"));
  const pool = new Pool(given, given.isolation === "cold");
  await serve(new Jobs(pool), async () => cardOf(await pool.take(), given));
  pool.discard();
}

await main();
process.exit(0);
