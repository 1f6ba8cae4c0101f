import type { Bus } from "./connection.ts";
import type { Envelope } from "./envelope.ts";
import { persist } from "./persist.ts";

const encoder = new TextEncoder();

/**
 * Publishes to a stream and waits until it is stored; tried again for as long as the bus is away, because the
 * message id makes a second store a no-op. Throws `interrupted` when aborted, `bus_payload` when it is too large.
 */
export async function publish(bus: Bus, subject: string, message: Envelope, signal?: AbortSignal): Promise<void> {
  const bytes = encoder.encode(JSON.stringify(message));
  await persist(signal, () => bus.js.publish(subject, bytes, { msgID: message.id }));
}
