import { realpath } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { VigaError } from "../../config/errors.ts";
import { quality } from "../../machines/domain/index.ts";
import { workerScript } from "../../skills/slides/entry.ts";
import { findProgram } from "../processes/find-program.ts";
import type { Engine, OpenOptions } from "./contract.ts";
import { locate } from "./locate.ts";
import { openWorkerEngine } from "./worker-engine.ts";

/** Names the office goes by, as set-up looks for it. */
const offices = ["soffice", "libreoffice"];

/**
 * An engine whose programs are JavaScript for PptxGenJS: each runs in a process of its own and writes a deck, which a warm
 * LibreOffice draws, both in sandboxes. "cold" starts an office for each. Throws dependency_missing, engine_failed,
 * config_invalid.
 */
export async function openSlides(options: OpenOptions): Promise<Engine> {
  const { programs = {}, scratch, log = () => {}, isolation = "fork" } = options;
  if (isolation === "reset") {
    throw new VigaError("config_invalid", "isolation: reset is none of the slides engine's", {
      hint: "leave it out: each program has a process of its own; or write cold: each has an office of its own",
    });
  }
  const given = programs.libreoffice ?? process.env.VIGA_LIBREOFFICE;
  const office = await locate("LibreOffice", offices, given, {
    variable: "VIGA_LIBREOFFICE",
    packages: "libreoffice-impress python3-uno",
  });
  const bwrap = await locate("bubblewrap", ["bwrap"], programs.bwrap ?? process.env.VIGA_BWRAP, {
    variable: "VIGA_BWRAP",
    packages: "bubblewrap",
  });
  const python = await pythonWithUno(office);
  const settings = { bwrap, office, python, isolation, cpus: options.cpus ?? availableParallelism() };
  return openWorkerEngine({
    scratch,
    quality,
    launch: (own) => ({
      name: "The slides engine",
      // What a job leaves lies outside the heap and goes with its young objects: few of these, and it goes soon.
      command: [process.execPath, "--max-semi-space-size=1", workerScript, JSON.stringify(settings)],
      // Threads that decode pictures would each keep memory of their own that is free.
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: own, TMPDIR: own, LANG: "C.UTF-8", MALLOC_ARENA_MAX: "2" },
      cwd: own,
      log,
      wakes: true,
    }),
  });
}

/** The Python that speaks with the office: one that comes with it, else the system's. */
async function pythonWithUno(office: string): Promise<string> {
  for (const candidate of [join(dirname(office), "python"), "/usr/bin/python3"]) {
    const found = await findProgram(candidate);
    if (found === null) continue;
    const done = await execa(found, ["-c", "import uno"], { reject: false, timeout: 20_000, extendEnv: false });
    if (done.exitCode === 0) return await realpath(found);
  }
  throw new VigaError("dependency_missing", "no Python can speak with LibreOffice: none imports uno", {
    hint: "install it with `apt-get install python3-uno`",
  });
}
