import { ErrorCode, NatsError } from "nats";
import { VigaError } from "../../config/errors.ts";
import { pause } from "./timers.ts";

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
