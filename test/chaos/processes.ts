import { readdirSync, readFileSync } from "node:fs";

export interface Found {
  pid: number;
  parent: number;
  /** Arguments, joined by blanks. */
  line: string;
}

/** What can be killed. `job` is the sandboxed child that runs a program, `run` the process of `viga run` alone. */
export const targets = [
  "engine",
  "job",
  "executor",
  "generator",
  "verifier",
  "memory",
  "supervisor",
  "nats-server",
  "run",
  "everything",
] as const;
/** Beside what is killed: Ctrl-C, as a terminal and npm send it, twice within an instant. */
export type Target = (typeof targets)[number] | "ctrl-c";

/** Every live process that has `base` (a folder no other run knows) in its arguments, with all its descendants. */
export function processesOf(base: string): Found[] {
  const all: Found[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" || state === "X") continue;
      const line = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      all.push({ pid: Number(name), parent: Number(parent), line });
    } catch {
      // Ended while we looked.
    }
  }
  const ours = new Set(all.filter(({ line }) => line.includes(base)).map(({ pid }) => pid));
  for (let before = -1; before !== ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return all.filter(({ pid }) => ours.has(pid) && pid !== process.pid);
}

/** The processes a kill is aimed at; none when it is not there at this moment. */
export function aim(target: Target, base: string): number[] {
  const all = processesOf(base);
  const engine = all.filter(({ line }) => line.includes("worker.py"));
  // Blender's parent process is the one whose parent is no Blender itself; what it forks carries the same arguments.
  const isFork = ({ parent }: Found) => engine.some(({ pid }) => pid === parent);
  switch (target) {
    case "everything":
      return all.map(({ pid }) => pid);
    case "run":
    case "ctrl-c":
      return all.filter(({ line }) => /main\.ts run /.test(line)).map(({ pid }) => pid);
    case "executor":
      return all.filter(({ line }) => /main\.ts executor /.test(line)).map(({ pid }) => pid);
    case "nats-server":
      return all.filter(({ line }) => /nats-server .*nats\.conf/.test(line)).map(({ pid }) => pid);
    case "engine":
      return engine.filter((found) => !isFork(found)).map(({ pid }) => pid);
    case "job":
      return engine
        .filter(isFork)
        .map(({ pid }) => pid)
        .slice(-1);
    default:
      return all.filter(({ line }) => line.includes(`main.ts role ${target} `)).map(({ pid }) => pid);
  }
}

/** SIGKILLs what is aimed at; false when there was nothing. `everything` is killed until nothing new appears. */
export async function kill(target: Target, base: string): Promise<boolean> {
  let hit = false;
  for (let turn = 0; turn < (target === "everything" ? 200 : 1); turn++) {
    const pids = aim(target, base);
    if (pids.length === 0) return hit;
    for (const pid of pids) {
      try {
        for (const signal of target === "ctrl-c" ? ["SIGINT", "SIGINT"] : ["SIGKILL"]) process.kill(pid, signal);
        hit = true;
      } catch {
        // Gone by itself.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return hit;
}
