import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Bus } from "../../bridge/bus/connection.ts";
import { answerControl, askControl } from "../../bridge/bus/control.ts";
import { VigaError } from "../../config/errors.ts";

export const controlVerbs = ["pause", "resume", "stop", "set", "approve"] as const;
export type ControlVerb = (typeof controlVerbs)[number];

const order = z.object({ id: z.string().max(100), data: z.record(z.string(), z.unknown()) });

/** Asks the supervisor of a run to pause, resume, stop, retune or approve; resolves when it has taken it down. */
export async function sendControl(
  bus: Bus,
  run: string,
  verb: ControlVerb,
  data: Record<string, unknown>,
): Promise<void> {
  const id = randomBytes(8).toString("hex");
  const heard = await askControl(bus, run, verb, { id, data });
  if (!heard) {
    throw new VigaError("not_found", `no supervisor of run ${run} answers`, {
      hint: "is the run still going? viga observe lists the runs",
    });
  }
}

/** Whether a supervisor of the run is at work. */
export const isHeard = (bus: Bus, run: string): Promise<boolean> => askControl(bus, run, ping, {});
const ping = "ping";

/** Hears the control verbs of a run. */
export async function onControl(
  bus: Bus,
  run: string,
  signal: AbortSignal,
  on: (verb: ControlVerb, data: Record<string, unknown>, id: string) => Promise<void>,
): Promise<void> {
  await Promise.all([
    answerControl(bus, run, ping, signal, async () => ({ ok: true })),
    ...controlVerbs.map((verb) =>
      answerControl(bus, run, verb, signal, async (body) => {
        const parsed = order.safeParse(body);
        if (!parsed.success) return { ok: false, error: "a control message needs id and data" };
        await on(verb, parsed.data.data, parsed.data.id);
        return { ok: true };
      }),
    ),
  ]);
}
