import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What a batch tells of a run's scores.json, of any task and mode. */
const entry = z.looseObject({ t: z.number().nullish(), loss: z.number().nullish() }).nullish();
const scoresFile = z.looseObject({
  start: entry,
  best: entry,
  rounds: z.array(z.looseObject({ t: z.number() })).default([]),
  usage: z.looseObject({ usd: z.number().default(0), calls: z.number().default(0) }).optional(),
});

/** How a run came out, in numbers; null where there is none. */
export interface Outcome {
  start_loss: number | null;
  best_loss: number | null;
  best_t: number | null;
  rounds: number;
  calls: number;
  usd: number;
}

const nothing: Outcome = { start_loss: null, best_loss: null, best_t: null, rounds: 0, calls: 0, usd: 0 };

/** Reads the outcome of the run in a folder; all empty where it has no scores (yet). */
export async function outcomeOf(dir: string): Promise<Outcome> {
  const text = await readFile(join(dir, "scores.json"), "utf8").catch(() => null);
  if (text === null) return nothing;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return nothing;
  }
  const { data } = scoresFile.safeParse(json);
  if (data === undefined) return nothing;
  return {
    start_loss: data.start?.loss ?? null,
    best_loss: data.best?.loss ?? null,
    best_t: data.best?.t ?? null,
    rounds: data.rounds.filter(({ t }) => t > 0).length,
    calls: data.usage?.calls ?? 0,
    usd: data.usage?.usd ?? 0,
  };
}
