import type { Limits } from "../../bridge/engines/contract.ts";
import type { ProgramError, View } from "../../machines/domain/index.ts";

/** How a job's state may come out: "ok", or the kind of its error. */
export type Outcome = "ok" | ProgramError["kind"];

/** What a program may aim at; everything in here is watched, see field.ts. */
export interface Targets {
  /** A folder beside all job folders: goal.py (0600, holds the secret) and open/free.txt (anyone may write). */
  outside: string;
  /** The folder of another job, with a file secret.txt. */
  neighbour: string;
  /** Local servers that count what reaches them: ports of TCP and UDP, an abstract name, a socket's path. */
  tcp: number;
  udp: number;
  unix: string;
  /** A process of this machine whose environment holds the secret. */
  victim: number;
  /** The engine's parent, and this process. */
  engine: number;
  runner: number;
  /** A regular expression (Python bytes) that finds the secret but not itself. */
  secretPattern: string;
}

/**
 * One hostile program. Besides what is listed here, the same must hold after each of them (judge.ts): no target was read,
 * written, reached or ended, nothing it started is there, nothing it wrote is anywhere but in its folder, that folder can
 * be read and removed, an ok state's pictures are whole, and the next job renders the right picture.
 * A program that gets something it should not have prints a line with ESCAPED.
 */
export interface Hostile {
  name: string;
  /** What it must not achieve; a sentence's end after "must not". */
  mustNot: string;
  outcomes: readonly Outcome[];
  /** Runs after `scene` (field.ts) unless there are no views or the base is not made by a program. */
  program: string | ((targets: Targets) => string);
  /** A program that is run before it, as a job of its own. */
  before?: string;
  /** Over the set's own limits. */
  limits?: Partial<Limits>;
  /** Absent: one picture, a.png. */
  views?: View[];
  /** Its scene is kept. */
  keep?: true;
  /** Actions asked of the kept scene, one after the other; each must settle. */
  probes?: readonly string[];
  /** MiB that the machine's memory and its disk may lose meanwhile; absent: not measured. */
  most?: { memoryMb?: number; diskMb?: number };
  /** The base .blend: a program whose saved scene is the base, or bytes that are no scene. */
  base?: { madeBy: string | ((targets: Targets) => string) } | { bytes: Uint8Array };
  /** Also run in the weak sandbox by npm test. */
  weak?: true;
}
