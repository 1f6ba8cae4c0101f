import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namespaceOf, startOf } from "./identity.ts";

/** `viga-<what>.<pid>.<start>.<namespace>.<random>`: the name says whose it is from its first moment on. */
const owned = /^viga-[A-Za-z0-9_-]+\.(\d+)\.(\d+)\.(\d+)\.[A-Za-z0-9]{6}$/;

/** Makes a private folder under the system's temporary folder, which `sweepScratch` removes if this process is killed. */
export async function makeScratch(what: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `viga-${what}.${process.pid}.${ownStart()}.${ownNamespace()}.`));
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
