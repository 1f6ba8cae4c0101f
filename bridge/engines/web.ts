import { availableParallelism } from "node:os";
import { VigaError } from "../../config/errors.ts";
import { quality } from "../../machines/domain/index.ts";
import { workerScript } from "../../skills/web/entry.ts";
import type { Engine, OpenOptions } from "./contract.ts";
import { locate } from "./locate.ts";
import { openWorkerEngine } from "./worker-engine.ts";

/** Names a browser goes by, as set-up looks for it. */
const browsers = ["chromium", "chromium-browser", "google-chrome"];

/**
 * An engine whose programs are pages: a warm Chromium in a sandbox of its own, a fresh context for each program. "cold"
 * starts a browser for each. Throws dependency_missing, engine_failed, config_invalid.
 */
export async function openWeb(options: OpenOptions): Promise<Engine> {
  const { programs = {}, scratch, log = () => {}, isolation = "fork" } = options;
  if (isolation === "reset") {
    throw new VigaError("config_invalid", "isolation: reset is none of the web engine's", {
      hint: "leave it out: each program has a fresh context; or write cold: each has a browser of its own",
    });
  }
  const chromium = await locate("chromium", browsers, programs.chromium ?? process.env.VIGA_CHROMIUM, {
    variable: "VIGA_CHROMIUM",
    packages: "chromium",
  });
  const bwrap = await locate("bubblewrap", ["bwrap"], programs.bwrap ?? process.env.VIGA_BWRAP, {
    variable: "VIGA_BWRAP",
    packages: "bubblewrap",
  });
  const settings = { bwrap, chromium, isolation, cpus: options.cpus ?? availableParallelism() };
  return openWorkerEngine({
    scratch,
    quality,
    launch: (own) => ({
      name: "The web engine",
      command: [process.execPath, workerScript, JSON.stringify(settings)],
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: own, TMPDIR: own, LANG: "C.UTF-8" },
      cwd: own,
      log,
      wakes: true,
    }),
  });
}
