import { extname, join } from "node:path";
import { execa } from "execa";
import { type HostedRole, hostedRoles, playRole } from "../../actors/run/roles.ts";
import type { Bus } from "../../bridge/bus/connection.ts";
import { pause } from "../../bridge/bus/timers.ts";
import { type Death, type RestartPolicy, restartOnDeath } from "../../bridge/processes/restart.ts";
import { VigaError } from "../../config/errors.ts";
import type { ExecutorSettings, Gpu, Isolation } from "../../config/executors.ts";
import type { ProgramPaths } from "../../config/programs.ts";
import type { RunSpec } from "../../machines/domain/index.ts";
import { programs } from "../setup/programs.mjs";
import { runSlot } from "./slot.ts";

/**
 * Where a run's roles and executors live: in this process, each in a process of its own that is started again when
 * it dies, or apart (a person starts them: `viga role`, `viga executor`).
 */
export type HostMode = "inline" | "processes" | "apart";

export interface Hosts {
  /** Settles when everything has ended after the abort. */
  ended: Promise<void>;
  /** Rejects when a role or an executor cannot go on; never resolves. */
  broken: Promise<never>;
}

interface Common {
  mode: HostMode;
  bus: Bus;
  signal: AbortSignal;
  log: (line: string) => void;
}

/** Starts a run's roles where the mode says. */
export function startRoles(options: Common & { spec: RunSpec }): Hosts {
  const { mode, bus, spec, signal, log } = options;
  if (mode === "apart") return hostsOf([], signal);
  return hostsOf(
    hostedRoles.map((role) =>
      mode === "inline"
        ? playRole({ bus, run: spec.run, role, signal, log })
        : keepProcess(`role ${role}`, roleArguments(role, spec), signal, log),
    ),
    signal,
  );
}

/** Starts one executor per slot, of any engine. `out` is the folder through which a process finds the bus. */
export function startSlots(
  options: Common & { engine: string; executors: readonly ExecutorSettings[]; programs: ProgramPaths; out: string },
): Hosts {
  const { mode, bus, engine, executors, programs: paths, out, signal, log } = options;
  if (mode === "apart") return hostsOf([], signal);
  return hostsOf(
    executors.map((executor) =>
      mode === "inline"
        ? runSlot({ bus, engineName: engine, programs: paths, ...slotOf(executor), signal, log })
        : keepProcess(`slot ${executor.slot}`, slotArguments(executor, engine, out), signal, log, programEnv(paths)),
    ),
    signal,
  );
}

function hostsOf(parts: readonly Promise<void>[], signal: AbortSignal): Hosts {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  // Nobody may be listening any more when a late part breaks.
  broken.catch(() => undefined);
  const ended = Promise.all(
    parts.map((part) =>
      part.catch((error: unknown) => {
        if (!signal.aborted) reject(error);
      }),
    ),
  ).then(() => undefined);
  return { ended, broken };
}

function slotOf({ slot, gpu, isolation }: ExecutorSettings): { slot: string; gpu: Gpu | null; isolation?: Isolation } {
  return { slot, gpu: gpu ?? null, ...(isolation === undefined ? {} : { isolation }) };
}

function roleArguments(role: HostedRole, spec: RunSpec): string[] {
  return ["role", role, "--out", spec.out];
}

function slotArguments(executor: ExecutorSettings, engine: string, out: string): string[] {
  const gpu = executor.gpu === undefined ? [] : ["--gpu", String(executor.gpu)];
  const isolation = executor.isolation === undefined ? [] : ["--isolation", executor.isolation];
  return ["executor", "--slot", executor.slot, "--engine", engine, ...gpu, ...isolation, "--out", out];
}

/** The configured paths as environment variables, for a process that reads no configuration. */
function programEnv(paths: ProgramPaths): Record<string, string> {
  return Object.fromEntries(
    Object.values(programs).flatMap(({ env, setting }) => {
      const path = paths[setting];
      return path === undefined ? [] : [[env, path]];
    }),
  );
}

/** Roles wait most of the time: a small young generation keeps their memory flat over a long run. */
const nodeFlags = ["--max-semi-space-size=2"];

/**
 * A child that dies is mostly a machine short of something for a while, so it is given time; one that dies again and
 * again within a minute will not come up, whereas a long run may well lose a child now and then.
 */
const restarts: RestartPolicy = { first: 50, most: 2000, window: 60_000, limit: 10 };
/** Milliseconds that may lie between a child's and this process's seeing the end of the run. */
const endingLag = 2000;

/** Runs `viga ...` as a child and starts it again whenever it dies before the run is over. */
async function keepProcess(
  name: string,
  args: string[],
  signal: AbortSignal,
  log: (line: string) => void,
  env: Record<string, string> = {},
): Promise<void> {
  const main = join(import.meta.dirname, "..", `main${extname(import.meta.filename)}`);
  let why = "";
  const live = async (before: Death | null): Promise<never> => {
    // Only now, not at its death: a Ctrl-C reaches children and parent at the same moment, and is no news.
    if (before !== null) log(`${name} died (${why}); started again`);
    const result = await execa(process.execPath, [...nodeFlags, main, ...args], {
      reject: false,
      // Ends the child also when this process is SIGKILLed: the pipe closes.
      stdin: "pipe",
      stdout: "ignore",
      stderr: "inherit",
      cancelSignal: signal,
      forceKillAfterDelay: 1500,
      env: { VIGA_CHILD: "1", ...env },
    });
    // A child that ended well saw the end of the run, of which this process is just about to hear. It is started again
    // all the same if that was not so.
    if (result.exitCode === 0) await pause(endingLag, signal);
    why = result.signal ?? `exit ${result.exitCode ?? "?"}`;
    throw new VigaError("internal", `${name} died (${why})`);
  };
  await restartOnDeath(live, {
    deaths: restarts,
    signal,
    onDeath: ({ count, last }) => {
      if (!last) return;
      throw new VigaError("internal", `${name} died ${count} times in a minute (${why})`, {
        hint: "what it printed above says why; viga doctor checks engine and bus",
      });
    },
  });
}
