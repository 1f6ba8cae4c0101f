import { z } from "zod";
import { type Gpu, type Isolation, isolation } from "../../config/executors.ts";
import type { ProgramPaths } from "../../config/programs.ts";
import {
  jobSeconds,
  noSeconds,
  programError,
  quality,
  stateCheck,
  view,
  viewName,
} from "../../machines/domain/index.ts";

/**
 * The contract every engine keeps: run(program) -> state, snapshot, restore, probe.
 * Requests and replies cross a process boundary as JSON, so both sides are zod-checked.
 */

/** Limits of one job: wall clock in seconds, address space in MiB, log in KiB, largest file in MiB, processes. */
export const limits = z.object({
  seconds: z.number().positive(),
  memoryMb: z.number().int().positive(),
  logKb: z.number().int().positive(),
  fileMb: z.number().int().positive(),
  processes: z.number().int().positive(),
});
export type Limits = z.infer<typeof limits>;
export const defaultLimits: Limits = { seconds: 120, memoryMb: 6144, logKb: 64, fileMb: 512, processes: 256 };

export const runRequest = z.object({
  op: z.literal("run"),
  /** Unique id of the job. */
  job: z.string().min(1),
  /** Program text (Python for blender). */
  program: z.string(),
  /** Absolute path of the pristine .blend the program runs on; absent: an empty factory scene. */
  base: z.string().optional(),
  /** Absolute paths of folders and files beside the base that the program may read. */
  assets: z.array(z.string()).optional(),
  /** File in `dir` that is opened inside the sandbox before the program: what an earlier program made of the base. */
  start: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/)
    .optional(),
  views: z.array(view),
  quality,
  /** Seed of everything random: the program's own random numbers and the renderer's sampling. */
  seed: z.number().int().nonnegative().default(0),
  /** Another seed for the renderer's sampling alone: the same scene with other noise; absent: `seed`. */
  renderSeed: z.number().int().nonnegative().optional(),
  limits,
  /** Absolute path of an existing folder: the only place the job may write. Pictures and scene.json land here. */
  dir: z.string(),
  /** Also save the resulting state as this file in `dir` (a .blend, a deck, a page). */
  save: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/)
    .optional(),
  /** Keep the live scene under this name for probe, snapshot and restore; the previous one of that name is dropped. */
  keep: z.string().optional(),
});
export type RunRequest = z.infer<typeof runRequest>;

/** A state s_t = exec(p_t): pictures, a bounded log, a scene summary and, when it failed, a structured error. */
export const runState = z.object({
  ok: z.boolean(),
  /** Views taken, by name: `<name>.png` lies in `dir`. */
  renders: z
    .array(z.object({ name: viewName, camera: z.string().nullish(), frame: z.number().int().nullish() }))
    .default([]),
  /** Tail of what the program printed, at most limits.logKb. */
  log: z.string(),
  error: programError.optional(),
  /** True when scene.json was written to `dir`. */
  scene: z.boolean().default(false),
  /** Further files in `dir` that scene.json names as artifacts: the deck that slides are drawn from. */
  files: z.array(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/)).optional(),
  /** What is wrong with it that can be told without a target. */
  checks: z.array(stateCheck).optional(),
  /** What moves in the scene's range of frames, one line a thing. */
  motion: z.array(z.string()).optional(),
  seconds: jobSeconds.default(noSeconds),
});
export type RunState = z.infer<typeof runState>;

/** A read-only or viewpoint action on a kept scene; it runs in a fork, so the scene itself never changes. */
export const probeRequest = z.object({
  op: z.literal("probe"),
  job: z.string().min(1),
  scene: z.string(),
  /** "scene_info", "render", "bounds" ...; further actions are registered by the skill's worker modules. */
  action: z.string(),
  args: z.record(z.string(), z.unknown()).default({}),
  limits,
  dir: z.string(),
});
export type ProbeRequest = z.infer<typeof probeRequest>;

/** Any operation registered in the worker beside the contract (the solver's "knobs", "sweep"); runs in a sandboxed child. */
export const callRequest = z.object({
  op: z.literal("call"),
  job: z.string().min(1),
  /** Name of the worker module, e.g. "knobs" -> op_knobs.py. */
  name: z.string().regex(/^[a-z_]+$/),
  args: z.record(z.string(), z.unknown()),
  base: z.string().optional(),
  assets: z.array(z.string()).optional(),
  /**
   * Calls that name the same session run one after the other in one process, where the engine's isolation is "fork": what
   * an operation keeps in memory is there for the next. It ends with drop(), when others are called, or after two idle minutes.
   */
  session: z.string().min(1).optional(),
  limits,
  dir: z.string(),
});
export type CallRequest = z.infer<typeof callRequest>;

/** Reply of probe and call: `result` is the operation's own JSON. */
export const opReply = z.object({
  ok: z.boolean(),
  result: z.unknown().optional(),
  log: z.string().default(""),
  error: programError.optional(),
  seconds: z.number(),
});
export type OpReply = z.infer<typeof opReply>;

/** How jobs are isolated, best first; chosen by the boot self-test. */
export type { Isolation };

/** What an executor can do; feeds prompts, doctor and the lease. */
export const capabilityCard = z.object({
  engine: z.string(),
  version: z.string(),
  isolation,
  /** Why a better isolation was not chosen, one line each; empty for "fork". */
  isolationNotes: z.array(z.string()).default([]),
  sandbox: z.object({
    namespaces: z.boolean(),
    readOnlyRoot: z.boolean(),
    noNetwork: z.boolean(),
    seccomp: z.boolean(),
    landlock: z.boolean(),
    unprivileged: z.boolean(),
    notes: z.array(z.string()),
  }),
  /** Render devices the engine's process sees, e.g. ["CPU"] or ["CUDA:NVIDIA H200"]. */
  devices: z.array(z.string()).default([]),
  /** CUDA_VISIBLE_DEVICES of the engine's process; null where unset. */
  visibleDevices: z.string().nullable().default(null),
  cpus: z.number().int().default(1),
  /** Renderers by name, and whether one can denoise: for engines that trace paths. */
  renderers: z.array(z.string()).default([]),
  denoiser: z.boolean().default(false),
});
export type CapabilityCard = z.infer<typeof capabilityCard>;

/** What any engine may be opened with; each takes what concerns it. */
export interface OpenOptions {
  /** Number or UUID of the one GPU the engine's process may see; null or absent: none. */
  gpu?: Gpu | null;
  /** Processors the engine and its jobs share; default: all. */
  cpus?: number;
  /** How jobs are isolated; absent: the best that its self-test finds safe. */
  isolation?: Isolation;
  /** Where its programs are; absent: their environment variables, else PATH. */
  programs?: ProgramPaths;
  /** Folder for its private files; made if absent. What it puts there goes with close(). */
  scratch: string;
  /** Lines the engine's own process prints. */
  log?: (line: string) => void;
}

/** A running engine. Every call settles: a job that dies is a state with an error, never a hang or a silence. */
export interface Engine {
  readonly card: CapabilityCard;
  /** Process id of the engine's parent process (chaos tests kill it). */
  readonly pid: number | undefined;
  /** The signal ends the job, at work or waiting; it settles as a state with an error of type Cancelled. */
  run(request: Omit<z.input<typeof runRequest>, "op">, signal?: AbortSignal): Promise<RunState>;
  probe(request: Omit<ProbeRequest, "op">): Promise<OpReply>;
  call(request: Omit<CallRequest, "op">): Promise<OpReply>;
  /** Freezes the kept scene under a snapshot id. */
  snapshot(scene: string): Promise<string>;
  /** Makes the kept scene what it was at the snapshot. */
  restore(scene: string, snapshot: string): Promise<void>;
  /** Lets a kept scene go, its snapshots stay; or ends a session. None of that name: nothing happens. */
  drop(scene: string): Promise<void>;
  close(): Promise<void>;
}
