import type { CommanderError } from "commander";
import { exitCodeOf, toVigaError } from "../config/errors.ts";
import { plainJson } from "../config/plain-text.ts";
import { withoutSecrets } from "../config/secrets.ts";
import { print, printError } from "./print.ts";

/** Tells a person what went wrong, in one line and a hint, and sets the exit code. Whoever wrote the words: no secret. */
export function fail(thrown: unknown, options: { json?: boolean } = {}): void {
  const error = toVigaError(thrown);
  process.exitCode = exitCodeOf(error);
  const message = withoutSecrets(error.message);
  const hint = error.hint === undefined ? undefined : withoutSecrets(error.hint);
  if (options.json) {
    const told = { ...error.toData(), message, ...(hint === undefined ? {} : { hint }) };
    print(`${plainJson({ schema: 1, error: told })}\n`);
    return;
  }
  printError(`viga: ${message}\n`);
  if (hint !== undefined) printError(`      ${hint.replaceAll("\n", "\n      ")}\n`);
  if (error.code === "internal" && process.env.VIGA_DEBUG !== undefined) {
    printError(`${String((error.cause as Error | undefined)?.stack ?? error.stack)}\n`);
  }
}

/** For commander's `exitOverride` in a tool that stands alone: flags that are wrong exit 2, help exits 0. */
export const exitOnFlags = (error: CommanderError): never => process.exit(error.exitCode === 0 ? 0 : 2);

/** A Ctrl-C reaches a process more than once (terminal, npm, parent): those within this many ms are one. */
const oneInterrupt = 500;
/** After a signal the process gets this long to end by itself, ms. */
const grace = 4000;

/**
 * A signal for Ctrl-C, SIGTERM and, in a child of `viga run`, the end of its parent. A second Ctrl-C ends at once.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  let first = 0;
  const on = () => {
    if (!stop.signal.aborted) {
      first = Date.now();
      setTimeout(() => process.exit(130), grace).unref();
      stop.abort();
    } else if (Date.now() - first >= oneInterrupt) {
      process.exit(130);
    }
  };
  process.on("SIGINT", on);
  process.on("SIGTERM", on);
  process.on("SIGHUP", on);
  if (process.env.VIGA_CHILD !== undefined) {
    process.stdin.resume();
    process.stdin.on("end", on);
    process.stdin.on("error", on);
    // Listening for the parent's end is no reason to stay.
    if ("unref" in process.stdin) (process.stdin as unknown as { unref: () => void }).unref();
  }
  return stop.signal;
}
