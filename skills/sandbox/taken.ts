import { readdirSync, readFileSync } from "node:fs";
import { treeOf } from "../../bridge/processes/tree.ts";

/** What the processes of a program take together. */
export interface Taken {
  /** MiB that only they hold: written memory, and what they share among themselves counted once for each. */
  memoryMb: number;
  processes: number;
  threads: number;
}

/** Sums up a process and all that it has started; zeros where /proc does not tell. */
export function takenBy(root: number): Taken {
  const sum = { memoryMb: 0, processes: 0, threads: 0 };
  for (const { pid } of treeOf(root)) {
    const status = statusOf(pid);
    if (status === null) continue;
    sum.processes += 1;
    sum.threads += Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    for (const [, kb] of status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+)/gm)) sum.memoryMb += Number(kb) / 1024;
  }
  return sum;
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
