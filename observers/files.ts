import { mkdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { VigaError } from "../config/errors.ts";

const part = (path: string) => join(dirname(path), `.${basename(path)}.${process.pid}.part`);

/** Writes a file so that a reader sees the old content or the new, never a piece. Makes its folder. */
export async function writeAtomic(path: string, content: string | Buffer): Promise<void> {
  const beside = part(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, content);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw new VigaError("internal", `cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      hint: "is the disk full, or the output folder not writable?",
      cause,
    });
  }
}

/** Points a symbolic link at `target` (as given, so it may be relative), replacing an older link in one step. */
export async function linkAtomic(path: string, target: string): Promise<void> {
  if ((await readlink(path).catch(() => null)) === target) return;
  const beside = part(path);
  await rm(beside, { force: true });
  await symlink(target, beside);
  await rename(beside, path);
}

/**
 * A render's name as a file name: no folders, no leading dot, ".png" added, and never the name of a file that the
 * output tree itself puts beside renders. Names come from an engine that ran a stranger's program.
 */
export function renderFile(name: string): string {
  const bare = name
    .replace(/\.png$/i, "")
    .replaceAll(/[^\w.-]+/g, "_")
    .replace(/^\.+/, "")
    .slice(0, 80);
  return bare === "" || bare === "diff" ? `view_${bare}.png` : `${bare}.png`;
}
