import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { defaultLimits, type Limits, type OpReply, type RunState, runState } from "../../bridge/engines/contract.ts";
import type { Quality, View } from "../../machines/domain/index.ts";
import type { SkillEngine } from "../skill.ts";

/**
 * Whose scene is described: that of the last program, of the last that succeeded before it failed, one that undo or a
 * snapshot brought back, or the base's.
 */
export const sceneOwners = ["last_program", "last_good_program", "earlier_program", "base"] as const;
export type SceneOwner = (typeof sceneOwners)[number];

/** A state of the scene: the programs that made it of the base, each on what the one before left. */
interface Kept {
  /** Name that the engine keeps it under. */
  readonly keep: string;
  readonly steps: readonly string[];
  /** Why the engine keeps nothing: the base could not be opened, or the engine ended meanwhile. Absent: not made yet. */
  made?: Promise<OpReply["error"]>;
}

/** Steps that can be undone, and named snapshots; the oldest goes first. Each is a process of 5 to 20 MB. */
export const mostSteps = 8;
export const mostSnapshots = 8;

/** Errors of a scene that went with its engine's process. */
const lost: readonly string[] = ["NoScene", "EngineEnded"];

/** A host reads an answer into a model's context, and some refuse what is longer than that can take. */
const limits: Limits = { ...defaultLimits, logKb: 16 };

const noPictures = { views: [], quality: { px: 16, samples: 1 } };
/** The scene as the program before left it, in the folder of the next one's job. */
const start = "start.blend";

interface Asked {
  views: View[];
  quality: Quality;
  dir: string;
}

/**
 * The scene of one client: what the last good program made of the base or, appended, of the scene before it. A program that
 * fails leaves it as it is. A scene whose engine was started again is made once more.
 */
export class LiveScene {
  readonly #engine: SkillEngine;
  readonly #base: { base?: string };
  readonly #name = `skill-${randomUUID()}`;
  readonly #snapshots = new Map<string, Kept>();
  #earlier: Kept[] = [];
  #now: Kept;
  #owner: SceneOwner = "base";
  #made = 0;

  constructor(engine: SkillEngine, base: string | undefined) {
    this.#engine = engine;
    this.#base = base === undefined ? {} : { base };
    this.#now = { keep: this.#next(), steps: [] };
  }

  get owner(): SceneOwner {
    return this.#owner;
  }

  /** Steps that undo can take back. */
  get undoable(): number {
    return this.#earlier.length;
  }

  /** Names of the snapshots, the oldest first. */
  get snapshots(): string[] {
    return [...this.#snapshots.keys()];
  }

  /** @param append on the scene as it is, instead of on the base */
  async run(program: string, asked: Asked, signal: AbortSignal, append = false): Promise<RunState> {
    const before = this.#now;
    const from = append && before.steps.length > 0 ? { start } : {};
    if (from.start !== undefined) {
      const saved = await this.probe("save_blend", { name: start }, asked.dir);
      if (!saved.ok) return runState.parse(saved.error ? { ok: false, log: saved.log, error: saved.error } : saved);
    }
    const keep = this.#next();
    const job = { job: keep, program, keep, limits, ...this.#base, ...asked, ...from };
    const state = await this.#engine.run(job, signal);
    if (state.ok) {
      const steps = append ? [...before.steps, program] : [program];
      await this.#step({ keep, steps, made: Promise.resolve(undefined) });
      this.#owner = "last_program";
    } else if (this.#owner === "last_program") this.#owner = "last_good_program";
    return state;
  }

  /** Looks at the scene. `dir` is where its pictures land. */
  async probe(action: string, args: Record<string, unknown>, dir: string): Promise<OpReply> {
    const kept = this.#now;
    // Before any program has run the base is opened as it is.
    kept.made ??= this.#make(kept, dir);
    const first = await this.#ask(kept, action, args, dir);
    if (!lost.includes(first.error?.type ?? "")) return first;
    kept.made = this.#make(kept, dir);
    return this.#ask(kept, action, args, dir);
  }

  /** An operation of the engine that looks at no scene. */
  async call(name: string, args: Record<string, unknown>, dir: string): Promise<OpReply> {
    return this.#engine.call({ job: this.#next(), name, args, limits, dir, ...this.#base });
  }

  /** Back to the scene before the last program that succeeded, or before the last restore. -> whether there is one */
  async undo(): Promise<boolean> {
    const before = this.#earlier.pop();
    if (before === undefined) return false;
    const undone = this.#now;
    this.#bringBack(before);
    await this.#letGo(undone);
    return true;
  }

  /** Remembers the scene under a name. -> the name of the one that had to go for it */
  async saveSnapshot(name: string): Promise<string | undefined> {
    const replaced = this.#snapshots.get(name);
    this.#snapshots.delete(name);
    this.#snapshots.set(name, this.#now);
    if (replaced) await this.#letGo(replaced);
    if (this.#snapshots.size <= mostSnapshots) return undefined;
    const [oldest, kept] = [...this.#snapshots][0]!;
    this.#snapshots.delete(oldest);
    await this.#letGo(kept);
    return oldest;
  }

  /** -> whether there is one of that name */
  async restoreSnapshot(name: string): Promise<boolean> {
    const kept = this.#snapshots.get(name);
    if (kept === undefined) return false;
    await this.#step(kept);
    this.#bringBack(kept);
    return true;
  }

  async close(): Promise<void> {
    const all = new Set([this.#now, ...this.#earlier, ...this.#snapshots.values()]);
    await Promise.all([...all].map(({ keep }) => this.#engine.drop(keep)));
  }

  #next(): string {
    this.#made += 1;
    return `${this.#name}-${this.#made}`;
  }

  #bringBack(kept: Kept): void {
    this.#now = kept;
    this.#owner = kept.steps.length === 0 ? "base" : "earlier_program";
  }

  async #step(kept: Kept): Promise<void> {
    this.#earlier.push(this.#now);
    this.#now = kept;
    const gone = this.#earlier.splice(0, this.#earlier.length - mostSteps);
    await Promise.all(gone.map((each) => this.#letGo(each)));
  }

  async #letGo(kept: Kept): Promise<void> {
    const held = [this.#now, ...this.#earlier, ...this.#snapshots.values()];
    if (!held.includes(kept)) await this.#engine.drop(kept.keep);
  }

  async #ask(kept: Kept, action: string, args: Record<string, unknown>, dir: string): Promise<OpReply> {
    const error = await kept.made;
    if (error !== undefined) return { ok: false, log: "", seconds: 0, error };
    return this.#engine.probe({ job: this.#next(), scene: kept.keep, action, args, limits, dir });
  }

  /** Its programs one after the other, each on what the one before left. */
  async #make({ keep, steps }: Kept, dir: string): Promise<OpReply["error"]> {
    for (const [index, program] of (steps.length === 0 ? [""] : steps).entries()) {
      // A folder of its own: what the program writes is none of the probe's.
      const folder = join(dir, `again-${this.#next()}`);
      await mkdir(folder, { recursive: true });
      const job = { job: this.#next(), program, keep, limits, dir: folder, ...this.#base, ...noPictures };
      const args = { name: start };
      const probe = { job: this.#next(), scene: keep, action: "save_blend", args, limits, dir: folder };
      const saved = index > 0 ? await this.#engine.probe(probe) : undefined;
      if (saved?.error !== undefined) return saved.error;
      const { error } = await this.#engine.run(saved === undefined ? job : { ...job, start });
      if (error !== undefined) return error;
    }
    return undefined;
  }
}
