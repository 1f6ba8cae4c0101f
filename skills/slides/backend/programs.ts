import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { killTree } from "../../../bridge/processes/tree.ts";
import { boxed } from "../../sandbox/bubblewrap.ts";
import type { Leashed } from "../../sandbox/leash.ts";
import { takenBy } from "../../sandbox/taken.ts";
import type { TaskFile } from "../../worker/task-files.ts";
import { framed } from "./frames.ts";

/** Bytes that a program's files, the task's among them, may take together. */
const scratchBytes = 256 * 2 ** 20;
/** Bytes of a deck at most. */
const mostDeck = 100 * 2 ** 20;
/** MiB of a program's own objects at most; buffers and all else are held by the job's limit. */
const heapMb = 1024;

const script = fileURLToPath(new URL("../inside/run.mjs", import.meta.url));

/**
 * Node's own permissions are a second wall inside the sandbox, and one that says in plain words what a program may not do:
 * no processes, no threads, no native code, and files of its own folder alone.
 */
const flags = [
  ...["--permission", "--allow-fs-read=/work", "--allow-fs-read=/node_modules", "--allow-fs-read=/viga"],
  ...["--allow-fs-write=/work", `--max-old-space-size=${heapMb}`, "--no-warnings", "--no-addons"],
];

/** Folders of a package and of all that it needs, by their names. */
function packagesOf(name: string, from: string, found = new Map<string, string>()): Map<string, string> {
  const require = createRequire(from);
  const folder = (require.resolve.paths(name) ?? [])
    .map((path) => join(path, name))
    .find((path) => {
      try {
        require(join(path, "package.json"));
        return true;
      } catch {
        // In another of the folders that Node looks in, or Node's own module of that name.
        return false;
      }
    });
  if (folder === undefined || found.has(name)) return found;
  found.set(name, folder);
  const { dependencies = {} } = require(join(folder, "package.json")) as { dependencies?: Record<string, string> };
  const needed = Object.keys(dependencies).filter((each) => !each.startsWith("@types/"));
  for (const each of needed) packagesOf(each, join(folder, "package.json"), found);
  return found;
}

const packages = [...packagesOf("pptxgenjs", script)].map(([name, path]) => [path, `/node_modules/${name}`] as const);

const report = z.object({
  code: z.number().int().catch(0),
  wrote: z.boolean(),
  others: z.array(z.string().max(200)).max(5),
  error: z
    .object({ type: z.string().max(80), message: z.string().max(2000), line: z.number().int().positive().optional() })
    .optional(),
});
export type ProgramReport = z.output<typeof report>;

/** What a program left: its deck where it wrote one, what it printed, and what it says of its end; null where nothing. */
export interface Left {
  deck: Buffer | null;
  log: string;
  report: ProgramReport | null;
}

/** One Node process in its sandbox, which has loaded the library and waits for the program that it will run. */
export interface Waiting extends Leashed {
  /** The process is no more. */
  readonly over: Promise<void>;
  run(program: string, files: readonly TaskFile[], logBytes: number): Promise<Left>;
}

/** Starts a process that runs one program. */
export function startProgram(bwrap: string): Waiting {
  const node = process.execPath;
  const box = boxed({
    readable: [[node, "/viga/node"], [script, "/viga/run.mjs"], ...packages],
    scratchBytes,
    further: ["--disable-userns", "--size", String(scratchBytes), "--tmpfs", "/work"],
  });
  const child = spawn(bwrap, [...box, "/viga/node", ...flags, "/viga/run.mjs"], {
    stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
    env: {},
  });
  const kill = () => {
    // The number of a process that has ended may be another's.
    if (child.exitCode === null && child.signalCode === null) killTree(child.pid);
  };
  const over = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  const input = child.stdin as Writable;
  input.on("error", () => {});
  return {
    taken: takenBy(child.pid ?? 0),
    kill,
    over,
    // That it ends is how a program is done: what it left says how it was.
    ended: new Promise(() => {}),
    async run(program, files, logBytes) {
      const left = collect(child, logBytes, kill);
      const text = Buffer.from(program);
      const order = files.map(({ name, full, bytes }) => ({ name, full, size: bytes.length }));
      input.end(framed({ files: order, program: text.length }, [...files.map(({ bytes }) => bytes), text]));
      await over;
      return left();
    },
  };
}

/** Reads what a process leaves, as far as it is let. */
function collect(child: ChildProcess, logBytes: number, kill: () => void): () => Left {
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString("utf8")).slice(-logBytes);
    });
  }
  const taking = (stream: unknown, most: number) => {
    const taken: Buffer[] = [];
    let size = 0;
    (stream as Readable).on("error", () => {});
    (stream as Readable).on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > most) kill();
      else taken.push(chunk);
    });
    return () => (size > most ? null : Buffer.concat(taken));
  };
  const deck = taking(child.stdio[3], mostDeck);
  const told = taking(child.stdio[4], 2 ** 16);
  return () => {
    const bytes = deck();
    return { deck: bytes === null || bytes.length === 0 ? null : bytes, log, report: reported(told()) };
  };
}

function reported(bytes: Buffer | null): ProgramReport | null {
  try {
    const read = report.safeParse(JSON.parse(bytes?.toString("utf8") ?? ""));
    return read.success ? read.data : null;
  } catch {
    // It was ended before it could say anything, or says nothing that can be read.
    return null;
  }
}
