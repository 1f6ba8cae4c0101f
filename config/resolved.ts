import type { PlayerSpec, RoleName } from "./players.ts";
import type { NamedProfile } from "./profile.ts";
import type { RoleSettings } from "./roles.ts";
import type { ConfigTree } from "./schema.ts";
import type { Assignment } from "./sets.ts";
import type { ResolvedStop } from "./stop.ts";
import type { TaskView } from "./views.ts";

/** What the command line says about the task. Paths are relative to the working folder. */
export interface TaskFlags {
  dir?: string;
  targets?: readonly string[];
  text?: string;
  start?: string;
  start_image?: string;
  base?: string;
  assets?: string;
}

/** What a configuration is made from. */
export interface ConfigRequest {
  mode?: string;
  /** Name of a preset, or path of a viga.yaml. */
  config?: string;
  /** Who plays both roles, each with its other settings; a `--set` of one role goes over it. */
  model?: string;
  /** Keys that an experiment sets over the file, in order; paths in them are relative to `cwd`. */
  assignments?: readonly Assignment[];
  /** `--set` arguments, `key.sub=value`, in order. */
  sets?: readonly string[];
  task?: TaskFlags;
  /** Working folder; default: the process's. */
  cwd?: string;
  /** What CUDA_VISIBLE_DEVICES is read from; default: the process's environment. */
  env?: NodeJS.ProcessEnv;
}

/** A role's settings with its player understood. `profile`, for a model: its profile with the role's overrides. */
export interface ResolvedRole extends RoleSettings {
  spec: PlayerSpec;
  profile: NamedProfile | null;
}

/** What a task is made of, before anything is read: absolute paths. */
export interface TaskSource {
  dir?: string | undefined;
  text?: string | undefined;
  targets?: string[] | undefined;
  start?: string | undefined;
  start_image?: string | undefined;
  instruction?: string | undefined;
  base?: string | undefined;
  assets?: string | undefined;
  views?: TaskView[] | undefined;
}

/** A complete, checked configuration. Plain JSON: it is written to args.json as it is, and holds no secret. */
export interface ResolvedConfig extends Omit<ConfigTree, "roles" | "shadow" | "task" | "preset" | "models" | "stop"> {
  mode: string;
  preset: string;
  task: TaskSource;
  stop: ResolvedStop;
  roles: Record<RoleName, ResolvedRole>;
  shadow: Partial<Record<RoleName, ResolvedRole>>;
  /** Why these executors, where no file and no flag names any. */
  executors_from?: string;
  /** The `models:` section as written, for `loadProfiles`. */
  models: Record<string, unknown>;
}
