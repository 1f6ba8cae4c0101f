import { readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { VigaError } from "../../config/errors.ts";

/**
 * Refuses to go on in a run's folder where something in it leads out of it (a link) or may never end (a pipe, a device):
 * what is written there would land elsewhere. Links that stay inside, as `best` does, are viga's own.
 */
export async function checkOwnFolder(out: string): Promise<void> {
  const root = await realpath(out);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() || entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const shown = join(out, relative(root, path));
    if (!entry.isSymbolicLink()) throw refused(shown, "it is neither a file nor a folder");
    const target = await realpath(path).catch(() => null);
    if (target === null || !`${target}${sep}`.startsWith(`${root}${sep}`)) throw refused(shown, "it leads out of it");
  }
}

const refused = (path: string, why: string): VigaError =>
  new VigaError("input_invalid", `${path} does not belong in a run's folder: ${why}`, {
    hint: "remove it, then go on with the run",
  });
