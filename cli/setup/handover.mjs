import { spawn } from "node:child_process";
import { constants } from "node:os";

/** A Ctrl-C reaches a process more than once (terminal, npm, parent): those within this many ms are one. */
const oneInterrupt = 500;
/** How long a program gets to end by itself after a second Ctrl-C, ms. */
const grace = 3000;

/**
 * Runs a program in this one's place: same terminal, same signals, same exit code. Resolves with the exit code.
 * A first Ctrl-C lets it end in its own way; a second one kills it after a short grace.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function handOver(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: "inherit" });
    let last = 0;
    let interrupts = 0;
    const interrupted = () => {
      const now = Date.now();
      if (now - last < oneInterrupt) return;
      last = now;
      interrupts++;
      // In a terminal the child is in the same group and got the signal by itself.
      if (!process.stdin.isTTY) child.kill("SIGINT");
      if (interrupts > 1) setTimeout(() => child.kill("SIGKILL"), grace).unref();
    };
    const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    process.on("SIGINT", interrupted);
    process.on("SIGTERM", pass);
    process.on("SIGHUP", pass);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", interrupted);
      process.off("SIGTERM", pass);
      process.off("SIGHUP", pass);
      resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]);
    });
  });
}
