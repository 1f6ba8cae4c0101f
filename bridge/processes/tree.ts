import { readdirSync } from "node:fs";
import { statFields } from "./identity.ts";

export interface Seen {
  pid: number;
  parent: number;
  state: string;
  /** Clock ticks on a processor so far. */
  ticks: number;
}

/** What /proc says of every process; nothing where there is no /proc. */
function everyProcess(): Seen[] {
  const names = safely(() => readdirSync("/proc")) ?? [];
  return names.flatMap((name): Seen[] => {
    if (!/^\d+$/.test(name)) return [];
    const fields = safely(() => statFields(Number(name)));
    if (fields === undefined) return [];
    const [state = "", parent, ...rest] = fields;
    return [{ pid: Number(name), parent: Number(parent), state, ticks: Number(rest[9]) + Number(rest[10]) }];
  });
}

function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
    return undefined;
  }
}

/** A process and all that it has started, directly or not, as far as they have not cut themselves off. */
export function treeOf(root: number): Seen[] {
  const all = everyProcess();
  const found = all.filter(({ pid }) => pid === root);
  for (let i = 0; i < found.length; i++) found.push(...all.filter(({ parent }) => parent === found[i]!.pid));
  return found;
}

/** Ends a process and all that it has started: a wrapper's child would go on, and hold its output open. */
export function killTree(root: number | undefined): void {
  if (root === undefined) return;
  const pids = treeOf(root).map(({ pid }) => pid);
  for (const pid of pids.length > 0 ? pids : [root]) safely(() => process.kill(pid, "SIGKILL"));
}

/**
 * Whether a process and its children did nothing at all since the last look: none works, waits for a disk or has been on
 * a processor. Waiting alone says nothing about a busy machine; this does. Never true where /proc does not tell.
 */
export function idleWatch(root: number | undefined): () => boolean {
  let before: string | undefined;
  return () => {
    const tree = root === undefined ? [] : treeOf(root);
    const now = tree.map(({ pid, ticks }) => `${pid} ${ticks}`).join();
    const idle = tree.length > 0 && tree.every(({ state }) => state === "S") && now === before;
    before = now;
    return idle;
  };
}
