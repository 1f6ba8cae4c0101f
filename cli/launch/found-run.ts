import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isHeard } from "../../actors/run/control.ts";
import { knownRuns, progressOf } from "../../actors/run/known-runs.ts";
import { readBusFile } from "../../bridge/bus/address.ts";
import type { Bus } from "../../bridge/bus/connection.ts";
import { isAlive } from "../../bridge/processes/identity.ts";
import { runSpecSchema } from "../../machines/domain/index.ts";
import { tapeEnd } from "../../observers/tape.ts";

/**
 * `interrupted` can be gone on with (viga run --resume); `other_version` did not finish either, and only the version that
 * made it can go on with it.
 */
export const runStates = ["running", "interrupted", "done", "failed", "other_version"] as const;
export type RunState = (typeof runStates)[number];

/** A run as its folder, or a bus, tells of it. */
export interface FoundRun {
  run: string;
  state: RunState;
  /** Version that made it; null where it does not say. */
  viga: string | null;
  /** ISO 8601, UTC. */
  started: string | null;
  mode: string | null;
  task: string | null;
  /** Loss of the best round. */
  loss: number | null;
  /** Rounds after the start state. */
  rounds: number;
  /** Folder of the run, on the host that made it. */
  out: string;
  /** Name of the saved state in it. */
  output: string;
  /** When something was last written there, milliseconds since 1970; null: the folder is not here. */
  touched: number | null;
}

/** run.json of any version. */
const anySpec = z.looseObject({
  schema: z.number(),
  run: z.string(),
  viga: z.string().nullable().default(null),
  created: z.string().nullable().default(null),
  output: z.string().default("blender_file.blend"),
  task: z.looseObject({ mode: z.string().nullable().default(null), name: z.string().nullable().default(null) }),
});

/** scores.json of any version: the first ones had `pl` only. */
const anyScores = z.looseObject({
  started: z.string().nullable().default(null),
  rounds: z.array(z.looseObject({ t: z.number() })).default([]),
  best: z.looseObject({ loss: z.number().nullish(), pl: z.number().nullish() }).nullable().default(null),
});

/** Folders under this many levels of a folder hold runs; batches and experiments put them deeper than a single run. */
const depth = 8;

/** Every run whose folder lies in `dir`, or is it. */
export async function runsIn(dir: string, level = 0): Promise<FoundRun[]> {
  const here = await runAt(dir);
  if (here !== null) return [here];
  if (level >= depth) return [];
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  // Not through links: output/latest names a run that is found in its own place.
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== "node_modules");
  return (await Promise.all(folders.map(({ name }) => runsIn(join(dir, name), level + 1)))).flat();
}

/** The run in this very folder; null when it holds none. */
export async function runAt(out: string): Promise<FoundRun | null> {
  const spec = anySpec.safeParse(await readJson(join(out, "run.json"))).data;
  if (spec === undefined) return null;
  const scores = anyScores.safeParse(await readJson(join(out, "scores.json"))).data;
  const touched = await lastWrite(out);
  return {
    run: spec.run,
    state: await stateOf(out, spec.schema, touched),
    viga: spec.viga,
    started: spec.created ?? scores?.started ?? null,
    mode: spec.task.mode,
    task: spec.task.name,
    loss: scores?.best?.loss ?? scores?.best?.pl ?? null,
    rounds: scores?.rounds.filter(({ t }) => t > 0).length ?? 0,
    out,
    output: spec.output,
    touched,
  };
}

async function stateOf(out: string, schema: number, touched: number): Promise<RunState> {
  const end = await tapeEnd(out);
  if (end !== null) return end.status === "done" ? "done" : "failed";
  const file = await readBusFile(out).catch(() => null);
  const alive = file?.process === undefined ? null : isAlive(file.process);
  // On another host, or at its very start: what was written lately is taken for alive.
  if (alive ?? Date.now() - touched < lately) return "running";
  return schema === runSpecSchema ? "interrupted" : "other_version";
}

/** Milliseconds in which a run that goes on writes something. */
const lately = 3_600_000;

async function lastWrite(out: string): Promise<number> {
  const times = ["run.json", "bus.json", "tape.jsonl", "viga.log"].map((name) =>
    stat(join(out, name)).then(
      (found) => found.mtimeMs,
      () => 0,
    ),
  );
  return Math.max(...(await Promise.all(times)));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return null;
  }
}

/** Runs that a bus knows of, this version's only. */
export async function runsOn(bus: Bus, signal: AbortSignal): Promise<FoundRun[]> {
  return Promise.all(
    (await knownRuns(bus, signal)).map(async ({ spec, ended }) => ({
      run: spec.run,
      state: ended?.status ?? ((await isHeard(bus, spec.run)) ? "running" : "interrupted"),
      viga: spec.viga,
      started: spec.created,
      mode: spec.task.mode,
      task: spec.task.name,
      ...(await progressOf(bus, spec.run, signal)),
      out: spec.out,
      output: spec.output,
      touched: null,
    })),
  );
}
