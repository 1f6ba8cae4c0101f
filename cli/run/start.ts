import { join, relative, resolve } from "node:path";
import type { RunSpec } from "../../actors/spec.ts";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { exitCodeOf, VigaError } from "../../config/errors.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import { loadTask } from "../../config/task.ts";
import type { HostMode } from "./hosts.ts";
import { runObservers } from "./observers.ts";
import { defaultOut, findOut, makeOut, pointLatest } from "./out.ts";
import { printPlan } from "./plan.ts";
import { preflight } from "./preflight.ts";
import { loadSpec, runRing, writeSpec } from "./ring.ts";
import { makeSpec } from "./spec.ts";

export interface StartOptions {
  hosts: HostMode;
  json: boolean;
  signal: AbortSignal;
}

/** Starts a run and follows it to its end. Returns the exit code. */
export async function startRun(
  config: ResolvedConfig,
  options: StartOptions & { out?: string; dryRun: boolean },
): Promise<number> {
  const task = await loadTask(config);
  if (options.dryRun) {
    printPlan(config, task, options.json);
    return 0;
  }
  await preflight(config, options.hosts);
  const out = resolve(options.out ?? defaultOut(config.mode, task.name, new Date()));
  await makeOut(out);
  const store = new ArtifactStore(join(out, "artifacts"));
  const spec = await makeSpec(config, task, out, store);
  await writeSpec(spec);
  return follow(spec, config, options);
}

/** Goes on with a run that was cut off, by Ctrl-C or by anything else. Returns the exit code. */
export async function resumeRun(given: string, options: StartOptions): Promise<number> {
  const spec = await loadSpec(await findOut(given));
  return follow(spec, configOf(spec), options);
}

/** The configuration a run was started with, which its spec keeps. */
function configOf(spec: RunSpec): Pick<ResolvedConfig, "executors" | "bus" | "programs"> {
  const { executors, bus, programs } = spec.config as Pick<ResolvedConfig, "executors" | "bus" | "programs">;
  if (!Array.isArray(executors)) throw new VigaError("input_invalid", `${spec.out}/run.json names no executors`);
  return { executors, bus: bus ?? {}, programs: programs ?? {} };
}

async function follow(
  spec: RunSpec,
  config: Pick<ResolvedConfig, "executors" | "bus" | "programs">,
  options: StartOptions,
): Promise<number> {
  await pointLatest(spec.out);
  const observers = await runObservers(spec, options.json);
  const { url, creds } = config.bus;
  const result = await runRing({
    spec,
    executors: config.executors,
    hosts: options.hosts,
    ...(url === undefined ? {} : { busAddress: { url, creds } }),
    natsServer: config.programs.nats_server,
    observers: observers.all,
    signal: options.signal,
    log: observers.log,
  });
  if (result.status === "done") await new ArtifactStore(join(spec.out, "artifacts")).dropTransient();
  const shown = relative(process.cwd(), spec.out) || ".";
  await observers.finish(result, shown);
  if (result.status === "interrupted") return 130;
  if (result.status === "done") return 0;
  return exitCodeOf(new VigaError("player_failed", result.error?.message ?? result.reason));
}
