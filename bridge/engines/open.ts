import { VigaError } from "../../config/errors.ts";
import type { ProgramPaths } from "../../config/programs.ts";
import type { Engine, Isolation } from "./contract.ts";

/** What any engine may be opened with; each takes what concerns it. */
export interface OpenOptions {
  /** Number of the one GPU the engine's process may see; null or absent: none. */
  gpu?: number | null;
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

/** Every engine by its name; the only switch on one. Loaded when it is opened. */
const engines: Readonly<Record<string, () => Promise<(options: OpenOptions) => Promise<Engine>>>> = {
  blender: async () => (await import("./blender.ts")).openBlender,
};

export const engineNames: readonly string[] = Object.keys(engines);

/** Starts an engine. Throws `config_invalid` for a name that is none, `dependency_missing`, `engine_failed`. */
export async function openEngine(name: string, options: OpenOptions): Promise<Engine> {
  const load = Object.hasOwn(engines, name) ? engines[name] : undefined;
  if (load === undefined) {
    throw new VigaError("config_invalid", `there is no engine "${name}" in this version`, {
      hint: `engines: ${engineNames.join(", ")}`,
    });
  }
  return (await load())(options);
}
