import type {
  Context,
  Feedback,
  Measurement,
  Measures,
  Program,
  Quality,
  Round,
  Stage,
  State,
  Task,
  Usage,
  View,
} from "../../machines/domain/index.ts";

/** An engine job as a player asks for it (calls of one `session` share a process where the engine can do that); the host adds job id, lease, limits and folder, and survives a lost slot. */
export type JobRequest =
  | { op: "call"; name: string; args: Record<string, unknown>; files?: string[]; seconds?: number; session?: string }
  /** `scene`: whose scene is looked at; absent: the one that the turn is about (what is judged, what is changed). */
  | { op: "probe"; action: string; args: Record<string, unknown>; scene?: SceneRef; seconds?: number };

/** One candidate's scene: its round and number, its program (an artifact) and the slot that ran it. */
export interface SceneRef {
  t: number;
  candidate: number;
  code: string;
  slot: string;
}

/** The scene that a program of the context made; null where it is in no round that the context shows. */
export function sceneOf(program: Program | null, { rounds, best }: Context): SceneRef | null {
  if (program === null) return null;
  const { t, candidate, code } = program;
  const round = [...rounds, ...(best === null ? [] : [best])].find((each) => each.t === t && each.state.ok);
  return round === undefined ? null : { t, candidate, code, slot: round.state.slot };
}

export interface JobReply {
  ok: boolean;
  result: unknown;
  error?: { kind: string; type: string; message: string; line?: number; hint?: string };
  /** Files the job wrote that the request asked for (`files`: names or globs), by name, as artifacts. */
  files: Record<string, string>;
}

/**
 * What a host lends a player. A player has no other way to the outside: no bus, no engine, no disk.
 */
export interface PlayerIO {
  readonly run: string;
  readonly task: Task;
  /** The pictures taken of a state. */
  readonly views: readonly View[];
  /** How they are drawn while the run loops; `px` is the longer side. */
  readonly preview: Quality;
  /** Seed of everything random in the run. */
  readonly seed: number;
  /** What the run's measures mean. */
  readonly measurement: Measurement;
  /** Aborted when the run stops, is interrupted, or this incarnation was replaced. */
  readonly signal: AbortSignal;
  /** Text of an artifact. */
  text(ref: string): Promise<string>;
  /** Bytes of an artifact. */
  bytes(ref: string): Promise<Buffer>;
  /** Stores bytes or text and gives its reference. */
  put(content: Buffer | string): Promise<string>;
  /** An engine job on the slot that holds the run's scene. */
  job(request: JobRequest): Promise<JobReply>;
  /**
   * A paid or slow call made at most once: the intent is recorded, the reply is recorded before it is returned, and
   * after a crash a recorded reply is returned without calling again. `key` is unique and stable within this turn.
   */
  once<T>(key: string, call: () => Promise<T>): Promise<T>;
  /** An event on the tape, `viga.evt.<run>.<role>.<type>`; for observers, never read back. */
  note(type: string, data: Record<string, unknown>): void;
  /** Adds to the run's usage. */
  spent(usage: Usage): void;
}

/** A program that a generator hands in; `code` is text. */
export type Candidate = Pick<Program, "thought" | "code_diff" | "code" | "refined" | "undone" | "assets">;

/** A generator's move: one or more candidate programs, or the end of the process. */
export type GeneratorMove =
  | { type: "programs"; candidates: Candidate[]; plan?: string }
  | { type: "end"; reason: string };

export interface GeneratorPlayer {
  readonly name: string;
  write(context: Context, io: PlayerIO): Promise<GeneratorMove>;
}

/** What a verifier is shown: the round's program and state, their measures, what it aims at, and what went before. */
export interface Observation {
  t: number;
  task: Task;
  state: State;
  measures: Measures | null;
  /** The round judged before, to tell what changed and what was said of it; null where none was, or none is remembered. */
  previous: Round | null;
  /** Rounds judged before that one, oldest first, for a verifier that remembers a window. */
  earlier?: readonly Round[];
  analysis: string | null;
  /** What a staged run works on. */
  stage?: Stage;
  /** The generator's plan; absent or null: it made none. */
  plan?: string | null;
  /** The program that made the state; absent: it is not known. */
  program?: Program | null;
  /** What the start program draws; absent or null: there is none, or this is its own round. */
  start?: State | null;
}

export interface VerifierPlayer {
  readonly name: string;
  /** Describes the target before round 1, when the role is configured with `analyze_target`. */
  analyze?(task: Task, io: PlayerIO): Promise<string>;
  /** Estimates the judge's own noise by blind A/A pairs, in units of loss without a target picture (0..1). */
  calibrate?(io: PlayerIO): Promise<{ noise: number }>;
  judge(observation: Observation, io: PlayerIO): Promise<Feedback>;
  /** Picks the best of N candidates (index); without it the lowest PL is chosen. */
  choose?(states: State[], measures: (Measures | null)[], io: PlayerIO): Promise<number>;
}
