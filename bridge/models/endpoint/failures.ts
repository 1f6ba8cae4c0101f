import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from "openai";
import { VigaError } from "../../../config/errors.ts";
import type { NamedProfile } from "../../../config/profile.ts";
import type { Attempt } from "./attempt.ts";
import { keyHint, redact } from "./keys.ts";
import { type Overflow, readImageLimit, readOverflow } from "./overflow.ts";

/** What one failed attempt means. `waitMs`: how long the endpoint asked to wait. */
export interface Failure {
  error: VigaError;
  /** True: the same request may succeed later. */
  passing: boolean;
  status?: number;
  waitMs?: number;
  overflow?: Overflow;
  imageLimit?: number;
  partial?: Attempt;
  /** The endpoint's own words, without keys; for field refusals. */
  message: string;
}

/** An attempt that this side gave up: no first byte, silence in the middle, or too long overall. */
export class AttemptTimeout extends Error {
  override readonly name = "AttemptTimeout";
}

/** An answer that is no answer: HTML, a stream of garbage, no JSON, or one that stops without saying so. */
export class BadAnswer extends Error {
  override readonly name = "BadAnswer";
  /** What had arrived of it, where that can be read. */
  readonly partial: Attempt | undefined;

  constructor(message: string, partial?: Attempt) {
    super(message);
    this.partial = partial;
  }
}

/** Longest part of an endpoint's message that is passed on. Characters. */
const longest = 600;

/** Milliseconds that the headers ask to wait: `retry-after-ms`, or `retry-after` in seconds or as a date. */
export function retryAfter(headers: Headers | undefined, now: number): number | undefined {
  const inMs = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  if (Number.isFinite(inMs) && inMs >= 0) return inMs;
  const said = headers?.get("retry-after")?.trim();
  if (!said) return undefined;
  const seconds = Number(said);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  const date = Date.parse(said);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Turns anything thrown by an attempt into what it means. No key and no SDK error object gets out of here. */
export function readFailure(thrown: unknown, profile: NamedProfile, secrets: readonly string[]): Failure {
  const { name } = profile;
  const message = redact(messageOf(thrown), secrets).slice(0, longest);
  const fail = (
    code: ConstructorParameters<typeof VigaError>[0],
    text: string,
    hint: string,
    passing: boolean,
    more: Partial<Failure> = {},
  ): Failure => ({
    error: new VigaError(code, `${name}: ${text}`, { hint, retry: passing ? "same" : "never" }),
    passing,
    message,
    ...more,
  });
  if (thrown instanceof APIUserAbortError) {
    return fail("interrupted", "the call was stopped", "resume the run to call again", false);
  }
  if (thrown instanceof AttemptTimeout || thrown instanceof APIConnectionTimeoutError) {
    return fail("model_timeout", message, `raise models.${name}.timeouts, or look at the server's load`, true);
  }
  if (thrown instanceof BadAnswer) {
    const hint = `check that ${profile.base_url} is an OpenAI-compatible endpoint`;
    return fail("model_reply_invalid", message, hint, true, thrown.partial ? { partial: thrown.partial } : {});
  }
  if (thrown instanceof APIConnectionError || !(thrown instanceof APIError)) {
    const hint = `is a server listening at ${profile.base_url}? Set models.${name}.base_url, or start it (viga vllm prints the command)`;
    return fail("model_unreachable", `no connection: ${message}`, hint, true);
  }
  const waitMs = retryAfter(thrown.headers, Date.now());
  const { status } = thrown;
  const more: Partial<Failure> = {
    ...(status === undefined ? {} : { status }),
    ...(waitMs === undefined ? {} : { waitMs }),
  };
  if (status === 401 || status === 403) {
    // The endpoint's own words are left out: some repeat part of the key.
    return fail("model_auth", `the endpoint refused the key (${status})`, keyHint(profile), false, more);
  }
  if (status === 404) {
    const hint = `check models.${name}.base_url (${profile.base_url}) and model (${profile.model}); GET /models lists what is served`;
    return fail("model_unreachable", `not found: ${message}`, hint, false, more);
  }
  if (status === 429) {
    if (/insufficient_quota|billing|credit balance/i.test(`${thrown.code} ${message}`)) {
      return fail(
        "model_rate_limited",
        `no quota left: ${message}`,
        "top up the account, or map the role to another model",
        false,
        more,
      );
    }
    return fail(
      "model_rate_limited",
      `too many requests: ${message}`,
      `lower models.${name}.concurrency or set rpm`,
      true,
      more,
    );
  }
  const overflow = status === 400 || status === 413 || status === 422 ? readOverflow(message) : undefined;
  if (overflow || status === 413) {
    const hint = `lower models.${name}.context_tokens to the endpoint's, or memory.rounds and image_max_px`;
    return fail("model_context", `too long: ${message}`, hint, false, { ...more, overflow: overflow ?? {} });
  }
  if (status === 408 || status === 409 || status === 425 || status === undefined || status >= 500) {
    const hint = "the endpoint is overloaded or broken; wait, or map the role to another model";
    return fail("model_unreachable", `the endpoint failed (${status ?? "mid-answer"}): ${message}`, hint, true, more);
  }
  const imageLimit = readImageLimit(message);
  if (imageLimit !== undefined) more.imageLimit = imageLimit;
  return fail(
    "model_refused",
    `the endpoint refused the request (${status}): ${message}`,
    "see its message; `viga model probe` tries what it takes",
    false,
    more,
  );
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof APIError) {
    const inner = thrown.error as { message?: unknown } | undefined;
    if (typeof inner?.message === "string") return inner.message;
  }
  if (!(thrown instanceof Error)) return String(thrown);
  // fetch says "fetch failed"; what failed is in the cause.
  const cause = innermost(thrown);
  return cause === thrown
    ? thrown.message
    : `${thrown.message} (${(cause as { code?: string }).code ?? cause.message})`;
}

function innermost(error: Error): Error {
  let at = error;
  for (let depth = 0; depth < 5 && at.cause instanceof Error; depth++) at = at.cause;
  return at;
}
