import { exitCodeOf, toVigaError } from "../config/errors.ts";

/** Tells a person what went wrong, in one line and a hint, and sets the exit code. */
export function fail(thrown: unknown, options: { json?: boolean } = {}): void {
  const error = toVigaError(thrown);
  process.exitCode = exitCodeOf(error);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ schema: 1, error: error.toData() })}\n`);
    return;
  }
  process.stderr.write(`viga: ${error.message}\n`);
  if (error.hint !== undefined) process.stderr.write(`      ${error.hint}\n`);
  if (error.code === "internal" && process.env.VIGA_DEBUG !== undefined) {
    process.stderr.write(`${String((error.cause as Error | undefined)?.stack ?? error.stack)}\n`);
  }
}

/**
 * A signal for Ctrl-C, SIGTERM and, in a child of `viga run`, the end of its parent. A second Ctrl-C ends at once.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const on = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  process.on("SIGINT", on);
  process.on("SIGTERM", on);
  process.on("SIGHUP", on);
  if (process.env.VIGA_CHILD !== undefined) {
    process.stdin.resume();
    process.stdin.on("end", on);
    process.stdin.on("error", on);
  }
  return stop.signal;
}
