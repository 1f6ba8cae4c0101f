import { z } from "zod";

/** Every way a part of viga can fail. Closed: a new code needs an exit code in config/errors.ts. */
export const errorCodes = [
  "config_invalid",
  "input_invalid",
  "not_found",
  "dependency_missing",
  "bus_unreachable",
  "bus_conflict",
  "bus_payload",
  "artifact_missing",
  "artifact_corrupt",
  "engine_failed",
  "engine_timeout",
  "program_error",
  "sandbox_unavailable",
  "slot_unavailable",
  "lease_stale",
  "model_auth",
  "model_unreachable",
  "model_rate_limited",
  "model_timeout",
  "model_context",
  "model_reply_invalid",
  "model_refused",
  "player_failed",
  "budget_exhausted",
  "interrupted",
  "internal",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** What a caller may do about an error: nothing, the same again, or the same on another slot or endpoint. */
export const retry = z.enum(["never", "same", "elsewhere"]);
export type Retry = z.infer<typeof retry>;

/** An error as plain data, safe on the bus and in snapshots (an `Error` in an XState context becomes `{}`). */
export const errorData = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  retry,
  hint: z.string().optional(),
});
export type ErrorData = z.infer<typeof errorData>;
