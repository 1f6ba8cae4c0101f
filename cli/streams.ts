/** Set once a standard stream cannot be written to any more. */
const broken = new Set<NodeJS.WriteStream>();

/**
 * A reader that goes away (`| head -1`) or a full disk must not end a run in its middle: what is printed is a copy, the
 * output folder has it all. A reader's leaving is nothing to speak of; any other failure is told once, and the process
 * ends with 1 where it would have ended with 0.
 */
export function guardStreams(): void {
  for (const [stream, name] of [
    [process.stdout, "stdout"],
    [process.stderr, "stderr"],
  ] as const) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (broken.has(stream)) return;
      broken.add(stream);
      if (error.code === "EPIPE") return;
      const why = error.code === "ENOSPC" ? "no space left on the device" : error.message;
      if (!broken.has(process.stderr)) process.stderr.write(`viga: cannot write to ${name}: ${why}\n`);
      process.on("exit", (code) => {
        if (code === 0) process.exitCode = 1;
      });
    });
  }
}

/** Aborts when nobody reads stdout any more, for commands that do nothing but print. */
export function stdoutClosed(): AbortSignal {
  const closed = new AbortController();
  if (broken.has(process.stdout)) closed.abort();
  process.stdout.once("error", () => closed.abort());
  return closed.signal;
}
