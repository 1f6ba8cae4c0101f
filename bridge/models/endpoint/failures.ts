import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from "openai";
import { VigaError } from "../../../config/errors.ts";
import type { NamedProfile } from "../../../config/profile.ts";
import { refusesTools } from "../wire/refusals.ts";
import type { Attempt } from "./answer.ts";
import { errorOf, type Said } from "./error-body.ts";
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
  /** The answer was longer than was allowed, and nothing of it came. */
  cut?: boolean;
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
  if (thrown instanceof EndpointSaid) return refusal(undefined, thrown.said);
  if (thrown instanceof APIConnectionError || !(thrown instanceof APIError)) {
    if (/redirect/i.test(message)) {
      const hint = `set models.${name}.base_url to where it leads: ${profile.base_url} only redirects`;
      return fail("model_unreachable", `the endpoint redirects without end`, hint, false);
    }
    const hint = `is a server listening at ${profile.base_url}? Set models.${name}.base_url, or start it (viga vllm prints the command)`;
    return fail("model_unreachable", `no connection: ${message}`, hint, true);
  }
  return refusal(thrown.status, saidOf(thrown), retryAfter(thrown.headers, Date.now()));

  /** What a refusal means: by its status, and by its words where servers differ. */
  function refusal(http: number | undefined, said: Said, asked?: number): Failure {
    const status = http ?? statusOf(said);
    /** A good status with an error behind it is told as that. */
    const shown = http ?? (Number(said.code) === status ? status : `in an answer with status 200`);
    const waitMs = asked ?? (status === 429 || status === 503 ? said.retryMs : undefined);
    const more: Partial<Failure> = {
      ...(status === undefined ? {} : { status }),
      ...(waitMs === undefined ? {} : { waitMs }),
      ...(said.param === undefined ? {} : { param: said.param }),
    };
    const aboutKey = /api[ _-]?key|credential|authenticat|token/i.test(message);
    if (status === 401 || (status === 400 && badKey.test(`${said.type} ${message}`))) {
      return fail("model_auth", `the endpoint refused the key (${shown}): ${message}`, keyHint(profile), false, more);
    }
    if (noPictures.test(message) && status !== 403) {
      const hint = `this model takes no pictures there: set models.${name}.image_max_px to 0, or start its server with vision`;
      return fail("model_refused", `no pictures (${shown}): ${message}`, hint, false, more);
    }
    if (status === 403) {
      const hint = aboutKey
        ? keyHint(profile)
        : "see its message: the region, the account or a gateway may not let this model be used; another key may not help";
      return fail("model_auth", `the endpoint does not allow it (${shown}): ${message}`, hint, false, more);
    }
    if (status === 402) {
      return fail("model_rate_limited", `no credit left (${shown}): ${message}`, topUp, false, more);
    }
    const noModel = (status === 400 || status === 404) && unknownModel.test(message);
    if (noModel || (status === 404 && !refusesTools({ status, message, param: said.param }))) {
      const hint = `check models.${name}.base_url (${profile.base_url}) and model (${profile.model}); GET /models lists what is served`;
      return fail("model_unreachable", `not found: ${message}`, hint, false, more);
    }
    if (status === 400 && /could not finish the message because max_tokens/i.test(message)) {
      const hint = `raise models.${name}.max_tokens`;
      return fail("model_reply_invalid", `cut off: ${message}`, hint, false, { ...more, cut: true });
    }
    const imageLimit = readImageLimit(message);
    if (imageLimit !== undefined && status !== 429) {
      const hint = `set models.${name}.max_images to what the endpoint takes`;
      const words = `too many pictures (${shown}): ${message}`;
      return fail("model_refused", words, hint, false, { ...more, imageLimit });
    }
    const sized = [undefined, 400, 413, 422, 429, 500].includes(status);
    // A limit of a minute that is less than the request is a limit of its length: waiting mends nothing.
    const tokens = status === 413 || status === 429 ? /request (body )?too large.*token/is.test(message) : sized;
    const overflow = tokens ? readOverflow(message) : undefined;
    if (!overflow && (status === 413 || (sized && status !== 429 && tooManyBytes(message)))) {
      const hint = `lower models.${name}.image_max_px or memory.rounds, or raise the server's limit on a request's size`;
      return fail("model_context", `the request is too large: ${message}`, hint, false, { ...more, tooLarge: true });
    }
    if (overflow) {
      const hint = `lower models.${name}.context_tokens to the endpoint's, or memory.rounds and image_max_px`;
      return fail("model_context", `too long: ${message}`, hint, false, { ...more, overflow });
    }
    if (status === 429) {
      if (said.daily || forGood(said, message, waitMs))
        return fail("model_rate_limited", `no quota left: ${message}`, topUp, false, more);
      const hint = `lower models.${name}.concurrency or set rpm; where its message speaks of a quota, look at the account`;
      return fail("model_rate_limited", `too many requests: ${message}`, hint, true, more);
    }
    const passing = [408, 409, 425, 498, 529].includes(status ?? 0) || status === undefined || status >= 500;
    // llama.cpp answers with a 500 where its start options do not allow tools; no repeat changes that.
    if (passing && !/tools param requires|--jinja/i.test(message)) {
      const hint = "the endpoint is overloaded or broken; wait, or map the role to another model";
      return fail("model_unreachable", `the endpoint failed (${shown}): ${message}`, hint, true, more);
    }
    const words = `the endpoint refused the request (${shown}): ${message}`;
    return fail("model_refused", words, "see its message; `viga model probe` tries what it takes", false, more);
  }
}

const topUp = "look at the account's plan and credit, or map the role to another model";

/** Quota that waiting does not bring back. Google and others speak of plan and billing at limits of a minute too. */
const noQuota =
  /insufficient[_ ](quota|balance|credit|funds)|exceeded_current_quota|billing_(hard_limit|not_active)|(?<!plan (and|&) )billing|credit balance|(out of|no|add|more) credits?|余额|欠费|充值/i;
/** What names a limit of a short time, whatever else the same text or code says. */
const ofTheMinute = /per[ _-]?(minute|min|second|sec)\b|\b[RT]P[MS]\b|allocated quota exceeded|throttl|concurren/i;

function forGood(said: Said, message: string, waitMs: number | undefined): boolean {
  if (waitMs === undefined && /per[ _-]?day|daily/i.test(message)) return true;
  return noQuota.test(`${said.code ?? ""} ${said.type ?? ""} ${message}`) && !ofTheMinute.test(message);
}

const noPictures =
  /mmproj|not a multimodal model|unknown variant `?image_url|(image|vision|multimodal)[ _-]?(input|content|url|data|part|modality)?s? (is|are) (not supported|only supported|disabled)|(does(n't| not)|not|no endpoints? found that) support (image|vision|multi-?modal|picture|visual)|only (support|accept|take)s? (text|string)|text-only model|unsupported (content|part) type:? .?image|cannot process images?/i;

const badKey =
  /api[_ ]?key (is )?(not valid|invalid|not found|expired|missing)|(invalid|incorrect|missing|expired|no) api[_ ]?key|UNAUTHENTICATED/i;
const unknownModel =
  /(model|deployment)( name| id)? ?[`'"]?[\w./:@-]*[`'"]? ?(is |was )?(not found|does ?n[o']t exist|not exist|unknown|not a valid|not available)|(unknown|no such|invalid) model|not a valid model|model_not_found/i;

/** By what a body calls its error where no status says it, the surest first. */
const namedStatus: readonly (readonly [RegExp, number])[] = [
  [/rate_?limit|too_?many_?requests|RESOURCE_EXHAUSTED|throttl/i, 429],
  [/insufficient_?(quota|balance|credit|funds)|payment_required/i, 402],
  [/authentication|unauthorized|UNAUTHENTICATED|invalid_?api_?key/i, 401],
  [/permission|forbidden|access_?denied/i, 403],
  [/not_?found/i, 404],
  [/overloaded|unavailable|server_?error|internal|timeout/i, 503],
  [/invalid_?(request|param|argument)|bad_?request|validation/i, 400],
];
/** The same by its words. */
const wordedStatus: readonly (readonly [RegExp, number])[] = [
  [/rate limit|too many requests/i, 429],
  [/insufficient (credit|balance|quota|funds)|out of credits/i, 402],
  [badKey, 401],
  [/unauthori[sz]ed|not authenticated/i, 401],
  [/\bnot found\b|does not exist|no such model|unknown model/i, 404],
];

/** The HTTP status that a body means where the response's own does not say it; undefined: it may pass. */
function statusOf({ code, type, message }: Said): number | undefined {
  const number = Number(code);
  if (Number.isInteger(number) && number >= 400 && number < 600) return number;
  const name = `${type ?? ""} ${code ?? ""}`;
  const found = namedStatus.find(([words]) => words.test(name)) ?? wordedStatus.find(([words]) => words.test(message));
  return found?.[1];
}

/** What the library's error holds; `fetchReadably` has made an object of it, a stream may bring anything. */
function saidOf(thrown: APIError): Said {
  const said = errorOf({ error: thrown.error }) ?? { message: "no reason given" };
  // What the client's own fetch has read already keeps what it found.
  const known = thrown.error as Partial<Said> | undefined;
  return {
    ...said,
    ...(typeof known?.retryMs === "number" ? { retryMs: known.retryMs } : {}),
    ...(known?.daily === true ? { daily: true } : {}),
  };
}

function messageOf(thrown: unknown): string {
  if (thrown instanceof EndpointSaid) return thrown.said.message;
  if (thrown instanceof APIError && thrown.error !== undefined) return saidOf(thrown).message;
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
