import type { View } from "../../machines/domain/index.ts";
import type { Outcome, Targets } from "./program.ts";

/** One hostile page, or program of slides. It prints a line with ESCAPED where it gets something that it should not have. */
export interface HostileDocument {
  name: string;
  outcomes: readonly Outcome[];
  /** Seconds that it is given, over its set's own. */
  seconds?: number;
  program: (targets: Targets) => string;
}

export interface HostileTheme {
  /** What its programs must not achieve; a sentence's end after "must not". */
  mustNot: string;
  programs: readonly HostileDocument[];
}

/** All hostile documents of one engine, and how it is seen that nothing of one is left for the next. */
export interface HostileDocuments {
  engine: "web" | "slides";
  view: View;
  /** An honest document that prints what it finds of an earlier one, and what it prints where it finds nothing. */
  good: string;
  log: string;
  seconds: number;
  memoryMb: number;
  /** Processes that the engine may have between two jobs. */
  processes: number;
  themes: Readonly<Record<string, HostileTheme>>;
}
