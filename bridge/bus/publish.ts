import { ErrorCode, NatsError } from "nats";
import { VigaError } from "../../config/errors.ts";
import type { Bus } from "./connection.ts";
import type { Envelope } from "./envelope.ts";
import { pause } from "./timers.ts";

const encoder = new TextEncoder();

/**
 * Publishes to a stream and waits until it is stored; tried again for as long as the bus is away, because the
 * message id makes a second store a no-op. Throws `interrupted` when aborted, `bus_payload` when it is too large.
 */
export async function publish(bus: Bus, subject: string, message: Envelope, signal?: AbortSignal): Promise<void> {
  const bytes = encoder.encode(JSON.stringify(message));
  await persist(signal, () => bus.js.publish(subject, bytes, { msgID: message.id }));
}

/** Runs a JetStream request again until it answers; errors that no repetition mends are thrown at once. */
export async function persist<T>(signal: AbortSignal | undefined, request: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    if (signal?.aborted) throw new VigaError("interrupted", "stopped while talking to the bus");
    try {
      return await request();
    } catch (error) {
      if (!isAway(error)) throw translate(error);
    }
    await pause(Math.min(1000, 20 * 2 ** Math.min(attempt, 6)), signal);
  }
}

/** True when the server is away or busy, so that the same request may succeed later. */
function isAway(error: unknown): boolean {
  if (!(error instanceof NatsError)) return false;
  const code = error.api_error?.code;
  // 10008/503: JetStream temporarily unavailable, while a restarted server recovers its store.
  if (code !== undefined) return code === 503;
  return (
    error.code === ErrorCode.Timeout ||
    error.code === ErrorCode.NoResponders ||
    error.code === ErrorCode.Disconnect ||
    error.code === ErrorCode.ConnectionRefused ||
    error.code === ErrorCode.JetStreamNotEnabled
  );
}

function translate(error: unknown): unknown {
  if (!(error instanceof NatsError)) return error;
  if (error.code === ErrorCode.MaxPayloadExceeded) {
    return new VigaError("bus_payload", "a message is larger than the bus allows", {
      cause: error,
      hint: "long texts and pictures travel as artifacts",
    });
  }
  if (error.code === ErrorCode.ConnectionClosed || error.code === ErrorCode.ConnectionDraining) {
    return new VigaError("interrupted", "the connection to the bus was closed", { cause: error });
  }
  return error;
}
