import { randomUUID } from "node:crypto";
import type { PageSummary } from "../tools/page/summary.ts";

/** What is kept of a run for its probes. */
export interface KeptPage {
  program: string;
  page: PageSummary;
}

/** Snapshots that stay; the oldest goes first. */
const mostSnapshots = 32;

/** Kept pages by name, and snapshots of them. */
export class Scenes {
  readonly #kept = new Map<string, KeptPage>();
  readonly #snapshots = new Map<string, KeptPage>();

  keep(name: string, page: KeptPage): void {
    this.#kept.set(name, page);
  }

  get(name: string): KeptPage | undefined {
    return this.#kept.get(name);
  }

  drop(name: string): void {
    this.#kept.delete(name);
  }

  /** -> the snapshot's id, or null where no page is kept under the name */
  snapshot(name: string): string | null {
    const page = this.#kept.get(name);
    if (page === undefined) return null;
    const id = randomUUID();
    this.#snapshots.set(id, page);
    for (const oldest of [...this.#snapshots.keys()].slice(0, -mostSnapshots)) this.#snapshots.delete(oldest);
    return id;
  }

  /** -> whether there is such a snapshot */
  restore(name: string, id: string): boolean {
    const page = this.#snapshots.get(id);
    if (page !== undefined) this.#kept.set(name, page);
    return page !== undefined;
  }
}
