import type { ProgramPaths } from "../../config/programs.ts";

/** A system program that set-up knows how to install. */
export interface Program {
  readonly name: string;
  /** Any of these on PATH will do. */
  readonly commands: readonly string[];
  /** Debian packages. */
  readonly apt: readonly string[];
  readonly why: string;
  /** Environment variable that may hold its path. */
  readonly env: string;
  /** Key under `programs:` of viga.yaml that may hold it. */
  readonly setting: keyof ProgramPaths;
}
type ProgramName = "nats-server" | "blender" | "bubblewrap" | "chromium" | "libreoffice" | "ffmpeg";
export const programs: Readonly<Record<ProgramName, Program>>;
/** Path of a program: where its environment variable says, else on PATH; null where it is not there. */
export function locate(program: Program, path?: string): string | null;
/** Path of the first of `names` that is an executable file on PATH, or null. */
export function which(names: readonly string[], path?: string): string | null;
