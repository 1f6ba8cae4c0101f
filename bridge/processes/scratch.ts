import { access, constants, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VigaError } from "../../config/errors.ts";
import { namespaceOf, startOf } from "./identity.ts";

/** `viga-<what>.<pid>.<start>.<namespace>.<random>`: the name says whose it is from its first moment on. */
const owned = /^viga-[A-Za-z0-9_-]+\.(\d+)\.(\d+)\.(\d+)\.[A-Za-z0-9]{6}$/;

/** Makes a private folder under the system's temporary folder, which `sweepScratch` removes if this process is killed. */
export async function makeScratch(what: string): Promise<string> {
  await checkScratchRoot();
  const start = join(tmpdir(), `viga-${what}.${process.pid}.${ownStart()}.${ownNamespace()}.`);
  return mkdtemp(start).catch((cause: unknown) => {
    throw unusable(
      (cause as NodeJS.ErrnoException).code === "ENOSPC" ? "is on a full disk" : "cannot be written to",
      cause,
    );
  });
}

/** Checks that scratch folders can be made where the system says. Throws `input_invalid`, naming TMPDIR where it is set. */
export async function checkScratchRoot(): Promise<void> {
  const found = await stat(tmpdir()).catch(() => null);
  if (found === null) throw unusable("does not exist");
  if (!found.isDirectory()) throw unusable("is not a folder");
  await access(tmpdir(), constants.W_OK | constants.X_OK).catch((cause: unknown) => {
    throw unusable("cannot be written to", cause);
  });
}

function unusable(why: string, cause?: unknown): VigaError {
  const name = process.env.TMPDIR ? "TMPDIR" : "the folder for temporary files";
  return new VigaError("input_invalid", `${name} ${tmpdir()} ${why}`, {
    hint: "set TMPDIR to a folder that can be written to, with some free space",
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Removes the scratch folders of processes that were killed before they could do so themselves. Folders of live
 * processes, of other process namespaces (another container on the same /tmp) and of anybody else stay.
 * @returns names of the folders removed
 */
export async function sweepScratch(root: string = tmpdir()): Promise<string[]> {
  const namespace = ownNamespace();
  const names = await readdir(root).catch(() => [] as string[]);
  const stale = names.filter((name) => {
    const [, pid, start, of] = owned.exec(name) ?? [];
    return pid !== undefined && of === namespace && namespace !== "0" && !runs(Number(pid), start ?? "");
  });
  const removed = stale.map(async (name) => {
    // What was just killed may still be writing; what belongs to another user stays.
    await rm(join(root, name), { recursive: true, force: true, maxRetries: 3, retryDelay: 50 }).catch(() => undefined);
    return name;
  });
  return Promise.all(removed);
}

function runs(pid: number, start: string): boolean {
  try {
    return startOf(pid) === start;
  } catch {
    return false;
  }
}

function ownStart(): string {
  try {
    return startOf(process.pid);
  } catch {
    return "0";
  }
}

/** "0" where /proc does not say: nothing is swept there. */
function ownNamespace(): string {
  try {
    return namespaceOf();
  } catch {
    return "0";
  }
}
