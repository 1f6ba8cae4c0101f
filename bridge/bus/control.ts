import { addAbortListener } from "node:events";
import type { Bus } from "./connection.ts";
import { controlSubject } from "./subjects.ts";

/** Request/reply on a control subject, which is in no stream (a stream would answer in the supervisor's place). */
export async function askControl(bus: Bus, run: string, verb: string, body: unknown): Promise<boolean> {
  const subject = controlSubject(run, verb);
  try {
    const reply = await bus.nc.request(subject, JSON.stringify(body), { timeout: 3000 });
    return (reply.json() as { ok?: boolean }).ok === true;
  } catch {
    return false;
  }
}

/** Answers requests until aborted. A handler that throws answers with its error, so that no caller waits in vain. */
export async function answerControl(
  bus: Bus,
  run: string,
  verb: string,
  signal: AbortSignal,
  handle: (body: unknown) => Promise<Record<string, unknown>>,
): Promise<void> {
  const subscription = bus.nc.subscribe(controlSubject(run, verb));
  addAbortListener(signal, () => subscription.unsubscribe());
  for await (const message of subscription) {
    let answer: Record<string, unknown>;
    try {
      answer = await handle(message.json());
    } catch (error) {
      answer = { ok: false, error: String(error) };
    }
    message.respond(JSON.stringify(answer));
  }
}
