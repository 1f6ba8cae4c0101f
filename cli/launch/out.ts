import { existsSync, statSync } from "node:fs";
import { access, constants, readlink, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { makeFolder } from "../../bridge/files/make-folder.ts";
import { linkAtomic } from "../../bridge/files/write-atomic.ts";
import { VigaError } from "../../config/errors.ts";

/** `output/<mode>/<timestamp>/<task>`, under the folder the command was started in. */
export function defaultOut(mode: string, task: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return resolve("output", mode, stamp, task);
}

/** Checks that a run could have this output folder, and makes nothing. One that holds a run is never overwritten. */
export async function checkOut(out: string): Promise<void> {
  const taken = await stat(join(out, "run.json")).then(
    () => true,
    () => false,
  );
  if (taken) {
    throw new VigaError("input_invalid", `${out} already holds a run`, {
      hint: `continue it with: viga run --resume ${out}, or give another --out`,
    });
  }
  let nearest = out;
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest);
  if (!statSync(nearest).isDirectory()) throw unwritable(out);
  await access(nearest, constants.W_OK | constants.X_OK).catch((cause: unknown) => {
    throw unwritable(out, cause);
  });
}

/** Makes the output folder that `checkOut` found free. Throws `input_invalid`. */
export async function makeOut(out: string): Promise<void> {
  try {
    await makeFolder(out);
    await access(out, constants.W_OK);
  } catch (cause) {
    throw unwritable(out, cause);
  }
}

function unwritable(out: string, cause?: unknown): VigaError {
  return new VigaError("input_invalid", `cannot write to the output folder ${out}`, {
    ...(cause === undefined ? {} : { cause }),
    hint: "give a writable one with --out",
  });
}

/** Points `output/latest` at a run's folder, atomically. */
export async function pointLatest(out: string): Promise<void> {
  const latest = resolve("output", "latest");
  await linkAtomic(latest, relative(dirname(latest), out));
}

/** A folder that a user named. Throws `not_found`. */
export function existingFolder(given: string): string {
  const folder = resolve(given);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new VigaError("not_found", `no folder ${given}`, { hint: "give a run's output folder" });
}

/** The folder of the run to look at: the one given, else the newest. Throws `not_found`. */
export async function findOut(given?: string): Promise<string> {
  if (given !== undefined) return existingFolder(given);
  const latest = resolve("output", "latest");
  const target = await readlink(latest).catch(() => null);
  if (target === null) {
    throw new VigaError("not_found", "no run yet: there is no output/latest here", {
      hint: "start one: viga run TASK_DIR",
    });
  }
  return resolve(dirname(latest), target);
}
