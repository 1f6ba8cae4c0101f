import { addAbortListener } from "node:events";
import { join, relative } from "node:path";
import { endOf, knownRuns } from "../../actors/run/known-runs.ts";
import { type BusAddress, type BusFile, readBusFile } from "../../bridge/bus/address.ts";
import { type Bus, openBus } from "../../bridge/bus/connection.ts";
import { follow } from "../../bridge/bus/follow.ts";
import { watchCells } from "../../bridge/bus/kv.ts";
import { streams } from "../../bridge/bus/subjects.ts";
import { pause } from "../../bridge/bus/timers.ts";
import { isAlive, isRunning } from "../../bridge/processes/identity.ts";
import { toVigaError, VigaError } from "../../config/errors.ts";
import { runSpec } from "../../machines/domain/index.ts";
import { tapeEnd } from "../../observers/tape.ts";
import { findOut } from "./out.ts";

/** A bus that this process joined. `run` is set when it was found through a run's folder, and only that run counts. */
export interface Joined {
  bus: Bus;
  run: string | null;
  file: BusFile | null;
}

/** Milliseconds to wait for a run's bus.json to appear: terminals are started in any order. */
const patience = 30_000;

/**
 * Joins the bus at `--bus`, else that of the run in `--out` or `output/latest`.
 * @param options.user whose login is taken from the folder, where it has one; absent: the owner's
 * @param options.live which runs must still go on. "named": one whose process has ended is refused when it was named;
 * after the newest one the next is waited for, since terminals are started in any order. "any": it is refused in any case
 */
export async function joinBus(
  options: { bus?: string; creds?: string; out?: string; live?: "named" | "any"; user?: string },
  name: string,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<Joined> {
  if (options.bus !== undefined) {
    const address = { ...loginOf(options.bus), creds: options.creds };
    return { bus: await openBus(address, { name }), run: null, file: null };
  }
  let said = false;
  const refuses = options.live === "any" || (options.live === "named" && options.out !== undefined);
  let over: VigaError | null = null;
  for (const started = Date.now(); ; ) {
    try {
      const out = await findOut(options.out);
      const file = await readBusFile(out);
      over =
        file.process !== undefined && isAlive(file.process) === false ? await overError(out, file.run === null) : null;
      if (over !== null && refuses) throw over;
      const own = options.user === undefined ? undefined : file.others?.[options.user];
      const login = own === undefined ? { token: file.token } : { user: options.user, token: own };
      const bus = await openBus({ url: file.url, ...login, creds: file.creds }, { name });
      return { bus, run: file.run, file };
    } catch (thrown) {
      const error = toVigaError(thrown);
      const waitable = error.code === "not_found" || error.code === "bus_unreachable";
      if (!waitable) throw error;
      if (Date.now() - started > patience || signal.aborted) throw over ?? error;
    }
    const before = over === null ? "" : `${over.message}; ${over.hint}\n`;
    if (!said) log(`${before}waiting for ${over === null ? "a" : "the next"} run (viga run ... --hosts apart)`);
    said = true;
    await pause(250, signal);
  }
}

/** Why there is nothing to join, and what there is instead. */
async function overError(out: string, isBatch: boolean): Promise<VigaError> {
  const end = await tapeEnd(out);
  const shown = relative(process.cwd(), out) || ".";
  if (isBatch) {
    return new VigaError("input_invalid", `the batch in ${shown} does not go on any more`, {
      hint: `viga batch --resume ${shown} goes on with it, if it is not finished`,
    });
  }
  return end === null
    ? new VigaError("input_invalid", `the run in ${shown} was interrupted`, { hint: `viga run --resume ${shown}` })
    : new VigaError("input_invalid", `the run in ${shown} is over (${end.status})`, {
        hint: `its events are in ${join(shown, "tape.jsonl")}, and its report in ${join(shown, "report.html")}`,
      });
}

/** `nats://token@host` and `nats://user:password@host` give the login to the client, not to the log. */
export function loginOf(url: string): Pick<BusAddress, "url" | "token" | "user"> {
  const [, scheme, first, password, host] = /^(nats|tls):\/\/([^@:/]+)(?::([^@:/]+))?@(.+)$/.exec(url) ?? [];
  if (host === undefined) return { url };
  return {
    url: `${scheme}://${host}`,
    ...(password === undefined ? { token: first } : { user: first, token: password }),
  };
}

/**
 * Calls `play` for the run this process joined, or for every run of the bus as it comes up. Ends with the run, or
 * with the signal.
 */
export async function servedRuns(
  joined: Joined,
  signal: AbortSignal,
  play: (run: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (joined.run !== null) {
    const ending = new AbortController();
    const stop = AbortSignal.any([signal, ending.signal]);
    void untilOver(joined, stop).then(() => ending.abort());
    try {
      await play(joined.run, stop);
    } finally {
      // A role that cannot go on must not wait for the end of the run with its process.
      ending.abort();
    }
    return;
  }
  const runs = new Set<string>();
  const playing: Promise<void>[] = [];
  const serve = async (run: string) => {
    // A shared bus remembers finished runs for a while.
    if ((await endOf(joined.bus, run, signal)) !== null) return;
    const ending = new AbortController();
    const stop = AbortSignal.any([signal, ending.signal]);
    void untilOver({ ...joined, run }, stop).then(() => ending.abort());
    await play(run, stop).finally(() => ending.abort());
  };
  await watchCells<unknown>(joined.bus, joined.bus.actors, "run.*", signal, (_, value) => {
    const spec = runSpec.safeParse(value);
    if (!spec.success || runs.has(spec.data.run)) return;
    runs.add(spec.data.run);
    playing.push(serve(spec.data.run).catch(() => undefined));
  });
  await Promise.all(playing);
}

/** Milliseconds for which a bus may be away before a process that serves one run alone gives up. */
const busGone = 60_000;

/** Resolves when the run is over, or its bus has been away for long. With no run of its own: with the signal. */
export async function untilOver(joined: Joined, signal: AbortSignal): Promise<void> {
  const { bus, run } = joined;
  if (run === null) {
    await new Promise<void>((resolve) => addAbortListener(signal, () => resolve()));
    return;
  }
  const finished = (async () => {
    for await (const _ of follow(bus, streams.event, `viga.evt.${run}.supervisor.run.finished`, 1, signal)) return;
  })();
  const gone = (async () => {
    let last = Date.now();
    while (!signal.aborted && Date.now() - last < busGone) {
      await pause(1000, signal);
      const answers = await Promise.race([bus.nc.flush().then(() => true), pause(900).then(() => false)]).catch(
        () => false,
      );
      if (answers) last = Date.now();
      else if (joined.file !== null && !isRunning(joined.file.pid) && Date.now() - last > 3000) return;
    }
  })();
  await Promise.race([finished, gone]);
}

/** The run meant on a joined bus: the one given, that of the folder, else the newest; one that goes on comes first. */
export async function findRun(joined: Joined, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  if (joined.run !== null) return joined.run;
  const runs = await knownRuns(joined.bus);
  const found = runs.find(({ ended }) => ended === null) ?? runs[0];
  if (found === undefined)
    throw new VigaError("not_found", "no run on this bus yet", { hint: "start one: viga run TASK_DIR" });
  return found.spec.run;
}
