import {
  type Feedback,
  type Measurement,
  type Measures,
  noUsage,
  type Program,
  type Round,
  type State,
  type Task,
  type Usage,
} from "../machines/domain/index.ts";
import type { Progress } from "./refined.ts";

/** What drawing with more samples said of a round against the best one before it. */
export interface Compared {
  with: number | null;
  best_t: number | null;
  by: "preview" | "careful";
  /** Whether the difference is within its noise all the same. */
  equal: boolean | null;
  samples: number | null;
  /** Why there are no numbers with more samples. */
  failed: string | null;
}

/** What is known of one round, as far as it has come. */
export interface RoundView {
  t: number;
  /** By candidate. */
  programs: Program[];
  states: State[];
  feedback: Feedback | null;
  measures: Measures | null;
  /** The round as memory took it; null while it is under way. */
  round: Round | null;
  /** The measured loss, or what stands for it without a target; null when the program failed. */
  loss: number | null;
  /** ISO time of the first event of the round, and of memory's. */
  startedAt: string;
  endedAt: string | null;
  /** The round whose program this one was made from. */
  from: number | null;
  /** Memory's note to the generator, such as a return to the best program. */
  note: string | null;
  /** What a staged run was working on. */
  stage: string | null;
  /** Measures with more samples, and what came of comparing it with the best by them. */
  careful: Measures | null;
  compared: Compared | null;
  errors: string[];
}

export interface FinalPictures {
  t: number;
  state: State;
  measures: Measures | null;
  saved: string | null;
}

/** A run as its tape tells it; grows event by event. */
export interface RunView {
  run: string;
  task: Task | null;
  /** What the run's measures mean; null before it started. */
  measurement: Measurement | null;
  /** File that the best state is saved as, and the ending of a program's file. */
  output: string;
  codeEnding: string;
  facts: Record<string, unknown>;
  rounds: Map<number, RoundView>;
  /** The generator's plan, and the target as the verifier described it before round 1. */
  plan: string | null;
  analysis: string | null;
  bestT: number | null;
  bestLoss: number | null;
  usage: Usage;
  /** Model calls by role. */
  calls: Map<string, Usage>;
  /** Calls counted so far, by role and key. */
  paid: Set<string>;
  /** `contenders`: the rounds that the best was chosen among by their final losses. */
  final: {
    start: FinalPictures | null;
    best: FinalPictures;
    contenders: { t: number; loss: number | null }[];
    /** Files for use elsewhere, by name. */
    extras: Record<string, string>;
  } | null;
  status: "running" | "done" | "failed" | "interrupted";
  stopReason: string | null;
  /** The reason in words. */
  stopWhy: string | null;
  error: string | null;
  startedAt: string | null;
  lastAt: string | null;
  /** What happens now, in a few words, and the loss a solver reports meanwhile. */
  activity: string;
  progress: Progress | null;
  /** Restarts, lost slots, failed jobs, and events that could not be read: time and text. */
  incidents: { time: string; text: string }[];
}

export function newRunView(): RunView {
  return {
    run: "",
    task: null,
    measurement: null,
    output: "",
    codeEnding: "",
    facts: {},
    rounds: new Map(),
    plan: null,
    analysis: null,
    bestT: null,
    bestLoss: null,
    usage: noUsage,
    calls: new Map(),
    paid: new Set(),
    final: null,
    status: "running",
    stopReason: null,
    stopWhy: null,
    error: null,
    startedAt: null,
    lastAt: null,
    activity: "starting",
    progress: null,
    incidents: [],
  };
}

/** The runView of round `t`, begun at `time` if it is new. */
export function roundAt(runView: RunView, t: number, time: string): RoundView {
  const known = runView.rounds.get(t);
  if (known !== undefined) return known;
  const fresh: RoundView = {
    t,
    programs: [],
    states: [],
    feedback: null,
    measures: null,
    round: null,
    loss: null,
    startedAt: time,
    endedAt: null,
    from: null,
    note: null,
    stage: null,
    careful: null,
    compared: null,
    errors: [],
  };
  runView.rounds.set(t, fresh);
  return fresh;
}

/** Rounds in order of t. */
export function roundsOf(runView: RunView): RoundView[] {
  return [...runView.rounds.values()].sort((a, b) => a.t - b.t);
}

/** The program of a round: the one memory took, else the first candidate. */
export function programOf(at: RoundView): Program | null {
  return at.round?.program ?? at.programs.find((one) => one !== undefined) ?? null;
}

/** The state of a round: the one memory took, else the first candidate's. */
export function stateOf(at: RoundView): State | null {
  return at.round?.state ?? at.states.find((one) => one !== undefined) ?? null;
}
