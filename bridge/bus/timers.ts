import { setTimeout as delay } from "node:timers/promises";

/** Waits so many milliseconds, or until the signal aborts. Never rejects: whoever waits looks at the signal itself. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
