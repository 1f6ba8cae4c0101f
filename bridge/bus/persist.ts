import { ErrorCode, NatsError } from "nats";
import { VigaError } from "../../config/errors.ts";
import { pause } from "./timers.ts";

/** Milliseconds for which a bus may store and answer nothing: a killed server is back in seconds. */
const patience = 60_000;

/**
 * Runs a JetStream request again until it answers. Errors that no repetition mends are thrown at once, `bus_unreachable`
 * when the bus has been away for a minute or cannot store anything.
 */
export async function persist<T>(signal: AbortSignal | undefined, request: () => Promise<T>): Promise<T> {
  const started = Date.now();
  for (let attempt = 0; ; attempt++) {
    if (signal?.aborted) throw new VigaError("interrupted", "stopped while talking to the bus");
    try {
      return await request();
    } catch (error) {
      if (isFull(error)) throw full(error);
      if (!isAway(error)) throw translate(error);
      if (Date.now() - started > patience) throw gone(error);
    }
    await pause(Math.min(1000, 20 * 2 ** Math.min(attempt, 6)), signal);
  }
}

/** The server's own words for a store that takes nothing more: 10023 and 10047, or what the system said when it wrote. */
function isFull(error: unknown): boolean {
  if (!(error instanceof NatsError)) return false;
  const { err_code, description = "" } = error.api_error ?? {};
  return (
    err_code === 10023 || err_code === 10047 || /no space left|insufficient.*(storage|resources)/i.test(description)
  );
}

function full(cause: unknown): VigaError {
  return new VigaError("bus_unreachable", "the bus can store nothing more: its disk is full", {
    cause,
    hint: "free some space where the NATS server keeps its store (viga clean), then go on with viga run --resume",
  });
}

function gone(cause: unknown): VigaError {
  const why = cause instanceof NatsError ? (cause.api_error?.description ?? cause.code) : String(cause);
  return new VigaError("bus_unreachable", `the bus has not answered for ${patience / 1000} s (${why})`, {
    cause,
    hint: "is the NATS server up and its disk not full? Then go on with viga run --resume",
  });
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
