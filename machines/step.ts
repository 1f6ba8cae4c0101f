import type { Effect } from "./effects.ts";

/** What one message makes of a machine: changes to its context, and effects for the host. */
export interface Step<C> {
  patch?: Partial<C>;
  effects?: Effect[];
}

interface Enqueue<C> {
  (action: { type: "effect"; params: Effect }): void;
  assign: (patch: Partial<C>) => void;
}

/**
 * The one builder of every machine's actions: from a pure function of context and event to an XState action.
 * @param enqueueActions that of the machine's own `setup(...)`
 */
export function stepFor<C, E, A>(
  enqueueActions: (collect: (args: { context: C; event: E; enqueue: Enqueue<C> }) => void) => A,
): (of: (context: C, event: E) => Step<C>) => A {
  return (of) =>
    enqueueActions(({ context, event, enqueue }) => {
      const { patch, effects } = of(context, event);
      if (patch) enqueue.assign(patch);
      for (const params of effects ?? []) enqueue({ type: "effect", params });
    });
}
