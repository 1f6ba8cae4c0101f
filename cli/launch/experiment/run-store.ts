import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type RunOutcome, readOutcome } from "./outcome.ts";
import { keyMark, markIn } from "./planned-runs.ts";

/** A finished run that was found by its key. */
export interface StoredRun {
  /** Absolute path of its folder. */
  dir: string;
  outcome: RunOutcome;
}

/**
 * The finished runs of an experiment and of those beside it, found by content: the end of a run's key stands in its
 * folder's name, the whole key in its outcome.
 */
export class RunStore {
  readonly #folders: ReadonlyMap<string, readonly string[]>;

  private constructor(folders: ReadonlyMap<string, readonly string[]>) {
    this.#folders = folders;
  }

  /** Lists the experiment folder `out` first, then every other in the folder around it. */
  static async open(out: string): Promise<RunStore> {
    const beside = await foldersIn(dirname(out));
    const folders = new Map<string, string[]>();
    for (const experiment of [out, ...beside.filter((path) => basename(path) !== basename(out))]) {
      for (const cell of await foldersIn(experiment)) {
        for (const run of await foldersIn(cell)) {
          const mark = markIn(run);
          if (mark !== undefined) folders.set(mark, [...(folders.get(mark) ?? []), run]);
        }
      }
    }
    return new RunStore(folders);
  }

  /** A run that is done and whole, by its key; null where there is none. */
  async find(key: string): Promise<StoredRun | null> {
    for (const dir of this.#folders.get(keyMark(key)) ?? []) {
      const outcome = await readOutcome(dir);
      if (outcome?.key !== key || outcome.status !== "done") continue;
      if (existsSync(join(dir, "tape.jsonl")) && existsSync(join(dir, "scores.json"))) return { dir, outcome };
    }
    return null;
  }
}

/** Folders in a folder, links left out. */
async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
}
