import { z } from "zod";
import type { CapabilityCard } from "../../../bridge/engines/contract.ts";
import { isolation } from "../../../config/executors.ts";
import { serve } from "../../worker/serve.ts";
import { Jobs } from "./jobs.ts";
import type { Office } from "./office.ts";
import { Pool } from "./pool.ts";

const settings = z.object({
  bwrap: z.string(),
  office: z.string(),
  python: z.string(),
  isolation,
  cpus: z.number().int(),
});

function cardOf(office: Office, given: z.output<typeof settings>): CapabilityCard {
  return {
    engine: "slides",
    version: office.version,
    isolation: given.isolation,
    isolationNotes: [],
    sandbox: {
      namespaces: true,
      readOnlyRoot: true,
      noNetwork: true,
      seccomp: false,
      landlock: false,
      unprivileged: true,
      notes: [],
    },
    devices: ["CPU"],
    visibleDevices: null,
    cpus: given.cpus,
    renderers: [],
    denoiser: false,
  };
}

/** One worker of the slides engine. */
async function main(): Promise<void> {
  const given = settings.parse(JSON.parse(process.argv[2] ?? "{}"));
  const pool = new Pool(given, given.isolation === "cold");
  pool.prepareProgram();
  await serve(new Jobs(pool), async () => cardOf(await pool.takeOffice(), given));
  pool.close();
}

await main();
process.exit(0);
