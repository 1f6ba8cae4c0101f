import type { Approval, Context } from "./domain/index.ts";

/**
 * Why a person must see the programs of this round before they run (`approve` in viga.yaml), or null. `on_error` asks
 * for the round after a failed one: that is where a model starts to try things.
 */
export function whyApproval(mode: Approval, context: Pick<Context, "rounds">): string | null {
  if (mode === "always") return "every program is approved by a person (approve: always)";
  const last = context.rounds.at(-1)?.state;
  if (mode === "on_error" && last !== undefined && !last.ok) {
    return `the last program failed (${last.error?.type ?? "unknown"}) and its repair is approved by a person`;
  }
  return null;
}
