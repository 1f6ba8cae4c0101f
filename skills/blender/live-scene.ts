import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { defaultLimits, type Limits, type OpReply, type RunState } from "../../bridge/engines/contract.ts";
import type { Quality, View } from "../../machines/domain/index.ts";
import type { SkillEngine } from "../skill.ts";

/** Whose scene is described: that of the last program, of the last that succeeded before it failed, or the base's. */
export const sceneOwners = ["last_program", "last_good_program", "base"] as const;
export type SceneOwner = (typeof sceneOwners)[number];

interface Kept {
  /** Name that the engine keeps it under. */
  keep: string;
  program: string;
  /** Why the engine keeps nothing: the base could not be opened, or the engine ended meanwhile. */
  error?: OpReply["error"];
}

/** Errors of a scene that went with its engine's process. */
const lost: readonly string[] = ["NoScene", "EngineEnded"];

/** A host reads an answer into a model's context, and some refuse what is longer than that can take. */
const limits: Limits = { ...defaultLimits, logKb: 16 };

const noPictures = { views: [], quality: { px: 16, samples: 1 } };

/**
 * The scene of one client: what the last good program made of the base. A program that fails leaves it as it is. A scene
 * whose engine was started again is made once more.
 */
export class LiveScene {
  readonly #engine: SkillEngine;
  readonly #base: { base?: string };
  readonly #name = `skill-${randomUUID()}`;
  #kept: Promise<Kept> | null = null;
  #owner: SceneOwner = "base";
  #made = 0;

  constructor(engine: SkillEngine, base: string | undefined) {
    this.#engine = engine;
    this.#base = base === undefined ? {} : { base };
  }

  get owner(): SceneOwner {
    return this.#owner;
  }

  async run(
    program: string,
    asked: { views: View[]; quality: Quality; dir: string },
    signal: AbortSignal,
  ): Promise<RunState> {
    const keep = this.#next();
    const job = { job: keep, program, keep, limits, ...this.#base, ...asked };
    const state = await this.#engine.run(job, signal);
    if (state.ok) {
      await this.#put({ keep, program });
      this.#owner = "last_program";
    } else if (this.#owner === "last_program") this.#owner = "last_good_program";
    return state;
  }

  /** Looks at the scene. `dir` is where its pictures land. */
  async probe(action: string, args: Record<string, unknown>, dir: string): Promise<OpReply> {
    // Before any program has run the base is opened as it is.
    this.#kept ??= this.#make("", dir);
    const kept = await this.#kept;
    if (kept.error === undefined) {
      const found = await this.#ask(kept, action, args, dir);
      if (!lost.includes(found.error?.type ?? "")) return found;
    }
    this.#kept = this.#make(kept.program, dir);
    return this.#ask(await this.#kept, action, args, dir);
  }

  /** An operation of the engine that looks at no scene. */
  async call(name: string, args: Record<string, unknown>, dir: string): Promise<OpReply> {
    return this.#engine.call({ job: this.#next(), name, args, limits, dir, ...this.#base });
  }

  async close(): Promise<void> {
    const kept = await this.#kept?.catch(() => null);
    if (kept) await this.#engine.drop(kept.keep);
  }

  #next(): string {
    this.#made += 1;
    return `${this.#name}-${this.#made}`;
  }

  async #put(kept: Kept): Promise<void> {
    const before = this.#kept;
    this.#kept = Promise.resolve(kept);
    const old = await before?.catch(() => null);
    if (old) await this.#engine.drop(old.keep);
  }

  async #ask({ keep, error }: Kept, action: string, args: Record<string, unknown>, dir: string): Promise<OpReply> {
    if (error !== undefined) return { ok: false, log: "", seconds: 0, error };
    return this.#engine.probe({ job: this.#next(), scene: keep, action, args, limits, dir });
  }

  async #make(program: string, dir: string): Promise<Kept> {
    const keep = this.#next();
    // A folder of its own: what the program writes is none of the probe's.
    const folder = join(dir, "again");
    await mkdir(folder, { recursive: true });
    const job = { job: keep, program, keep, limits, dir: folder, ...this.#base, ...noPictures };
    const { error } = await this.#engine.run(job);
    return { keep, program, ...(error === undefined ? {} : { error }) };
  }
}
