import { readFileSync, readlinkSync } from "node:fs";

/**
 * Names one process for good: a number alone is given to another process sooner or later. Made of the boot, the
 * process namespace, the number and the start time (all from /proc; Linux). Null where /proc does not say.
 */
export function identityOf(pid: number = process.pid): string | null {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return [boot, namespaceOf(), pid, startOf(pid)].join("/");
  } catch {
    return null;
  }
}

/** True or false for a process of this host and namespace; null when it lived elsewhere and nobody here can tell. */
export function isAlive(identity: string): boolean | null {
  const [boot, namespace, pid] = identity.split("/");
  const own = identityOf()?.split("/");
  if (!own || boot !== own[0] || namespace !== own[1]) return null;
  return identityOf(Number(pid)) === identity;
}

/** Whether a process of this number runs in this namespace, whoever owns it; a zombie still counts. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Fields of /proc/PID/stat from the third on, the process's state; throws when there is no such process. */
export function statFields(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name in parentheses and may hold anything.
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Clock ticks from boot to the process's start; throws when there is no such process. A zombie counts as gone. */
export function startOf(pid: number): string {
  const fields = statFields(pid);
  const [state, start] = [fields[0], fields[19]];
  if (start === undefined || state === "Z" || state === "X") throw new Error(`process ${pid} has ended`);
  return start;
}

/** The process namespace this process lives in, as its inode's number. */
export function namespaceOf(): string {
  return /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
}
