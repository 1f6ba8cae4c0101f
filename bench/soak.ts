import { spawn } from "node:child_process";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { readBusFile } from "../bridge/bus/address.ts";
import { openBus } from "../bridge/bus/connection.ts";
import { readCell } from "../bridge/bus/kv.ts";
import { aim, processesOf, type Target } from "../test/chaos/processes.ts";

/**
 * Does a long run grow? A run of 100 rounds (or `SOAK_ROUNDS`) with a replayed generator on real Blender, every role in
 * a process of its own. After each round: resident memory and open files of every process, temporary files, and what
 * memory commits. Usage: npm run bench -- soak
 */
const watched: readonly Target[] = [
  "run",
  "supervisor",
  "memory",
  "generator",
  "verifier",
  "executor",
  "engine",
  "nats-server",
];

interface Sample {
  /** Resident memory, MB, by process. */
  rss: Map<string, number>;
  files: Map<string, number>;
  temporary: number;
  processes: number;
  /** What memory commits with each message, KB. */
  commit: number;
}

function programOf(t: number): string {
  const shift = ((t * 0.618034) % 1).toFixed(4);
  return `import bpy
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.mesh.primitive_cube_add(size=1.6, location=(${shift}, 0.2, 0))
bpy.ops.object.light_add(type="SUN", location=(0, 0, 5), rotation=(0.5, 0.3, 0))
bpy.context.object.data.energy = 1 + ${shift}
bpy.ops.object.camera_add(location=(0, -6, 3), rotation=(1.1, 0, 0))
bpy.context.scene.camera = bpy.context.object
# round ${t}
`;
}

export async function soak(): Promise<string> {
  const rounds = Number(process.env.SOAK_ROUNDS ?? 100);
  const base = await mkdtemp(join(tmpdir(), "soak-"));
  const [out, tmp] = [join(base, "out"), join(base, "tmp")];
  await mkdir(tmp);
  await writeFile(join(base, "start.py"), programOf(0));
  const programs = Array.from({ length: rounds }, (_, index) => programOf(index + 1));
  await writeFile(join(base, "replay.json"), JSON.stringify({ generator: programs }));
  await sharp({ create: { width: 32, height: 32, channels: 3, background: "#667788" } })
    .png()
    .toFile(join(base, "target.png"));
  const sets = [
    `roles.generator=replay:${join(base, "replay.json")}`,
    ...["preview", "final"].flatMap((kind) => [`render.${kind}.px=32`, `render.${kind}.samples=1`]),
    `stop.max_rounds=${rounds}`,
    "stop.plateau=false",
  ];
  const child = spawn(
    process.execPath,
    [
      ...[join(import.meta.dirname, "../cli/main.ts"), "run", "--hosts", "processes", "--mode", "static_scene"],
      ...["--target", join(base, "target.png"), "--start", join(base, "start.py"), "--out", out],
      ...sets.flatMap((set) => ["--set", set]),
    ],
    { cwd: base, env: { ...process.env, TMPDIR: tmp }, stdio: ["ignore", "ignore", "inherit"] },
  );
  let exit: number | null = null;
  child.once("exit", (code) => (exit = code ?? -1));
  const samples: Sample[] = [];
  const commitSize = await committed(out, () => exit !== null);
  while (exit === null) {
    const tape = await readFile(join(out, "tape.jsonl"), "utf8").catch(() => "");
    const seen = tape.match(/"type":"round"/g)?.length ?? 0;
    if (seen > samples.length) samples.push(sampleOf(base, tmp, await commitSize.now()));
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await commitSize.close();
  const left = [...processesOf(base).map(({ line }) => line.slice(0, 80)), ...(await readdir(tmp))];
  await rm(base, { recursive: true, force: true });
  return [
    table(samples),
    "",
    `${samples.length} rounds, exit ${exit}; left behind: ${left.join(", ") || "nothing"}`,
  ].join("\n");
}

function sampleOf(base: string, tmp: string, commit: number): Sample {
  const sample: Sample = {
    rss: new Map(),
    files: new Map(),
    temporary: 0,
    processes: processesOf(base).length,
    commit,
  };
  for (const name of watched) {
    const pid = aim(name, base)[0];
    if (pid === undefined) continue;
    try {
      const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      sample.rss.set(name, Number(kb ?? 0) / 1024);
      sample.files.set(name, readdirSync(`/proc/${pid}/fd`).length);
    } catch {
      // Ended meanwhile: this process has no sample of this round.
    }
  }
  sample.temporary = countFiles(tmp);
  return sample;
}

/** Files and folders below `dir`; what goes while we look counts as gone. */
function countFiles(dir: string): number {
  let entries: Dirent[];
  try {
    entries = readdirSync(dir, { withFileTypes: true });
  } catch {
    return 0;
  }
  return entries.reduce((sum, entry) => sum + 1 + (entry.isDirectory() ? countFiles(join(dir, entry.name)) : 0), 0);
}

/** Size of what memory commits, asked of the run's own bus. */
async function committed(
  out: string,
  over: () => boolean,
): Promise<{ now: () => Promise<number>; close: () => Promise<void> }> {
  for (;;) {
    try {
      const file = await readBusFile(out);
      const bus = await openBus({ url: file.url, token: file.token }, { name: "soak" });
      const now = async () => {
        const cell = await readCell<unknown>(bus.actors, `actor.${file.run}.memory`);
        return JSON.stringify(cell.value).length / 1024;
      };
      return { now: () => (over() ? Promise.resolve(0) : now()), close: () => bus.close() };
    } catch (error) {
      if (over()) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function table(samples: readonly Sample[]): string {
  const third = Math.floor(samples.length / 3);
  const [first, last] = [samples.slice(0, third), samples.slice(-third)];
  const row = (name: string, unit: string, of: (sample: Sample) => number | undefined) => {
    const all = (part: readonly Sample[]) => part.map(of).filter((value) => value !== undefined);
    const cells = [median(all(first)), median(all(last)), slope(all(samples.slice(third)))];
    return `| ${name} | ${cells[0]?.toFixed(1)} | ${cells[1]?.toFixed(1)} | ${cells[2]?.toFixed(3)} | ${unit} |`;
  };
  return [
    "| of | first third, median | last third, median | slope per round (after the first third) | unit |",
    "|---|---|---|---|---|",
    ...watched.map((name) => row(`memory of ${name}`, "MB", ({ rss }) => rss.get(name))),
    ...watched.map((name) => row(`open files of ${name}`, "files", ({ files }) => files.get(name))),
    row("processes", "processes", ({ processes }) => processes),
    row("temporary files", "files", ({ temporary }) => temporary),
    row("commit of memory", "KB", ({ commit }) => commit),
  ].join("\n");
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Least squares over the index. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const rise = values.reduce((sum, value, index) => sum + (index - middle) * (value - mean), 0);
  return (
    rise /
    Math.max(
      1,
      values.reduce((sum, _, index) => sum + (index - middle) ** 2, 0),
    )
  );
}
