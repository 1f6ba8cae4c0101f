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
import type { StopReason } from "./stopping.ts";

/** What memory keeps. Plain JSON, committed with every message. */
export interface MemoryContext {
  options: MemoryOptions | null;
  task: Task | null;
  /** The round under way. */
  t: number;
  rounds: Round[];
  plan: string | null;
  analysis: string | null;
  usage: Usage;
  /** The vision judge's own noise in loss, from blind A/A pairs; 0 for measured losses. */
  noise: number;
  /** ISO time of the start message: budgets count from it. */
  startedAt: string;
  paused: boolean;
  reason: StopReason | null;
  error: ErrorData | null;
  judgeFailures: number;
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
);
