import type { Context, Program } from "../../machines/domain.ts";

/** When a person is asked before a program runs (`approve` in viga.yaml). */
export type ApprovalMode = "never" | "always" | "on_error";

/** What a person is asked. The programs wait until the answer comes; their code is an artifact reference. */
export interface ApprovalRequest {
  t: number;
  programs: Program[];
  /** Why this is asked, in one sentence. */
  why: string;
}

/**
 * Whether a person must see the programs of this round before they run; the reason, or null. `on_error` asks for the
 * round after a failed one: that is where a model starts to try things.
 */
export function needsApproval(mode: ApprovalMode, context: Pick<Context, "rounds">): string | null {
  if (mode === "always") return "every program is approved by a person (approve: always)";
  const last = context.rounds.at(-1)?.state;
  if (mode === "on_error" && last !== undefined && !last.ok) {
    return `the last program failed (${last.error?.type ?? "unknown"}) and its repair is approved by a person`;
  }
  return null;
}
