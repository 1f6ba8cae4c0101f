import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startBlender } from "../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../bridge/engines/contract.ts";
import { locateBlender } from "../bridge/engines/locate.ts";
import { VigaError } from "../config/errors.ts";
import type { View } from "../machines/domain/index.ts";
import { draft } from "./engine.ts";
import { median } from "./median.ts";
import { coldBlender, type PlainJob, warmBlender } from "./plain-blender.ts";

const repeats = Number(process.env.VIGA_BENCH_REPEATS ?? 7);
type Quality = {
  px: number;
  samples: number;
};
const small: Quality = { px: 128, samples: 4 };
/** A run's preview, and what the Python reference draws with whatever is asked of it. */
const preview: Quality = { px: 256, samples: 16 };
const reference: Quality = { px: 512, samples: 512 };

/** A hundred things of a handful of materials, a lamp and a camera. */
const hundred = `
import bpy
materials = [bpy.data.materials.new(f"paint {i}") for i in range(6)]
for material in materials:
    material.use_nodes = True
bpy.ops.mesh.primitive_uv_sphere_add(radius=0.4)
first = bpy.context.object
for i in range(100):
    thing = first.copy() if i else first
    thing.data = first.data.copy()
    thing.name, thing.location = f"Thing {i}", (i % 10 - 4.5, i // 10 - 4.5, 0.4)
    thing.data.materials.append(materials[i % 6])
    if i:
        bpy.context.collection.objects.link(thing)
bpy.ops.object.light_add(type="SUN", rotation=(0.5, 0.2, 0))
bpy.ops.object.camera_add(location=(0, -14, 10), rotation=(0.95, 0, 0))
bpy.context.scene.camera = bpy.context.object
`;

/** The five looks of a round: what the probe is asked, and the same for a plain Blender. */
const poses = [0, 1, 2, 3, 4].map((turn) => {
  const angle = (turn - 2) * 0.35;
  return { location: [6 * Math.sin(angle), -6 * Math.cos(angle), 5], rotation_euler: [0.87, 0, angle] };
});
const moved = ({ location, rotation_euler }: (typeof poses)[number]): string =>
  `import bpy\ncamera = bpy.context.scene.camera\ncamera.location, camera.rotation_euler = ${JSON.stringify(location)}, ${JSON.stringify(rotation_euler)}\n`;

class Bench {
  readonly #engine: Engine;
  readonly #scratch: string;
  readonly blender: string;
  #count = 0;

  constructor(engine: Engine, blender: string, scratch: string) {
    this.#engine = engine;
    this.blender = blender;
    this.#scratch = scratch;
  }

  get picture(): string {
    return join(this.#scratch, "plain.png");
  }

  get scratch(): string {
    return this.#scratch;
  }

  /** A program as a run has it executed. -> seconds */
  async run(program: string, quality: Quality, view: Partial<View> = {}, keep?: string): Promise<number> {
    const dir = await mkdtemp(join(this.#scratch, "job-"));
    const began = performance.now();
    const views = [{ camera: null, name: "picture", ...view }];
    const kept = keep === undefined ? {} : { keep };
    const job = { job: `bench-${this.#count++}`, program, views, quality, limits: defaultLimits, dir, ...kept };
    const state = await this.#engine.run(job);
    const seconds = (performance.now() - began) / 1000;
    if (!state.ok) throw new Error(state.error?.message ?? "the program failed");
    await rm(dir, { recursive: true });
    return seconds;
  }

  async probe(scene: string, action: string, args: Record<string, unknown>): Promise<number> {
    const dir = await mkdtemp(join(this.#scratch, "probe-"));
    const began = performance.now();
    const reply = await this.#engine.probe({ job: "probe", scene, action, args, limits: defaultLimits, dir });
    const seconds = (performance.now() - began) / 1000;
    if (!reply.ok) throw new Error(reply.error?.message ?? `${action} failed`);
    await rm(dir, { recursive: true });
    return seconds;
  }

  cold(job: Omit<PlainJob, "path">): Promise<number> {
    return coldBlender(this.blender, this.#scratch, { ...job, path: this.picture });
  }
}

const ms = (seconds: number): string =>
  seconds < 10 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;

/** Several measurements in turns, so that another load on the machine slows all of them. -> the median of each */
async function inTurns(count: number, ...works: (() => Promise<number>)[]): Promise<number[]> {
  const times: number[][] = works.map(() => []);
  for (let i = 0; i < count; i++) for (const [at, work] of works.entries()) times[at]!.push(await work());
  return times.map(median);
}

async function probes(bench: Bench): Promise<string[]> {
  const rows = ["| one look at the six-object scene | cold Blender | probe | ratio |", "|---|---|---|---|"];
  for (const px of [128, 256, 512]) {
    const quality = { px, samples: 4 };
    await bench.run(draft, quality, {}, "six");
    const pose = poses[3]!;
    const [cold, warm] = await inTurns(
      repeats,
      () => bench.cold({ program: draft, after: moved(pose), ...quality }),
      () => bench.probe("six", "set_camera", { ...pose, ...quality }),
    );
    rows.push(`| ${px} px, 4 samples | ${ms(cold!)} | ${ms(warm!)} | ${(cold! / warm!).toFixed(1)}x |`);
  }
  return rows;
}

async function sceneInfo(bench: Bench): Promise<string[]> {
  await bench.run(hundred, small, {}, "hundred");
  const [info] = await inTurns(repeats, () => bench.probe("hundred", "scene_info", {}));
  return ["| get_scene_info | median |", "|---|---|", `| 100 objects | ${ms(info!)} |`];
}

async function realPrograms(bench: Bench): Promise<string[]> {
  const folder = join(
    resolve(process.env.VIGA_CASES ?? join(import.meta.dirname, "..", "..", "shared", "cases")),
    "photo-programs",
  );
  if (!existsSync(folder)) return ["The six real programs are left out: set VIGA_CASES to the folder of real cases."];
  const plain = await warmBlender(bench.blender, bench.scratch);
  const rows = [
    "| program, 128 px, 4 samples | cold start | bare warm Blender | executor | cold / executor | above the bare one |",
    "|---|---|---|---|---|---|",
  ];
  const [ratios, above]: number[][] = [[], []];
  try {
    for (const name of (await readdir(folder)).filter((file) => file.endsWith(".py")).sort()) {
      const program = await readFile(join(folder, name), "utf8");
      const shape = [600, 400] as const;
      const job = { program, ...small, shape, path: bench.picture };
      const view = { aspect: { width: 600, height: 400 } };
      // Each of the warm ones has seen the program once, as in the rounds of a run.
      await plain.run(job);
      await bench.run(program, small, view);
      const [cold, bare, ours] = await inTurns(
        repeats,
        () => bench.cold(job),
        () => plain.run(job),
        () => bench.run(program, small, view),
      );
      ratios!.push(cold! / ours!);
      above!.push(ours! - bare!);
      rows.push(
        `| ${name} | ${ms(cold!)} | ${ms(bare!)} | ${ms(ours!)} | ${(cold! / ours!).toFixed(1)}x | ${ms(ours! - bare!)} |`,
      );
    }
    rows.push(`| median | | | | ${median(ratios!).toFixed(1)}x | ${ms(median(above!))} |`);
    return [...rows, "", `The bare Blender's reset between two programs is in no column: ${ms(median(plain.resets))}.`];
  } finally {
    await plain.close();
  }
}

/** A program and five looks at what it made: once as an executor does them, once by a Blender for each. */
async function rounds(bench: Bench): Promise<string[]> {
  const ours = async (quality: Quality): Promise<number> => {
    const began = performance.now();
    await bench.run(draft, quality, {}, "round");
    for (const pose of poses) await bench.probe("round", "set_camera", { ...pose, ...quality });
    return (performance.now() - began) / 1000;
  };
  const saved = join(bench.scratch, "round.blend");
  const programs = (quality: Quality) => bench.cold({ program: draft, save: saved, ...quality });
  const looks = (quality: Quality, at: number) =>
    bench.cold({ program: "", open: saved, after: moved(poses[at]!), ...quality });
  const theirs = async (quality: Quality): Promise<number> => {
    let seconds = await programs(quality);
    for (const at of poses.keys()) seconds += await looks(quality, at);
    return seconds;
  };
  const rows = [
    "| a round: one program, five looks | cold Blender per action | executor | ratio |",
    "|---|---|---|---|",
  ];
  const row = (what: string, cold: number, warm: number): number =>
    rows.push(`| ${what} | ${ms(cold)} | ${ms(warm)} | ${(cold / warm).toFixed(1)}x |`);
  // A program and one look take a minute and more each, so the other four looks are taken to be like the one.
  const full = (await programs(reference)) + poses.length * (await looks(reference, 1));
  for (const [what, quality] of [
    ["128 px, 4 samples", small],
    ["a run's preview, 256 px, 16 samples", preview],
  ] as const) {
    const [equal, warm] = await inTurns(
      5,
      () => theirs(quality),
      () => ours(quality),
    );
    row(`${what}, the reference at 512 px and 512 samples`, full, warm!);
    row(`${what}, both`, equal!, warm!);
  }
  return rows;
}

const parts: Record<string, (bench: Bench) => Promise<string[]>> = {
  look: probes,
  info: sceneInfo,
  programs: realPrograms,
  round: rounds,
};

/**
 * What a look, a description, a program and a round cost, beside Blenders that are started or stay without a sandbox.
 * Usage: npm run bench -- viewpoint [look] [info] [programs] [round]
 */
export async function viewpoint(args: readonly string[]): Promise<string> {
  const unknown = args.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined)
    throw new VigaError(
      "input_invalid",
      `viewpoint has no part ${unknown}; there are ${Object.keys(parts).join(", ")}`,
    );
  const scratch = await mkdtemp(join(tmpdir(), "viga-bench-"));
  const blender = await locateBlender();
  const engine = await startBlender({ scratch });
  const loads = [loadavg()[0]!];
  try {
    const { version, isolation, cpus } = engine.card;
    const bench = new Bench(engine, blender, scratch);
    const tables: string[][] = [];
    for (const name of args.length > 0 ? args : Object.keys(parts)) {
      tables.push(await parts[name]!(bench));
      loads.push(loadavg()[0]!);
    }
    const load = `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
    const head = `Blender ${version}, ${cpus} processors, isolation ${isolation}, medians of ${repeats} in turns, load ${load}.`;
    return [head, ...tables.flatMap((table) => ["", ...table])].join("\n");
  } finally {
    await engine.close();
    await rm(scratch, { recursive: true, force: true });
  }
}
