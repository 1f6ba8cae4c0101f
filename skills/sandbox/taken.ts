import { readdirSync, readFileSync } from "node:fs";
import { statFields } from "../../bridge/processes/identity.ts";

/** What the processes of a program take together. */
export interface Taken {
  /** MiB that only they hold: written memory, and what they share among themselves counted once for each. */
  memoryMb: number;
  processes: number;
  threads: number;
}

/** Sums up processes and all that they have started, each time it is asked; zeros where /proc does not tell. */
export function takenBy(...roots: readonly number[]): () => Taken {
  // Who belongs to them and who does not: a process's forebears stay what they are, so each is looked up once.
  const known = new Map<number, boolean>(roots.map((pid) => [pid, true]));
  const belongs = (pid: number): boolean => {
    const found = known.get(pid);
    if (found !== undefined) return found;
    const parent = parentOf(pid);
    if (parent === null) return false;
    const said = parent !== 0 && belongs(parent);
    known.set(pid, said);
    return said;
  };
  return () => {
    const running = new Set(everyone());
    for (const pid of known.keys()) if (!running.has(pid)) known.delete(pid);
    const sum = { memoryMb: 0, processes: 0, threads: 0 };
    for (const pid of running) {
      const status = belongs(pid) ? statusOf(pid) : null;
      if (status === null) continue;
      sum.processes += 1;
      sum.threads += Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0);
      for (const [, kb] of status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+)/gm)) sum.memoryMb += Number(kb) / 1024;
    }
    return sum;
  };
}

function everyone(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    // A machine without /proc.
    return [];
  }
}

function parentOf(pid: number): number | null {
  try {
    return Number(statFields(pid)[1]);
  } catch {
    // It has ended meanwhile.
    return null;
  }
}

function statusOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    // It has ended meanwhile.
    return null;
  }
}

/** Processes that this one has started, by number. */
export function children(): number[] {
  return readdirSync("/proc/self/task").flatMap((thread) => {
    try {
      const listed = readFileSync(`/proc/self/task/${thread}/children`, "utf8").trim();
      return listed === "" ? [] : listed.split(" ").map(Number);
    } catch {
      // The thread has ended meanwhile.
      return [];
    }
  });
}
