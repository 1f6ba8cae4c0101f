import type { Engine } from "../../bridge/engines/contract.ts";

/**
 * The live scenes that a slot's engine keeps for probes. Each is one candidate of one round of one run, and of a run no
 * more are kept than the candidates of its latest round: a scene costs a process, or a file.
 */
export class KeptScenes {
  readonly #engine: Pick<Engine, "drop">;
  readonly #kept = new Map<string, { t: number; candidate: number }[]>();
  readonly #sessions = new Map<string, string>();

  constructor(engine: Pick<Engine, "drop">) {
    this.#engine = engine;
  }

  /** What the engine calls a candidate's scene. */
  nameOf(run: string, { t, candidate }: { t: number; candidate: number }): string {
    return `${run}.${t}.${candidate}`;
  }

  /** A candidate of round `t` is about to run: scenes of the run's other rounds go. */
  async beginRound(run: string, t: number): Promise<void> {
    await this.#keep(run, (scene) => scene.t === t);
  }

  /** The engine keeps this scene now. */
  add(run: string, { t, candidate }: { t: number; candidate: number }): void {
    const others = (this.#kept.get(run) ?? []).filter((scene) => scene.t !== t || scene.candidate !== candidate);
    this.#kept.set(run, [...others, { t, candidate }]);
  }

  /** A candidate was chosen: the scenes of the others of its round go. */
  async choose(run: string, { t, candidate }: { t: number; candidate: number }): Promise<void> {
    await this.#keep(run, (scene) => scene.t !== t || scene.candidate === candidate);
  }

  /** What the engine calls a session of calls of a run. A run has one at a time. */
  session(run: string, name: string): string {
    const full = `${run}.${name}`;
    const before = this.#sessions.get(run);
    this.#sessions.set(run, full);
    if (before !== undefined && before !== full) void this.#engine.drop(before);
    return full;
  }

  /** The run is over: all of its scenes go. */
  async end(run: string): Promise<void> {
    await this.#keep(run, () => false);
    const session = this.#sessions.get(run);
    this.#sessions.delete(run);
    if (session !== undefined) await this.#engine.drop(session);
  }

  async #keep(run: string, stays: (scene: { t: number; candidate: number }) => boolean): Promise<void> {
    const scenes = this.#kept.get(run) ?? [];
    const left = scenes.filter(stays);
    if (left.length > 0) this.#kept.set(run, left);
    else this.#kept.delete(run);
    for (const scene of scenes) if (!stays(scene)) await this.#engine.drop(this.nameOf(run, scene));
  }
}
