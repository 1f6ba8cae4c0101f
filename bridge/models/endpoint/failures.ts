import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from "openai";
import { VigaError } from "../../../config/errors.ts";
import type { NamedProfile } from "../../../config/profile.ts";
import type { Attempt } from "./answer.ts";
import type { Said } from "./error-body.ts";
import { keyHint, redact } from "./keys.ts";
import { type Overflow, readImageLimit, readOverflow, tooManyBytes } from "./overflow.ts";
import { AttemptTimeout, BadAnswer, EndpointSaid } from "./thrown.ts";

/** What one failed attempt means. `waitMs`: how long the endpoint asked to wait. */
export interface Failure {
  error: VigaError;
  /** True: the same request may succeed later. */
  passing: boolean;
  status?: number;
  waitMs?: number;
  overflow?: Overflow;
  /** The request is over the endpoint's size limit in bytes. */
  tooLarge?: boolean;
  imageLimit?: number;
  /** The request field that the endpoint names as wrong. */
  param?: string;
  partial?: Attempt;
  /** The endpoint's own words, without keys; for field refusals. */
  message: string;
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
  if (thrown instanceof EndpointSaid) return refusal(statusOf(thrown.said), thrown.said);
  if (thrown instanceof APIConnectionError || !(thrown instanceof APIError)) {
    const hint = `is a server listening at ${profile.base_url}? Set models.${name}.base_url, or start it (viga vllm prints the command)`;
    return fail("model_unreachable", `no connection: ${message}`, hint, true);
  }
  const said: Said = (thrown.error as Said | undefined) ?? { message };
  return refusal(thrown.status ?? statusOf(said), said, retryAfter(thrown.headers, Date.now()));

  /** What a refusal means: by its status, and by its words where servers differ. */
  function refusal(status: number | undefined, said: Said, asked?: number): Failure {
    const waitMs = asked ?? (status === 429 ? said.retryMs : undefined);
    const more: Partial<Failure> = {
      ...(status === undefined ? {} : { status }),
      ...(waitMs === undefined ? {} : { waitMs }),
      ...(said.param === undefined ? {} : { param: said.param }),
    };
    if (status === 401) {
      // The endpoint's own words are left out: they are about the key, and some repeat part of it.
      return fail("model_auth", `the endpoint refused the key (${status})`, keyHint(profile), false, more);
    }
    if (status === 403) {
      const hint = /api[ _-]?key|credential|authenticat|token/i.test(message)
        ? keyHint(profile)
        : "see its message: the region, the account or a gateway may not let this model be used; another key may not help";
      return fail("model_auth", `the endpoint does not allow it (403): ${message}`, hint, false, more);
    }
    if (status === 402) {
      const hint = "top up the account, or map the role to another model";
      return fail("model_rate_limited", `no credit left (402): ${message}`, hint, false, more);
    }
    if (status === 404) {
      const hint = `check models.${name}.base_url (${profile.base_url}) and model (${profile.model}); GET /models lists what is served`;
      return fail("model_unreachable", `not found: ${message}`, hint, false, more);
    }
    if (status === 429) {
      if (waitMs === undefined && noQuota.test(`${said.code ?? ""} ${said.type ?? ""} ${message}`)) {
        const hint = "top up the account, or map the role to another model";
        return fail("model_rate_limited", `no quota left: ${message}`, hint, false, more);
      }
      const hint = `lower models.${name}.concurrency or set rpm`;
      return fail("model_rate_limited", `too many requests: ${message}`, hint, true, more);
    }
    if (status === 413 || tooManyBytes(message)) {
      const hint = `lower models.${name}.image_max_px or memory.rounds, or raise the server's limit on a request's size`;
      return fail("model_context", `the request is too large: ${message}`, hint, false, { ...more, tooLarge: true });
    }
    const bad = status === 400 || status === 422;
    const overflow = bad || status === 500 ? readOverflow(message) : undefined;
    if (overflow) {
      const hint = `lower models.${name}.context_tokens to the endpoint's, or memory.rounds and image_max_px`;
      return fail("model_context", `too long: ${message}`, hint, false, { ...more, overflow });
    }
    if (noPictures.test(message)) {
      const hint = `this model takes no pictures there: set models.${name}.image_max_px to 0, or start its server with vision`;
      return fail("model_refused", `no pictures (${status ?? "in its answer"}): ${message}`, hint, false, more);
    }
    const passing = [408, 409, 425, 498, 529].includes(status ?? 0) || status === undefined || status >= 500;
    // llama.cpp answers with a 500 where its start options do not allow tools; no repeat changes that.
    if (passing && !/tools param requires|--jinja/i.test(message)) {
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
}

/** Quota that waiting does not bring back. Google says "billing" at every limit, also those of a minute. */
const noQuota = /insufficient[_ ](quota|balance|credit)|(?<!plan and )billing|credit balance|out of credits/i;

const noPictures =
  /mmproj|not a multimodal model|unknown variant `?image_url|(image|vision)[ _-]?(input|content|url)?s? (is|are) not supported|does(n't| not) support (image|vision)/i;

/** The HTTP status that a body names where the response's own does not say it. */
function statusOf({ code, type }: Said): number | undefined {
  const number = Number(code);
  if (Number.isInteger(number) && number >= 400 && number < 600) return number;
  if (/rate_limit/i.test(String(type ?? code))) return 429;
  return /invalid_request/i.test(String(type ?? code)) ? 400 : undefined;
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof EndpointSaid) return thrown.said.message;
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
