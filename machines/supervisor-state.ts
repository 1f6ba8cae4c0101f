import type { ErrorData, MemoryOptions, Round, Task, Usage } from "./domain/index.ts";
import type { EffectOutcome } from "./effects.ts";

/** What a run's supervisor keeps. Plain JSON, committed with every message. */
export interface SupervisorContext {
  task: Task | null;
  memory: MemoryOptions | null;
  /** Facts about the run for observers: out folder, players, configuration. */
  facts: Record<string, unknown>;
  lease: { slot: string; epoch: number } | null;
  /** Leases asked for so far; makes each request's key its own. */
  leases: number;
  recoveries: number;
  stopped: Stopped | null;
  failure: ErrorData | null;
  /** How the run ends, once nothing but giving its lease back is left to do; `best_t` as the final pictures chose it. */
  ending: { status: "done" | "failed"; reason: string; error: ErrorData | null; best_t?: number } | null;
}

/** What memory says at its end. `contenders`: rounds that noise leaves equal to the best. */
interface Stopped extends Record<"best" | "start", Round | null> {
  reason: string;
  why: string;
  error: ErrorData | null;
  contenders: Round[];
  usage: Usage;
}

export type SupervisorEvent =
  | { type: "begin"; task: Task; memory: MemoryOptions; facts: Record<string, unknown> }
  | ({ type: "stopped" } & Stopped)
  | { type: "slot.lost"; slot: string; epoch: number; why: string }
  | { type: "slot.failed"; slot: string }
  | { type: "role.restarted"; role: string; reason: string }
  | { type: "role.failed"; role: string; error: ErrorData }
  | { type: "control"; verb: "pause" | "resume" | "stop" | "set" | "approve"; data: Record<string, unknown> }
  | EffectOutcome;
