import { randomBytes } from "node:crypto";
import { mkdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { VigaError } from "../../config/errors.ts";

/**
 * Puts a file where readers see the old one or the new, never a piece: `write` makes it beside, under a name of its
 * own, and a rename puts it there. Makes the folder; removes the half-made file on failure. Throws `internal`.
 */
export async function placeAtomic(path: string, write: (beside: string) => Promise<void>): Promise<void> {
  // Two writers of one path, in one process or in two, must not share the file beside.
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.part`);
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await write(beside);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    const full = (cause as NodeJS.ErrnoException).code === "ENOSPC";
    const why = full ? "the disk is full" : cause instanceof Error ? cause.message : String(cause);
    throw new VigaError("internal", `cannot write ${path}: ${why}`, {
      hint: full ? "free some space there" : "is the output folder writable?",
      cause,
    });
  }
}

/**
 * Writes a file in one step.
 *
 * @param options.mode permission bits of the new file, default 0o600: what a run leaves is its user's own
 */
export async function writeAtomic(
  path: string,
  content: string | Buffer,
  options: { mode?: number } = {},
): Promise<void> {
  await placeAtomic(path, (beside) => writeFile(beside, content, { mode: 0o600, ...options }));
}

/** Points a symbolic link at `target` (as given, so it may be relative), replacing an older link in one step. */
export async function linkAtomic(path: string, target: string): Promise<void> {
  if ((await readlink(path).catch(() => null)) === target) return;
  await placeAtomic(path, (beside) => symlink(target, beside));
}
