import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { type BlenderOptions, startBlender } from "../../bridge/engines/blender.ts";
import type { CapabilityCard, Engine, Limits, RunState } from "../../bridge/engines/contract.ts";
import { type Field, openField, scene, secret } from "./field.ts";
import { running, temporary } from "./leftovers.ts";
import { startMeter } from "./meter.ts";
import type { Hostile, Outcome, Targets } from "./program.ts";

const quality = { px: 64, samples: 2 };
const picture = { camera: null, name: "a" };
const ordinary: Limits = { seconds: 20, memoryMb: 2048, logKb: 8, fileMb: 64, processes: 128 };
/** Beyond its own seconds a job may take this long to settle. */
const graceMs = 8000;
/** Processes of a kept scene: supervisor, first process, keeper. */
const keptProcesses = 3;
/** Of the next job, which waits for it: supervisor, first process and job, or supervisor and Blender. */
const ofNextJob = { fork: 3, reset: 2, cold: 0 } as const;
/** Of the session that reads programs, where jobs are forked: supervisor, first process, and its own, which is stopped. */
const ofLint = { fork: 3, reset: 0, cold: 0 } as const;
const waiting = ({ isolation }: CapabilityCard): number => ofNextJob[isolation] + ofLint[isolation];

/** What the next job is: it looks for what was left for it, then draws the scene. */
const good = `
import builtins, glob, json, os, threading
found = [p for d in ('/tmp', '/dev/shm', os.environ['HOME'], os.environ['TMPDIR']) for p in glob.glob(d + '/**/*spore*', recursive=True)]
import bpy
found += [kind for kind in ('SCRIPTS', 'CONFIG') if glob.glob(bpy.utils.user_resource(kind) + '/**/*spore*', recursive=True)]
if hasattr(builtins, 'spore') or hasattr(bpy, 'spore') or 'spore' in json.dumps({}): found.append('interpreter')
if threading.active_count() > 1 or len(bpy.data.objects) or len(bpy.data.texts) or bpy.app.timers.is_registered is None: found.append('state')
print('found', found)
${scene}`;

export interface Verdict {
  name: string;
  outcome: Outcome | "hung";
  /** The error's type, or "" when ok. */
  type: string;
  seconds: number;
  hung: boolean;
  /** What it achieved that it must not; empty: contained. */
  escapes: string[];
  /** What is wrong besides: an outcome it must not have, a next job that fails, something left. */
  faults: string[];
}

export interface Ground {
  readonly card: CapabilityCard;
  try(hostile: Hostile): Promise<Verdict>;
  close(): Promise<void>;
}

/** An engine amid its targets. Every program runs on the same one, as in a run. */
export async function openGround(scratch: string, options: Partial<BlenderOptions> = {}): Promise<Ground> {
  process.env.OPENAI_API_KEY = secret;
  let engine = await startBlender({ scratch, cpus: 2, ...options });
  // As a slot has them: the jobs' folders beside the engine's own, closed to others.
  const jobs = join(scratch, "jobs");
  await mkdir(jobs, { mode: 0o700 });
  const field = await openField(jobs, () => engine.pid ?? 0);
  const folder = (): Promise<string> => mkdtemp(join(jobs, "job-"));
  const plain = async (): Promise<{ state: RunState; pixels: Buffer }> => {
    const dir = await folder();
    const job = { job: "good", views: [picture], quality, limits: ordinary, dir };
    const state = await engine.run({ ...job, program: good });
    const pixels = state.ok ? await sharp(join(dir, "a.png")).raw().toBuffer() : Buffer.alloc(0);
    await rm(dir, { recursive: true, force: true });
    return { state, pixels };
  };
  const first = await plain();
  if (!first.state.ok) throw new Error(`an honest job failed: ${first.state.error?.message}`);
  const reference = first.pixels;
  const files = (await temporary(scratch, true)).filter((file) => !/^(home|work|kept)-/.test(file));

  const next = async (): Promise<string[]> => {
    const { state, pixels } = await plain();
    if (!state.ok) return [`the next job failed: ${state.error?.message}`];
    const faults = state.log === "found []" ? [] : [`the next job ${state.log}`];
    const off =
      reference.length !== pixels.length || reference.some((value, i) => Math.abs(value - (pixels[i] ?? 0)) > 2);
    return off ? [...faults, "the next job's picture is another"] : faults;
  };

  const attempt = async (hostile: Hostile): Promise<Verdict> => {
    const pid = engine.pid;
    if (hostile.before !== undefined) {
      const dir = await folder();
      const job = { job: "before", views: [], quality, limits: ordinary, dir };
      await engine.run({ ...job, program: hostile.before });
      await rm(dir, { recursive: true, force: true });
    }
    const dir = await folder();
    const limits = { ...ordinary, ...hostile.limits };
    const base = await prepare(hostile, engine, field.targets, scratch);
    const own = text(hostile.program, field.targets);
    const prefix = hostile.views?.length === 0 || base !== undefined ? "" : scene;
    const meter = await startMeter(scratch);
    const began = Date.now();
    const settled = await within(
      engine.run({
        job: "hostile",
        program: `${prefix}\n${own}`,
        views: hostile.views ?? [picture],
        quality,
        limits,
        dir,
        ...(base === undefined ? {} : { base }),
        ...(hostile.keep ? { keep: "kept" } : {}),
      }),
      limits.seconds * 1000 + graceMs,
    );
    const seconds = (Date.now() - began) / 1000;
    const escapes = meter.over(hostile.most);
    const faults: string[] = [];
    let outcome: Verdict["outcome"] = "hung";
    let type = "";
    if (settled.state !== undefined) {
      outcome = settled.state.error?.kind ?? "ok";
      type = settled.state.error?.type ?? "";
      if (settled.state.ok !== (outcome === "ok")) faults.push("ok and an error at once");
      escapes.push(...said(settled.state.log), ...(await inside(dir, settled.state)));
      faults.push(...(await pictures(dir, settled.state)));
    } else if (settled.thrown !== undefined)
      faults.push(`the engine's call threw: ${String(settled.thrown).slice(0, 200)}`);
    else {
      await engine.close();
      engine = await startBlender({ scratch, cpus: 2, ...options });
    }
    if (outcome !== "hung" && !hostile.outcomes.includes(outcome))
      faults.push(
        `${outcome} (${settled.state?.error?.message ?? "no error"}) instead of ${hostile.outcomes.join(" or ")}`,
      );
    if (outcome !== "hung" && engine.pid !== pid) escapes.push("the engine's process ended");
    if (hostile.keep) escapes.push(...(await grows(dir)));
    if (settled.state?.ok) {
      for (const action of hostile.probes ?? []) {
        const to = await folder();
        const job = { job: "probe", scene: "kept", action, args: {}, limits, dir: to };
        const answered = await within(engine.probe(job), limits.seconds * 1000 + graceMs);
        if (answered.thrown !== undefined) faults.push(`its probe threw: ${String(answered.thrown).slice(0, 200)}`);
        if (answered.state === undefined && answered.thrown === undefined) faults.push(`its probe ${action} hung`);
        escapes.push(...(await inside(to, { renders: [] })));
        await rm(to, { recursive: true, force: true });
      }
    }
    faults.push(...(await next()));
    escapes.push(...(await field.damage()));
    const forks = engine.card.isolation === "fork" ? 1 : 0;
    const kept = hostile.keep ? forks : 0;
    const left = await settle(() =>
      running(engine.pid ?? 0, scratch, waiting(engine.card) + kept * keptProcesses, forks + kept),
    );
    escapes.push(...left);
    if (hostile.keep) {
      escapes.push(...(await grows(dir)));
      // Another scene under its name: the kept one goes.
      const bare = { job: "drop", program: "", views: [], quality, limits: ordinary, dir };
      await engine.run({ ...bare, keep: "kept" });
      await (engine as Engine & { drop?(scene: string): Promise<void> }).drop?.("kept");
      escapes.push(...(await settle(() => running(engine.pid ?? 0, scratch, waiting(engine.card), forks))));
    }
    const before = new Set(files);
    faults.push(
      ...(
        await settle(async () => (await temporary(scratch, waiting(engine.card) > 0)).filter((f) => !before.has(f)))
      ).map((f) => `left ${f}`),
    );
    await rm(dir, { recursive: true }).catch((error: unknown) => faults.push(`its folder cannot be removed: ${error}`));
    if (base !== undefined) await rm(base, { force: true });
    return {
      name: hostile.name,
      outcome,
      type,
      seconds,
      hung: outcome === "hung" && settled.thrown === undefined,
      escapes,
      faults,
    };
  };
  return {
    get card() {
      return engine.card;
    },
    try: attempt,
    async close() {
      await engine.close();
      await field.close();
    },
  };
}

const text = (program: string | ((targets: Targets) => string), targets: Targets): string =>
  typeof program === "string" ? program : program(targets);

async function prepare(
  hostile: Hostile,
  engine: Engine,
  targets: Targets,
  scratch: string,
): Promise<string | undefined> {
  if (hostile.base === undefined) return undefined;
  const dir = await mkdtemp(join(scratch, "base-"));
  const path = join(scratch, `${dir.slice(-6)}.blend`);
  if ("bytes" in hostile.base) await writeFile(path, hostile.base.bytes);
  else {
    const program = scene + text(hostile.base.madeBy, targets);
    const made = await engine.run({
      job: "base",
      program,
      views: [],
      quality,
      limits: ordinary,
      dir,
      save: "base.blend",
    });
    if (!made.ok) throw new Error(`the base could not be made: ${made.error?.message}`);
    await writeFile(path, await readFile(join(dir, "base.blend")));
  }
  await rm(dir, { recursive: true, force: true });
  return path;
}

export async function within<T>(job: Promise<T>, ms: number): Promise<{ state?: T; thrown?: unknown }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Record<string, never>>((done) => {
    timer = setTimeout(() => done({}), ms);
  });
  const settled = job.then(
    (state) => ({ state }),
    (thrown: unknown) => ({ thrown }),
  );
  const first = await Promise.race([settled, late]);
  clearTimeout(timer);
  return first;
}

/** Escapes the program itself printed. */
export function said(log: string): string[] {
  const lines = log.split("\n").filter((line) => line.includes("ESCAPED"));
  return log.includes(secret) ? [...lines, "the secret is in its log"] : lines;
}

/** Nothing but plain, readable files without the secret may be in a settled job's folder. */
export async function inside(dir: string, state: Pick<RunState, "renders">): Promise<string[]> {
  const found: string[] = [];
  const top = await lstat(dir);
  if (!top.isDirectory() || top.uid !== (process.getuid?.() ?? 0)) found.push("the job folder is another's");
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true }).catch(() => [])) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() && !entry.isDirectory()) found.push(`${entry.name.slice(0, 40)} is no plain file`);
    else if (entry.isFile()) {
      const info = await stat(path).catch(() => undefined);
      if (info !== undefined && (info.mode & 0o22) !== 0) found.push(`others may write ${entry.name.slice(0, 40)}`);
      if (info !== undefined && info.size < 1 << 20 && (await readFile(path)).includes(secret))
        found.push(`the secret is in ${entry.name}`);
    }
  }
  for (const { name } of state.renders) if (!/^[A-Za-z0-9_-]+$/.test(name)) found.push(`a picture is called ${name}`);
  return found;
}

/** An ok state's pictures are whole and of the size asked for. */
async function pictures(dir: string, state: RunState): Promise<string[]> {
  const faults: string[] = [];
  for (const { name } of state.renders) {
    try {
      const { info } = await sharp(join(dir, `${name}.png`))
        .raw()
        .toBuffer({ resolveWithObject: true });
      if (Math.max(info.width, info.height) !== quality.px) faults.push(`${name} is ${info.width} x ${info.height}`);
    } catch (error) {
      faults.push(`${name} is broken: ${String(error)}`);
    }
  }
  return faults;
}

/** Whether somebody still writes the file `beat`. */
async function grows(dir: string): Promise<string[]> {
  const at = async (): Promise<number> => (await stat(join(dir, "beat")).catch(() => ({ mtimeMs: 0 }))).mtimeMs;
  const before = await at();
  await new Promise((done) => setTimeout(done, 60));
  return (await at()) === before ? [] : ["it still writes after it was settled"];
}

export async function settle(look: () => Promise<string[]>): Promise<string[]> {
  const end = Date.now() + 20_000;
  for (;;) {
    const left = await look();
    if (left.length === 0 || Date.now() > end) return left;
    await new Promise((done) => setTimeout(done, 15));
  }
}

export type { Field };
