import { appendFileSync, constants, existsSync, readFileSync, statSync, truncateSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { readRegularFile } from "../bridge/files/regular-file.ts";
import { VigaError } from "../config/errors.ts";
import type { RunResult } from "../machines/domain/index.ts";
import { resultOf } from "./follow.ts";
import { type Observer, type TapeEvent, tapeEvent } from "./observer.ts";
import { upgradeEvent } from "./upgrade.ts";

const name = "tape.jsonl";

/** Sequence of the last whole line; a torn last line (a process killed while writing) is cut off. */
function reopen(path: string): number {
  if (!existsSync(path)) return 0;
  if (!statSync(path).isFile()) throw new VigaError("input_invalid", `${path} is no file`, { hint: "remove it" });
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(10) + 1;
  if (end < bytes.length) truncateSync(path, end);
  let last = 0;
  for (const line of bytes.subarray(0, end).toString("utf8").split("\n")) {
    const seq = /^\{"seq":(\d+),/.exec(line)?.[1];
    if (seq !== undefined) last = Math.max(last, Number(seq));
  }
  return last;
}

/**
 * Appends every event to `<out>/tape.jsonl`, one JSON object a line, `seq` first. Events that the file already has (a
 * replay after a resume) are passed over. A line is handed to the system before the next event is taken.
 */
export async function createTape(options: { out: string }): Promise<Observer> {
  await mkdir(options.out, { recursive: true, mode: 0o700 });
  const path = join(options.out, name);
  let last = reopen(path);
  return {
    on({ seq, ...rest }) {
      if (seq <= last) return;
      appendFileSync(path, `${JSON.stringify({ seq, ...rest })}\n`, { mode: 0o600 });
      last = seq;
    },
    async close() {},
  };
}

/** How the run in a folder ended, by the last event of its tape; null when the tape is cut off, or there is none. */
export async function tapeEnd(out: string): Promise<RunResult | null> {
  const file = await open(join(out, name), constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString("utf8").split("\n");
    // What stands after the last line break is torn.
    const event = tapeEvent.safeParse(JSON.parse(lines.at(-2) ?? "null"));
    return event.success ? resultOf(event.data) : null;
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

/** The last event of a finished run is far shorter than this. */
const tailBytes = 256 * 1024;

/**
 * The events of a run's `tape.jsonl`, in order and in today's form, whichever version wrote it. A torn last line is
 * passed over.
 *
 * @throws VigaError not_found without a tape, input_invalid for a line that is no event
 */
export async function readTape(out: string): Promise<TapeEvent[]> {
  const path = join(out, name);
  const text = await readRegularFile(path).catch((cause: unknown) => {
    throw new VigaError("not_found", `${out} holds no tape: there is no ${name}`, {
      hint: "give the output folder of a run",
      cause,
    });
  });
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.flatMap((line, index) => {
    if (line.trim() === "") return [];
    try {
      return [upgradeEvent(tapeEvent.parse(JSON.parse(line)))];
    } catch (cause) {
      throw new VigaError("input_invalid", `${path}:${index + 1}: not an event`, {
        hint: "the tape was changed or damaged; remove the line",
        cause,
      });
    }
  });
}
