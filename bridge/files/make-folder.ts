import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Makes a folder and those above it, for their user alone, one by one: Node's own recursive mkdir never returns where a
 * file system answers ENOENT to every new folder (/proc). Rejects with the system's error.
 */
export async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return;
  const above = dirname(path);
  if (above !== path) await makeFolder(above);
  await mkdir(path, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
    // Another process may have made it meanwhile.
    if (error.code === "EEXIST" && (await stat(path)).isDirectory()) return;
    throw error;
  });
}
