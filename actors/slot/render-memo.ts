import { createHash, randomBytes } from "node:crypto";
import { chmod, copyFile, lstat, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type CapabilityCard, type Engine, type RunState, runState } from "../../bridge/engines/contract.ts";
import type { RunSpec } from "../../machines/domain/index.ts";

type Asked = Parameters<Engine["run"]>[0];

const entry = z.object({ state: runState, files: z.array(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/)) });

/**
 * What runs of an experiment have drawn, by everything that a drawing depends on: the same program with the same seed is
 * executed and drawn once. Failed programs are not kept, because a time limit may fall on a busy machine alone.
 */
export class RenderMemo {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Answers from the memo with the files in the job's folder, or asks and remembers. `filesOf` names what is kept. */
  async run(
    key: string,
    asked: Pick<Asked, "dir">,
    ask: () => Promise<RunState>,
    filesOf: (state: RunState) => string[],
  ): Promise<{ state: RunState; known: boolean }> {
    const known = await this.#find(key, asked.dir);
    if (known !== null) return { state: known, known: true };
    const state = await ask();
    if (state.ok) await this.#keep(key, asked.dir, state, filesOf(state));
    return { state, known: false };
  }

  async #find(key: string, dir: string): Promise<RunState | null> {
    const folder = this.#folderOf(key);
    const text = await readFile(join(folder, "state.json"), "utf8").catch(() => null);
    if (text === null) return null;
    const { state, files } = entry.parse(JSON.parse(text));
    await Promise.all(files.map((name) => copyFile(join(folder, name), join(dir, name))));
    return state;
  }

  /** A folder appears whole or not at all: it is made beside and renamed. */
  async #keep(key: string, dir: string, state: RunState, files: readonly string[]): Promise<void> {
    const beside = join(this.#folder, `.${randomBytes(6).toString("hex")}.part`);
    try {
      await mkdir(beside, { recursive: true, mode: 0o700 });
      for (const name of files) {
        // A link that a program left there would be followed out of its sandbox.
        if (!(await lstat(join(dir, name))).isFile()) throw new Error(`${name} is no file`);
        await copyFile(join(dir, name), join(beside, name));
        await chmod(join(beside, name), 0o600);
      }
      await writeFile(join(beside, "state.json"), JSON.stringify({ state, files }), { mode: 0o600 });
      await rename(beside, this.#folderOf(key));
    } catch {
      // Another slot kept it first, it is no plain file, or there is no room: it is drawn again where it is needed.
      await rm(beside, { recursive: true, force: true });
    }
  }

  #folderOf(key: string): string {
    return join(this.#folder, key);
  }
}

/**
 * Key of a job in the memo. null where programs may load files of the run's own, which no key could stand for, and where the
 * scene is saved: that is done once a run, and a scene may be large.
 */
export function memoKey(asked: Asked, spec: RunSpec, card: CapabilityCard): string | null {
  if ((asked.assets ?? []).length > 0 || asked.save !== undefined) return null;
  const { program, views, quality, seed, renderSeed = null } = asked;
  const { engine, version, devices } = card;
  const base = spec.task.base;
  const parts = [engine, version, devices, base, views, quality, seed, renderSeed, program];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
