import type {
  ErrorData,
  Feedback,
  Measures,
  MemoryOptions,
  Program,
  Round,
  State,
  Task,
  Usage,
} from "../domain/index.ts";
import type { EffectOutcome } from "../effects.ts";

/** Why a run ended. */
export type StopReason =
  | "end_process"
  | "max_rounds"
  | "plateau"
  | "oscillation"
  | "budget_usd"
  | "budget_minutes"
  | "failures"
  | "player_failed"
  | "stopped";

/** What memory keeps. Plain JSON, committed with every message. */
export interface MemoryContext {
  options: MemoryOptions | null;
  task: Task | null;
  /** The round under way. */
  t: number;
  rounds: Round[];
  /** The best round so far; null while none has a loss. */
  best: number | null;
  progress: Progress;
  /** Where a staged run is; null where there are no stages. */
  stage: StageProgress | null;
  /** The round that waits to be told apart from the best by more samples, and the error that its judge ended with. */
  comparing: { t: number; error: ErrorData | null } | null;
  plan: string | null;
  analysis: string | null;
  usage: Usage;
  /** The vision judge's own noise in loss, from blind A/A pairs; 0 for measured losses. */
  noise: number;
  /** ISO time of the start message: budgets count from it. */
  startedAt: string;
  paused: boolean;
  reason: StopReason | null;
  /** The reason in words. */
  why: string;
  error: ErrorData | null;
  judgeFailures: number;
}

/** What a plateau is counted from. */
export interface Progress {
  /** The round whose loss the last gain in loss reached; null before the first loss. */
  anchor: number | null;
  /** The highest similarity up to the last gain, and since. */
  similarity: number | null;
  highest: number | null;
  /** Rounds since the last gain. */
  since: number;
}

/** A stage by its place in the run's list. */
export interface StageProgress {
  index: number;
  /** Its first round. */
  began: number;
  /** Rounds of it since its last gain; a failed program has shown nothing and does not count. */
  since: number;
  /** Why the stage before it ended; null for the first. */
  because: string | null;
}

/** Input of the `compare` effect: rounds to draw with more samples. */
export interface CompareInput {
  t: number;
  rounds: Pick<Round, "t" | "program" | "measures">[];
}

/** Its output: how many samples they had, and what was measured; null where a program did not render. */
export interface CompareOutput extends Record<string, unknown> {
  samples: number;
  careful: { t: number; measures: Measures | null; error?: string }[];
}

export interface RoundBody {
  t: number;
  usage?: Partial<Usage> | Partial<Usage>[];
  plan?: string;
}

/** `at` is the time of the message, put in by the host: machines read no clock. */
export type MemoryEvent = { at?: string } & (
  | { type: "start"; task: Task; options: MemoryOptions }
  | { type: "analysis"; text: string; noise?: number; usage?: Partial<Usage> }
  | { type: "verifier.failed"; error: ErrorData; usage?: Partial<Usage> }
  | ({
      type: "feedback";
      program: Program;
      state: State;
      measures: Measures | null;
      feedback: Feedback | null;
      error: ErrorData | null;
    } & RoundBody)
  | ({ type: "state.failed"; programs: Program[]; states: State[] } & RoundBody)
  | { type: "generator.end"; t: number; reason: string; usage?: Partial<Usage> }
  | { type: "generator.failed"; t: number; error: ErrorData; usage?: Partial<Usage> }
  | { type: "retune"; stop?: Partial<MemoryOptions["stop"]>; candidates?: number }
  | { type: "pause" }
  | { type: "resume" }
  | { type: "stop"; error?: ErrorData }
  | EffectOutcome
);
