import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sharp from "sharp";
import type { TapeEvent } from "../../observers/observer.ts";
import type { Evidence } from "./invariants.ts";
import { type Kill, rounds } from "./plan.ts";
import { kill, processesOf } from "./processes.ts";
import { programOf } from "./programs.ts";

const root = resolve(import.meta.dirname, "../..");
/** A run that has not ended by then hangs. Undisturbed it takes a few seconds. */
const deadlineMs = 150_000;
/** Processes are given this long to go after the run's end. */
const lastMs = 3000;

/** Folders of the runs under way, so that whoever ends this process can end them too. */
export const underWay = new Set<string>();

export interface Killed extends Kill {
  /** False: the run was over, or the target was not there, when its time came. */
  hit: boolean;
  /** Milliseconds from the kill to the next event that the ring made. */
  recovery: number | null;
}

export interface Disturbed {
  evidence: Evidence;
  kills: Killed[];
  seconds: number;
  /** What the run printed. */
  output: string;
  /** Folder of the run; removed unless kept. */
  base: string;
}

/** One run of the fixture in processes of its own, on real Blender, with kills on the way; resumed when it was ended. */
export async function disturbedRun(
  kills: readonly Kill[],
  options: { keep?: boolean; rounds?: number } = {},
): Promise<Disturbed> {
  const base = await mkdtemp(join(tmpdir(), "chaos-"));
  underWay.add(base);
  const [out, tmp, calls] = [join(base, "out"), join(base, "tmp"), join(base, "calls.log")];
  await mkdir(tmp);
  await writeFile(join(base, "start.py"), programOf(0));
  await sharp({ create: { width: 32, height: 32, channels: 3, background: "#667788" } })
    .png()
    .toFile(join(base, "target.png"));
  const started = Date.now();
  let output = "";
  const launch = (args: string[]): ChildProcess => {
    const child = spawn(process.execPath, [join(root, "cli/main.ts"), "run", ...args, "--hosts", "processes"], {
      cwd: base,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TMPDIR: tmp },
    });
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => (output += String(text)));
    return child;
  };
  const player = `command:${process.execPath} ${join(import.meta.dirname, "player.ts")} ${calls}`;
  const quality = ["preview", "final"].flatMap((kind) => [`render.${kind}.px=32`, `render.${kind}.samples=1`]);
  const sets = [
    `roles.generator=${player}`,
    ...quality,
    `stop.max_rounds=${options.rounds ?? rounds}`,
    "stop.plateau=false",
  ];
  const fresh = ["--mode", "static_scene", "--target", join(base, "target.png"), "--start", join(base, "start.py")];
  let child = launch([...fresh, "--out", out, ...sets.flatMap((set) => ["--set", set])]);
  let exit: number | null = null;
  let over = false;
  const watch = (of: ChildProcess) => {
    of.once("exit", (code, signal) => {
      // A process that was killed is no end; one that ended by itself is.
      if (of !== child || signal === "SIGKILL" || code === 130) return;
      exit = code;
      over = true;
    });
  };
  watch(child);

  const done: Killed[] = [];
  for (const item of kills) {
    const seen = await waitFor(out, item, () => over || Date.now() - started > deadlineMs);
    if (seen && item.delay > 0) await pause(item.delay);
    const at = Date.now();
    const hit = seen && !over && (await aimedKill(item, base));
    done.push({ ...item, hit, recovery: null });
    if (hit) Object.assign(done.at(-1) ?? {}, { at });
    if (hit && (item.target === "run" || item.target === "everything" || item.target === "ctrl-c")) {
      // Without its launcher a run ends by itself; nothing of it may be left before it is continued.
      await until(() => processesOf(base).length === 0, lastMs);
      child = launch(["--resume", out]);
      watch(child);
    }
  }
  await until(() => over, deadlineMs - (Date.now() - started));
  const seconds = (Date.now() - started) / 1000;
  await until(() => processesOf(base).length === 0, lastMs);
  const left = [
    ...processesOf(base).map(({ pid, line }) => `process ${pid}: ${line.slice(0, 120)}`),
    ...(await readdir(tmp)).map((name) => `temporary file ${name}`),
  ];
  await kill("everything", base);
  underWay.delete(base);
  const evidence: Evidence = {
    events: await eventsOf(out),
    calls: await callsOf(calls),
    scores: null,
    exit,
    recoveries: [],
    left,
  };
  evidence.scores = JSON.parse(await readFile(join(out, "scores.json"), "utf8").catch(() => "null"));
  for (const one of done as (Killed & { at?: number })[]) {
    if (one.at !== undefined) one.recovery = recoveryOf(evidence.events, one.at);
  }
  evidence.recoveries = done.flatMap(({ recovery }) => (recovery === null ? [] : [recovery]));
  if (options.keep !== true) await rm(base, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return { evidence, kills: done, seconds, output, base };
}

/** A job's process lives for a moment only: it is waited for. */
async function aimedKill({ target }: Kill, base: string): Promise<boolean> {
  for (let waited = 0; waited < 1500; waited += 10) {
    if (await kill(target, base)) return true;
    await pause(10);
  }
  return false;
}

/** Milliseconds to the first round that was added after the kill. */
function recoveryOf(events: readonly TapeEvent[], at: number): number | null {
  const next = events.find(({ type, time }) => (type === "round" || type === "run.finished") && Date.parse(time) > at);
  return next === undefined ? null : Date.parse(next.time) - at;
}

async function waitFor(out: string, { after }: Kill, ended: () => boolean): Promise<boolean> {
  for (;;) {
    for (const event of await eventsOf(out)) {
      if (event.type === after.type && (after.t === null || roundOf(event) === after.t)) return true;
    }
    if (ended()) return false;
    await pause(8);
  }
}

function roundOf({ data }: TapeEvent): number | null {
  const call = /^write\/(\d+)\//.exec(String(data.key ?? ""))?.[1];
  if (call !== undefined) return Number(call);
  const holder = [data, data.round, data.state, data.program].find(
    (item) => typeof (item as { t?: unknown } | undefined)?.t === "number",
  ) as { t: number } | undefined;
  return holder?.t ?? null;
}

async function eventsOf(out: string): Promise<TapeEvent[]> {
  const text = await readFile(join(out, "tape.jsonl"), "utf8").catch(() => "");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as TapeEvent);
}

async function callsOf(path: string): Promise<{ t: number; at: number }[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { t: number; at: number });
}

async function until(done: () => boolean, ms: number): Promise<void> {
  for (const started = Date.now(); !done() && Date.now() - started < ms; ) await pause(20);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
