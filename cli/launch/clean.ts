import { lstat, readdir, readlink, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { isStoreFile } from "./bus.ts";
import { type FoundRun, runAt } from "./found-run.ts";
import { pointLatest } from "./out.ts";

/** What was, or would be, removed of one run. */
export interface Cleaned {
  run: string;
  out: string;
  state: FoundRun["state"];
  /** True: the whole folder; false: leftovers in it. */
  whole: boolean;
  bytes: number;
  /** Names in the folder that are none of viga's and stay. */
  kept: string[];
}

/** Everything that viga itself writes into a run's folder, besides the saved state, whose name the run knows. */
const ours = new Set([
  ...[
    "args.json",
    "run.json",
    "run.mark",
    "scores.json",
    "tape.jsonl",
    "report.html",
    "bus.json",
    "viga.log",
    "side_by_side.png",
    "outcome.json",
  ],
  ...["best", "codes", "renders", "targets", "generator_thoughts", "verifier_thoughts", "artifacts", "bus"],
  ...["scene.glb", "animation.gif", "animation.mp4", "animation.png", "orbit"],
]);
const isOurs = (run: FoundRun, name: string) => ours.has(name) || name === run.output || name.endsWith(".part");

/**
 * Removes what a finished run needs no more: the store of its own bus, and files of trials. Null when there is nothing.
 * A run that is not finished needs its store to go on, and is left alone.
 */
export async function cleanLeftovers(run: FoundRun, dryRun: boolean): Promise<Cleaned | null> {
  if (run.state !== "done" && run.state !== "failed") return null;
  const stored = (await readdir(join(run.out, "bus")).catch(() => [])).filter(isStoreFile);
  const paths = [
    ...stored.map((name) => join(run.out, "bus", name)),
    new ArtifactStore(join(run.out, "artifacts")).transient,
  ];
  const sizes = await Promise.all(paths.map(sizeOf));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes === 0) return null;
  if (!dryRun) for (const path of paths) await rm(path, { recursive: true, force: true });
  return { run: run.run, out: run.out, state: run.state, whole: false, bytes, kept: [] };
}

/** Removes a whole run; never one that is running. What somebody else put into its folder stays, and is named. */
export async function removeRun(run: FoundRun, dryRun: boolean): Promise<Cleaned | null> {
  // Looked at again: it may have been gone on with since it was found.
  if (((await runAt(run.out))?.state ?? "running") === "running") return null;
  const names = await readdir(run.out);
  const gone = names.filter((name) => isOurs(run, name));
  const kept = names.filter((name) => !isOurs(run, name));
  const sizes = await Promise.all(gone.map((name) => sizeOf(join(run.out, name))));
  if (!dryRun) {
    // run.json last: a removal that is cut off can be found and ended.
    const order = [...gone.filter((name) => name !== "run.json"), "run.json"];
    for (const name of order) await rm(join(run.out, name), { recursive: true, force: true });
    await removeEmpty(run.out);
  }
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return { run: run.run, out: run.out, state: run.state, whole: true, bytes, kept };
}

/** The folder, and those around it that held nothing else, up to `output`. */
async function removeEmpty(folder: string): Promise<void> {
  const top = resolve("output");
  for (let at = folder; at !== top && at !== dirname(at); at = dirname(at)) {
    if (at !== folder && !at.startsWith(`${top}/`)) return;
    const isGone = await rmdir(at).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}

/** Points `output/latest` at the newest run left, or takes it away with the last one. */
export async function mendLatest(left: readonly FoundRun[]): Promise<void> {
  const latest = resolve("output", "latest");
  const target = await readlink(latest).catch(() => null);
  if (target === null || (await stat(latest).catch(() => null)) !== null) return;
  const newest = left.toSorted((a, b) => (b.started ?? "").localeCompare(a.started ?? ""))[0];
  if (newest === undefined) await rm(latest, { force: true });
  else await pointLatest(newest.out);
}

/** Bytes of a file or folder; links count as nothing. */
async function sizeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => null);
  if (found === null || found.isSymbolicLink()) return 0;
  if (!found.isDirectory()) return found.size;
  const names = await readdir(path);
  return (await Promise.all(names.map((name) => sizeOf(join(path, name))))).reduce((sum, size) => sum + size, 0);
}
