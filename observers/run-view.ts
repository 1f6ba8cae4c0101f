import {
  type Feedback,
  type Measures,
  noUsage,
  type Program,
  type Round,
  type State,
  type Task,
  type Usage,
} from "../machines/domain/index.ts";

/** What is known of one round, as far as it has come. */
export interface RoundStory {
  t: number;
  /** By candidate. */
  programs: Program[];
  states: State[];
  feedback: Feedback | null;
  measures: Measures | null;
  /** The round as memory took it; null while it is under way. */
  round: Round | null;
  /** PL, or what stands for it without a target; null when the program failed. */
  loss: number | null;
  /** ISO time of the first event of the round, and of memory's. */
  startedAt: string;
  endedAt: string | null;
  /** The round whose program this one was made from. */
  from: number | null;
  /** Memory's note to the generator, such as a return to the best program. */
  note: string | null;
  errors: string[];
}

export interface FinalPictures {
  t: number;
  state: State;
  measures: Measures | null;
  saved: string | null;
}

/** A run as its tape tells it; grows event by event. */
export interface RunStory {
  run: string;
  task: Task | null;
  facts: Record<string, unknown>;
  rounds: Map<number, RoundStory>;
  bestT: number | null;
  bestLoss: number | null;
  usage: Usage;
  /** Model calls by role. */
  calls: Map<string, Usage>;
  /** Calls counted so far, by role and key. */
  paid: Set<string>;
  final: { start: FinalPictures | null; best: FinalPictures } | null;
  status: "running" | "done" | "failed" | "interrupted";
  stopReason: string | null;
  error: string | null;
  startedAt: string | null;
  lastAt: string | null;
  /** What happens now, in a few words, and the loss a solver reports meanwhile. */
  activity: string;
  progress: { text: string; fraction: number | null; loss: number | null } | null;
  /** Restarts, lost slots, failed jobs, and events that could not be read: time and text. */
  incidents: { time: string; text: string }[];
}

export function newStory(): RunStory {
  return {
    run: "",
    task: null,
    facts: {},
    rounds: new Map(),
    bestT: null,
    bestLoss: null,
    usage: noUsage,
    calls: new Map(),
    paid: new Set(),
    final: null,
    status: "running",
    stopReason: null,
    error: null,
    startedAt: null,
    lastAt: null,
    activity: "starting",
    progress: null,
    incidents: [],
  };
}

/** The story of round `t`, begun at `time` if it is new. */
export function roundAt(story: RunStory, t: number, time: string): RoundStory {
  const known = story.rounds.get(t);
  if (known !== undefined) return known;
  const fresh: RoundStory = {
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
    errors: [],
  };
  story.rounds.set(t, fresh);
  return fresh;
}

/** Rounds in order of t. */
export function roundsOf(story: RunStory): RoundStory[] {
  return [...story.rounds.values()].sort((a, b) => a.t - b.t);
}

/** The program of a round: the one memory took, else the first candidate. */
export function programOf(at: RoundStory): Program | null {
  return at.round?.program ?? at.programs.find((one) => one !== undefined) ?? null;
}

/** The state of a round: the one memory took, else the first candidate's. */
export function stateOf(at: RoundStory): State | null {
  return at.round?.state ?? at.states.find((one) => one !== undefined) ?? null;
}
