import { execa } from "execa";
import { idleWatch, killTree } from "./tree.ts";

export interface Asked {
  /** All that it printed. */
  said: string;
  /** It was not there, or ended with an error. */
  failed: boolean;
  timedOut: boolean;
}

/** Longest output that is read. Bytes. */
const mostBytes = 1_000_000;
/** Looks in a row, a second apart, at which a program did nothing, after which it hangs. */
const mostIdle = 5;
/** What a program left running may hold its output open; it is heard this long after the program's end. Milliseconds. */
const afterEnd = 500;

/** Runs a program to hear what it prints, and ends it with all its children after `seconds`, or where it hangs. */
export async function askProgram(command: string, args: readonly string[], seconds: number): Promise<Asked> {
  const child = execa(command, args, { reject: false, stdin: "ignore", all: true, maxBuffer: mostBytes });
  let timedOut = false;
  let code: number | null | undefined;
  const stopListening = (): void => {
    for (const stream of [child.stdout, child.stderr, child.all]) stream?.destroy();
  };
  const giveUp = (): void => {
    timedOut = true;
    killTree(child.pid);
  };
  let last: NodeJS.Timeout | undefined;
  child.nodeChildProcess.once("exit", (status) => {
    code = status;
    last = setTimeout(stopListening, afterEnd);
  });
  const timer = setTimeout(giveUp, seconds * 1000);
  const idle = idleWatch(child.pid);
  let looks = 0;
  const looking = setInterval(() => {
    looks = idle() ? looks + 1 : 0;
    if (looks >= mostIdle) giveUp();
  }, 1000);
  const done = await child.finally(() => {
    clearTimeout(timer);
    clearInterval(looking);
    clearTimeout(last);
  });
  // Where we stopped listening execa calls it failed, whatever the program's own end was.
  return { said: done.all ?? "", failed: code === undefined ? done.failed : code !== 0, timedOut };
}
