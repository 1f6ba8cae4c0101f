import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Targets } from "./program.ts";

/** What no program may see; in this process's environment, a bystander's, and files. */
export const secret = "a-key-no-program-may-see";

/** What programs run on: a cube, a sun and a camera. */
export const scene = `
import bpy
bpy.ops.mesh.primitive_cube_add(size=2)
bpy.ops.object.light_add(type='SUN', location=(0, 0, 5))
bpy.ops.object.camera_add(location=(5, -5, 5), rotation=(0.95, 0, 0.785))
bpy.context.scene.camera = bpy.context.object
`;

/** Everything a program may aim at, and what has become of it. */
export interface Field {
  targets: Targets;
  /** One line per thing that is not as it was; what was found is set right again. */
  damage(): Promise<string[]>;
  close(): Promise<void>;
}

/** Files of the machine whose content must stay. */
const watched = ["/etc/passwd", "/etc/shadow", "/etc/group", "/etc/hosts", "/proc/sys/kernel/core_pattern"];
const spread = ["/", "/tmp", "/var/tmp", "/dev/shm", "/etc", "/usr", "/root", "/home", "/run", "/opt"];

async function digest(path: string): Promise<string> {
  try {
    return createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function listening(server: Server, where: { port: number; host: string } | string): Promise<void> {
  return new Promise((done, failed) => {
    server.once("error", failed);
    if (typeof where === "string") server.listen(where, done);
    else server.listen(where, done);
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => server.close(() => done()));
}

/** jobs: where the folders of jobs lie side by side. */
export async function openField(jobs: string, engine: () => number): Promise<Field> {
  const outside = await mkdtemp(join(tmpdir(), "viga-outside-"));
  const neighbour = await mkdtemp(join(jobs, "neighbour-"));
  await chmod(outside, 0o755);
  await mkdir(join(outside, "open"));
  await chmod(join(outside, "open"), 0o777);
  await writeFile(join(outside, "goal.py"), secret, { mode: 0o600 });
  await writeFile(join(outside, "open/free.txt"), secret);
  await chmod(join(outside, "open/free.txt"), 0o666);
  await writeFile(join(neighbour, "secret.txt"), secret, { mode: 0o600 });

  let hits: string[] = [];
  const note = (what: string) => () => {
    hits.push(`${what} was reached`);
  };
  const servers: Server[] = [];
  const serve = async (where: { port: number; host: string } | string, what: string): Promise<number> => {
    const server = createServer((socket) => {
      note(what)();
      socket.on("error", () => {});
      socket.destroy();
    });
    await listening(server, where);
    servers.push(server);
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  };
  const tcp = await serve({ port: 0, host: "127.0.0.1" }, "a TCP port");
  const unix = `viga-abstract-${process.pid}-${tcp}`;
  await serve(`\0${unix}`, "an abstract UNIX socket");
  await serve(join(outside, "open/socket"), "a UNIX socket");
  await chmod(join(outside, "open/socket"), 0o777);
  const datagrams = createSocket("udp4").on("message", note("a UDP port"));
  await new Promise<void>((done) => datagrams.bind(0, "127.0.0.1", done));

  const bystander: ChildProcess = spawn("sleep", ["100000"], { env: { BYSTANDER: secret }, stdio: "ignore" });
  const targets: Targets = {
    outside,
    neighbour,
    tcp,
    udp: datagrams.address().port,
    unix,
    victim: bystander.pid ?? 0,
    get engine() {
      return engine();
    },
    runner: process.pid,
    secretPattern: secret.replace("program", "[p]rogram"),
  };
  const look = async (): Promise<Map<string, string>> => {
    const found = new Map<string, string>();
    for (const path of watched) found.set(path, await digest(path));
    for (const path of ["goal.py", "open/free.txt"]) {
      const { mode, uid, mtimeMs } = await stat(join(outside, path)).catch(() => ({ mode: 0, uid: 0, mtimeMs: 0 }));
      found.set(join(outside, path), `${await digest(join(outside, path))} ${mode} ${uid} ${mtimeMs}`);
    }
    found.set(outside, (await readdir(outside, { recursive: true })).sort().join(" "));
    found.set(neighbour, `${(await readdir(neighbour)).join(" ")} ${await digest(join(neighbour, "secret.txt"))}`);
    found.set("host name", hostname());
    found.set("bystander", String(bystander.exitCode ?? bystander.signalCode ?? (await isStopped(targets.victim))));
    for (const folder of [...spread, jobs])
      if (existsSync(join(folder, "spore"))) found.set(join(folder, "spore"), "written");
    return found;
  };
  let before = await look();
  return {
    targets,
    async damage() {
      const now = await look();
      const lines = [...now].filter(([what, is]) => before.get(what) !== is).map(([what]) => `${what} was changed`);
      const reached = hits;
      hits = [];
      before = now;
      return [...lines, ...reached];
    },
    async close() {
      bystander.kill("SIGKILL");
      datagrams.close();
      await Promise.all(servers.map(closed));
      await rm(outside, { recursive: true, force: true });
      await rm(neighbour, { recursive: true, force: true });
    },
  };
}

async function isStopped(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") gone");
  const state = status.slice(status.lastIndexOf(")") + 2, status.lastIndexOf(")") + 3);
  return state === "S" || state === "R" ? "alive" : state;
}
