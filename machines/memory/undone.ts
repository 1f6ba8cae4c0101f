import type { Round } from "../domain/index.ts";

/** The rounds that no later program took back (undo_last_step): what its writer undid leaves the window. */
export function standing(rounds: readonly Round[]): Round[] {
  const undone = new Set(rounds.flatMap(({ program }) => program?.undone ?? []));
  return rounds.filter(({ t }) => !undone.has(t));
}
