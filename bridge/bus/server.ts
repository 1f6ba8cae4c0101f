import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, connect as dial } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { toVigaError, VigaError } from "../../config/errors.ts";
import { childEnv } from "../processes/child-env.ts";
import { type Death, type RestartPolicy, restartOnDeath } from "../processes/restart.ts";
import { idleWatch, killTree } from "../processes/tree.ts";
import { authorization, type Login, makeLogins, type SlotNames } from "./credentials.ts";
import { pause } from "./timers.ts";

/** A nats-server of our own: loopback, random port, a login for each kind of user, JetStream in a folder. Restarted on the same port if it dies. */
export interface BusServer {
  readonly url: string;
  /** Its owner's password, which is all that its owner needs. */
  readonly token: string;
  /** Passwords of everyone else that it is for, by user. */
  readonly others: Readonly<Record<string, string>>;
  readonly pid: number | undefined;
  /** How often it had to be restarted. */
  readonly restarts: number;
  stop(): Promise<void>;
}

export interface BusServerOptions {
  /** Folder for configuration, log and JetStream store; kept, so that a run can be resumed. */
  dir: string;
  /** The executable; default `VIGA_NATS_SERVER` or `nats-server` on PATH. */
  command?: string;
  /** Executors that get a login of their own. */
  executors?: SlotNames;
  onRestart?: (reason: string) => void;
}

/** Without its bus a run stands still, so the bus is never given up; its port and store stay, so a start is cheap. */
const restartPolicy: RestartPolicy = {
  first: 100,
  most: 2000,
  window: Number.POSITIVE_INFINITY,
  limit: Number.POSITIVE_INFINITY,
};

export async function startBusServer(options: BusServerOptions): Promise<BusServer> {
  const command = options.command ?? process.env.VIGA_NATS_SERVER ?? "nats-server";
  await mkdir(options.dir, { recursive: true, mode: 0o700 });
  await stopLeftover(options.dir);
  const logins = makeLogins(options.executors);
  const [{ password: token }, ...others] = logins as [Login, ...Login[]];
  const port = await freePort();
  const conf = join(options.dir, "nats.conf");
  // Passwords stand in a private file, never in argv, where any user of the machine could read it.
  await writeFile(
    conf,
    [
      "host: 127.0.0.1",
      `port: ${port}`,
      `pid_file: ${JSON.stringify(join(options.dir, "nats.pid"))}`,
      `log_file: ${JSON.stringify(join(options.dir, "nats.log"))}`,
      "logfile_size_limit: 4194304",
      authorization(logins),
      `jetstream { store_dir: ${JSON.stringify(options.dir)} }`,
      'ping_interval: "20s"',
      'write_deadline: "10s"',
      "",
    ].join("\n"),
    { mode: 0o600 },
  );

  let child = launch(command, conf);
  const stopping = new AbortController();
  let restarts = 0;
  let up = false;
  const live = async (before: Death | null): Promise<never> => {
    if (before !== null) child = launch(command, conf);
    const result = await child;
    throw new VigaError("bus_unreachable", `nats-server ended (${result.signal ?? result.exitCode ?? "unknown"})`);
  };
  const kept = restartOnDeath(live, {
    deaths: restartPolicy,
    signal: stopping.signal,
    onDeath: ({ error }) => {
      restarts += 1;
      // Before it has ever run, its death is the error that the start ends with.
      if (up) options.onRestart?.(toVigaError(error).message);
    },
  });
  const last = () => void child.kill("SIGKILL");
  process.once("exit", last);
  try {
    await ready(port, child, join(options.dir, "nats.log"));
    up = true;
  } catch (error) {
    stopping.abort();
    killTree(child.pid);
    throw error;
  }

  return {
    url: `nats://127.0.0.1:${port}`,
    token,
    others: Object.fromEntries(others.map(({ user, password }) => [user, password])),
    get pid() {
      return child.pid;
    },
    get restarts() {
      return restarts;
    },
    async stop() {
      stopping.abort();
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 1000);
      await kept;
      clearTimeout(late);
      process.off("exit", last);
    },
  };
}

/**
 * With setpriv the server dies with us, also when we are SIGKILLed. In a group of its own, for a Ctrl-C in a terminal
 * goes to the whole group and the bus must be the last to go.
 */
function launch(command: string, conf: string) {
  const setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((path) => existsSync(path));
  const options = { reject: false, stdin: "ignore", stdout: "ignore", stderr: "ignore", detached: true } as const;
  const bare = { env: childEnv(), extendEnv: false } as const;
  return setpriv
    ? execa(setpriv, ["--pdeathsig", "KILL", command, "-c", conf], { ...options, ...bare })
    : execa(command, ["-c", conf], { ...options, ...bare });
}

async function ready(port: number, child: ReturnType<typeof launch>, log: string): Promise<void> {
  let ended: { exitCode?: number; originalMessage?: string } | undefined;
  child.then((result) => {
    ended = {
      ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
      ...(result.failed
        ? { originalMessage: String((result as { originalMessage?: string }).originalMessage ?? "") }
        : {}),
    };
  });
  const idle = idleWatch(child.pid);
  let asleep = false;
  for (const started = Date.now(), looked = { at: 0 }; Date.now() - started < longestStart && !ended && !asleep; ) {
    if (await accepts(port)) return;
    await pause(10);
    if (Date.now() - looked.at < 1000) continue;
    looked.at = Date.now();
    // A large store takes a while to be read; a server that does nothing meanwhile hangs.
    asleep = idle() && Date.now() - started >= sleepsAfter;
  }
  const why = ended ? ` (exit ${ended.exitCode ?? "?"})` : asleep ? ": it hangs" : "";
  const said = (await readFile(log, "utf8").catch(() => "")).trim().split("\n").at(-1) ?? "";
  throw new VigaError("dependency_missing", `nats-server did not start${why}${said === "" ? "" : `: ${said}`}`, {
    hint: "apt-get install nats-server, or set VIGA_NATS_SERVER to its path",
  });
}

/** Milliseconds until a server that does nothing is given up, and one that works. */
const sleepsAfter = 4000;
const longestStart = 60_000;

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = dial({ port, host: "127.0.0.1" });
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
    socket.setTimeout(1000, () => {
      socket.destroy();
      resolve(false);
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/** Two servers on one store would corrupt it: one left over from a killed run (no setpriv) is ended first. */
async function stopLeftover(dir: string): Promise<void> {
  const text = await readFile(join(dir, "nats.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid) || pid <= 1) return;
  const cmdline = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  if (!cmdline.includes(join(dir, "nats.conf"))) return;
  process.kill(pid, "SIGKILL");
  for (let waited = 0; waited < 2000 && existsSync(`/proc/${pid}`); waited += 20) {
    await pause(20);
  }
}
