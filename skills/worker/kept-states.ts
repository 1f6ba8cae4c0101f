import { randomUUID } from "node:crypto";

/** Snapshots that stay; the oldest goes first. */
const mostSnapshots = 32;

/** What is kept of runs for their probes, by name, and snapshots of it: for engines whose states are data, not processes. */
export class KeptStates<State> {
  readonly #kept = new Map<string, State>();
  readonly #snapshots = new Map<string, State>();

  keep(name: string, state: State): void {
    this.#kept.set(name, state);
  }

  get(name: string): State | undefined {
    return this.#kept.get(name);
  }

  drop(name: string): void {
    this.#kept.delete(name);
  }

  /** -> the snapshot's id, or null where none is kept under the name */
  snapshot(name: string): string | null {
    const state = this.#kept.get(name);
    if (state === undefined) return null;
    const id = randomUUID();
    this.#snapshots.set(id, state);
    for (const oldest of [...this.#snapshots.keys()].slice(0, -mostSnapshots)) this.#snapshots.delete(oldest);
    return id;
  }

  /** -> whether there is such a snapshot */
  restore(name: string, id: string): boolean {
    const state = this.#snapshots.get(id);
    if (state !== undefined) this.#kept.set(name, state);
    return state !== undefined;
  }
}
