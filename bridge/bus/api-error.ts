import { NatsError } from "nats";

/**
 * JetStream's own numbers for what it refuses, from nats-server's server/errors.json. The HTTP-like code beside them
 * says too little: a missing stream, consumer and message are all 404.
 */
export const apiErrors = { consumerNotFound: 10014, noMessageFound: 10037, wrongLastSequence: 10071 } as const;

/** True when JetStream refused a request for this reason. */
export function isApiError(error: unknown, reason: keyof typeof apiErrors): boolean {
  return error instanceof NatsError && error.api_error?.err_code === apiErrors[reason];
}
