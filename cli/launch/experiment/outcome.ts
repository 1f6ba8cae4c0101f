import { join } from "node:path";
import { z } from "zod";
import { readRegularFile } from "../../../bridge/files/regular-file.ts";
import { writeAtomic } from "../../../bridge/files/write-atomic.ts";
import { type BatchTask, experimentRun, type RunPins } from "../../../machines/domain/index.ts";
import type { TapeEvent } from "../../../observers/observer.ts";
import { readTape } from "../../../observers/tape.ts";
import { ReplyCounter } from "../../eval/replies.ts";
import { outcomeOf } from "../batch/scores.ts";
import type { PlannedRun } from "./planned-runs.ts";
import type { Versions } from "./versions.ts";

export const outcomeFile = "outcome.json";

/** `<run>/outcome.json`: how a run of an experiment came out, whichever experiment asks. */
const runOutcome = experimentRun
  .omit({ task: true, seed: true, dir: true, reused: true })
  .extend({ schema: z.literal(1) });
export type RunOutcome = z.infer<typeof runOutcome>;

/** The outcome in a run's folder; null where it has none, or it is damaged: it is then made again. */
export async function readOutcome(dir: string): Promise<RunOutcome | null> {
  const text = await readRegularFile(join(dir, outcomeFile)).catch(() => null);
  if (text === null) return null;
  try {
    return runOutcome.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** The outcome of a run that has ended, kept in its folder; made from tape and scores where it is not there yet. */
export async function keepOutcome(out: string, run: PlannedRun, task: BatchTask, versions: Versions) {
  const dir = join(out, task.dir);
  const known = await readOutcome(dir);
  if (known?.key === run.key && known.status === task.status) return known;
  const made = await outcomeNow(out, run, task, versions);
  // A task that could not be begun has no folder.
  if (task.status !== "error") await writeAtomic(join(dir, outcomeFile), `${JSON.stringify(made, null, 2)}\n`);
  return made;
}

/** How a run stands now. */
export async function outcomeNow(
  out: string,
  { key, inputs }: PlannedRun,
  task: BatchTask,
  versions: Versions,
): Promise<RunOutcome> {
  const { dir, status, reason, seconds } = task;
  const folder = join(out, dir);
  const events = task.attempts === 0 ? [] : await readTape(folder).catch((): TapeEvent[] => []);
  const counter = new ReplyCounter();
  counter.add(events);
  const replies = counter.all();
  const sum = (value: (one: (typeof replies)[number]) => number) => replies.reduce((all, one) => all + value(one), 0);
  const { deviceOf, ...rest } = versions;
  const slot = events.findLast(({ type }) => type === "lease.granted")?.data.slot;
  const pins: RunPins | null =
    typeof slot === "string" ? { ...rest, inputs: inputs.hash.slice(0, 12), device: deviceOf(slot) } : null;
  return {
    schema: 1,
    key,
    status,
    ...(reason === undefined ? {} : { reason }),
    seconds,
    ...(await outcomeOf(folder)),
    input_tokens: sum((one) => one.inputTokens),
    output_tokens: sum((one) => one.outputTokens),
    refused: sum((one) => one.refused),
    cut_off: sum((one) => one.cutOff),
    unread: sum((one) => one.unread),
    pins,
  };
}
