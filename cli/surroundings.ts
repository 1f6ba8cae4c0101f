import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";

/** Folder that holds the project's package.json. */
const root = join(import.meta.dirname, "..");

/**
 * `npm run viga` starts in the project's folder wherever it was called, and says in INIT_CWD where that was: relative
 * paths are the caller's.
 */
export function enterCallersFolder(env: NodeJS.ProcessEnv = process.env): void {
  const caller = env.INIT_CWD;
  if (caller === undefined || env.npm_lifecycle_event !== "viga" || !isSame(process.cwd(), root)) return;
  process.chdir(caller);
}

/** A relative TMPDIR means another folder to every process that runs elsewhere: it is made absolute once. */
export function fixScratchRoot(env: NodeJS.ProcessEnv = process.env): void {
  if (env.TMPDIR !== undefined && env.TMPDIR !== "") env.TMPDIR = resolve(env.TMPDIR);
}

function isSame(one: string, other: string): boolean {
  return realpathSync(one) === realpathSync(other);
}
