import { z } from "zod";
import { foreignTool } from "./foreign-tool.ts";
import { measurement } from "./measures.ts";
import { quality } from "./quality.ts";
import { stage } from "./stage.ts";
import { task } from "./task.ts";
import { view } from "./view.ts";

/** When memory ends a run; config's `stop` after defaults. */
export const stopOptions = z.object({
  max_rounds: z.number().int().positive(),
  plateau: z.object({
    /** Rounds without a gain before the run ends. */
    patience: z.number().int().positive(),
    /** Gain in loss that counts, beyond the noise; "auto": 1 % of the loss it is measured from. */
    min_gain: z.union([z.literal("auto"), z.number().nonnegative()]),
  }),
  budget: z.object({ usd: z.number().positive().optional(), minutes: z.number().positive().optional() }),
  /** Failed states in a row before the run ends. */
  max_failures: z.number().int().positive(),
});
export type StopOptions = z.infer<typeof stopOptions>;

/** How memory plays a run: `window` rounds shown, `candidates` asked for, the target described first or not. */
export const memoryOptions = z.object({
  window: z.number().int().positive(),
  candidates: z.number().int().positive(),
  analyze: z.boolean(),
  /** What it works on, one after the other; absent: on everything at once. */
  stages: z.array(stage).min(1).optional(),
  stop: stopOptions,
});
export type MemoryOptions = z.infer<typeof memoryOptions>;

/** Whether a person sees programs before they run. */
export const approval = z.enum(["never", "always", "on_error"]);
export type Approval = z.infer<typeof approval>;

/**
 * One role as the configuration resolved it: the player's name, what kind of player that is, the model's profile if it
 * is one, and the role's own settings beside them. config checked all of it before the run was made.
 */
export const roleSpec = z.looseObject({
  player: z.string(),
  spec: z.object({ kind: z.string(), argument: z.string().nullable() }),
  profile: z.record(z.string(), z.unknown()).nullable(),
});
export type RoleSpec = z.infer<typeof roleSpec>;

/** The resolved configuration as every process sees it; keys not named here are for args.json. No secrets. */
export const runConfig = z.looseObject({
  roles: z.object({ generator: roleSpec, verifier: roleSpec }),
  shadow: z.object({ generator: roleSpec.optional(), verifier: roleSpec.optional() }),
  /** Who refines each program: a player's name, or that with its limits. */
  refine: z.union([z.string(), z.looseObject({ player: z.string() })]),
  baseline: z.string(),
});
export type RunConfig = z.infer<typeof runConfig>;

/** Version of the run spec; a run of another version is not gone on with. */
export const runSpecSchema = 3;

/** What every process needs to know of a run, in KV `viga_actors` under `run.<run>` and in `<out>/run.json`. */
export const runSpec = z.object({
  schema: z.literal(runSpecSchema),
  /** Version of viga that made it. */
  viga: z.string(),
  run: z.string(),
  /** When it was made, ISO 8601. */
  created: z.iso.datetime(),
  task,
  /** Engine that executes its programs. */
  engine: z.string(),
  /** File that the best state is saved as, and the ending of a program's file. */
  output: z.string(),
  code_ending: z.string(),
  measurement,
  approve: approval,
  memory: memoryOptions,
  /** Pictures an executor takes of a state. */
  views: z.array(view).min(1),
  render: z.object({ preview: quality, final: quality }),
  /** Limits of one program: seconds of wall clock, MiB of address space. */
  limits: z.object({ seconds: z.number().positive(), memory_mb: z.number().int().positive() }),
  /** Seed of everything random. */
  seed: z.number().int(),
  /** Tools of users' own MCP servers that its roles may call, by server. */
  skills: z.record(z.string(), z.array(foreignTool)).optional(),
  /** Folder of the run on the host that made it; artifacts lie in `<out>/artifacts`. */
  out: z.string(),
  /** Folder in which runs of an experiment share what they have drawn, on the hosts of its executors. */
  memo: z.string().optional(),
  config: runConfig,
});
export type RunSpec = z.infer<typeof runSpec>;
