import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { errorOf, readErrorBody } from "../../../../bridge/models/endpoint/error-body.ts";
import { readFailure } from "../../../../bridge/models/endpoint/failures.ts";
import { EndpointSaid } from "../../../../bridge/models/endpoint/thrown.ts";
import { testProfile } from "../setup.ts";

const profile = testProfile("http://x.test/v1", "m");
const words = "the model is on holiday";

describe("an error body", () => {
  it.each<[string, unknown]>([
    ["OpenAI's", { error: { message: words, type: "server_error", code: null } }],
    ["a text as the error", { error: words }],
    ["Google's list of one", [{ error: { message: words, status: "UNAVAILABLE" } }]],
    ["FastAPI's detail", { detail: words }],
    ["FastAPI's list", { detail: [{ loc: ["body"], msg: words }] }],
    ["vLLM's", { object: "error", message: words, code: 400 }],
    ["Anthropic's", { type: "error", error: { type: "overloaded_error", message: words } }],
    ["Cloudflare's", { success: false, errors: [{ code: 7003, message: words }] }],
    ["a list of texts", { errors: [words] }],
    ["MiniMax's", { choices: null, base_resp: { status_code: 1004, status_msg: words } }],
    ["DashScope's", { code: "Throttling", message: words, request_id: "1" }],
    ["Baidu's", { error_code: 18, error_msg: words }],
    ["OAuth's", { error: "invalid_client", error_description: words }],
    ["Apigee's", { fault: { faultstring: words, detail: { errorcode: "x" } } }],
    ["a problem (RFC 9457)", { type: "about:blank", title: "Busy", status: 503, detail: words }],
    ["nested twice", { error: { error: { message: words } } }],
    ["a detail that is an error", { detail: { error: { message: words } } }],
  ])("in %s form is read", (_form, body) => {
    expect(errorOf(body)?.message).toContain(words);
    expect(readErrorBody(JSON.stringify(body)).message).toContain(words);
  });

  it.each<unknown>([
    { id: "x", choices: [], error: null },
    { id: "x", choices: null, usage: null },
    { id: "x", error: {}, choices: [] },
    { id: "x", choices: null, base_resp: { status_code: 0, status_msg: "success" } },
    { id: "x", error: { code: 0, message: "" } },
  ])("is not seen in %j", (body) => expect(errorOf(body)).toBeUndefined());

  it("is read without throwing whatever it is, and its words are found in any of its wrappers", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void errorOf(value)));
    const wrapped = fc.letrec<{ body: unknown }>((tie) => ({
      body: fc.oneof(
        { depthSize: "small", maxDepth: 3 },
        fc.constantFrom("message", "detail", "msg", "error_msg", "reason").map((key) => ({ [key]: words })),
        fc.tuple(fc.constantFrom("error", "errors", "fault"), tie("body")).map(([key, inner]) => ({ [key]: inner })),
        tie("body").map((inner) => [inner]),
      ),
    })).body;
    fc.assert(fc.property(wrapped, (body) => (JSON.stringify(errorOf(body)) ?? words).includes(words)));
  });
});

describe("how long an endpoint asks to wait", () => {
  it.each<[string, number]>([
    ["Rate limit reached ... Please try again in 6s.", 6000],
    ["Please try again in 1m26.4s.", 86_400],
    ["Please retry in 38.281950542s.", 38_281.950542],
    ["Please try again in 500ms.", 500],
    ["Please retry after 59 seconds.", 59_000],
    ["reached organization max RPM: 3, please try again after 1 seconds", 1000],
    ["Please wait 2 minutes before you try", 120_000],
    ["try again in 7h39m35.2s", 27_575_200],
  ])("%s", (message, ms) => expect(errorOf({ message })?.retryMs).toBeCloseTo(ms, 0));

  it("is read from its fields too, and not from other words", () => {
    expect(errorOf({ error: { message: "busy" }, retry_after: 12 })?.retryMs).toBe(12_000);
    expect(errorOf({ error: { message: "busy", retry_after: "3" } })?.retryMs).toBe(3000);
    for (const message of ["try again later", "wait for it", "in 3 days", "try again in the morning"])
      expect(errorOf({ message })?.retryMs).toBeUndefined();
  });
});

describe("what an error behind a good status means", () => {
  const failure = (body: unknown) => readFailure(new EndpointSaid(errorOf(body)!), profile, []);
  it.each<[string, unknown, string, boolean]>([
    ["a code of HTTP", { error: { message: "x", code: "429" } }, "model_rate_limited", true],
    ["Google's status", { error: { message: "x", status: "RESOURCE_EXHAUSTED" } }, "model_rate_limited", true],
    ["a type", { error: { message: "x", type: "authentication_error" } }, "model_auth", false],
    ["a type that passes", { error: { message: "x", type: "overloaded_error" } }, "model_unreachable", true],
    ["words about credit", { error: "Insufficient credits on this account" }, "model_rate_limited", false],
    ["words about the key", { message: "Incorrect API key provided" }, "model_auth", false],
    ["words about the model", { error: 'model "x" not found, try pulling it first' }, "model_unreachable", false],
    ["words about the rate", { detail: "Too many requests" }, "model_rate_limited", true],
    ["words about the context", { error: "the request exceeds the available context size" }, "model_context", false],
    ["words that say nothing", { error: "upstream out of memory" }, "model_unreachable", true],
  ])("%s", (_title, body, code, passing) => {
    const read = failure(body);
    expect(read).toMatchObject({ passing, error: { code } });
  });
});

describe("a limit of a minute and one for good are told apart", () => {
  const read = (error: Record<string, unknown>) => readFailure(new EndpointSaid(errorOf({ error })!), profile, []);
  it.each<[string, Record<string, unknown>, boolean]>([
    [
      "Google, a minute",
      { code: 429, message: "You exceeded your current quota, please check your plan and billing details." },
      true,
    ],
    [
      "Google, a day",
      {
        code: 429,
        message: "You exceeded your current quota, please check your plan and billing details.",
        details: [
          { "@type": "QuotaFailure", violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }] },
          { "@type": "RetryInfo", retryDelay: "38s" },
        ],
      },
      false,
    ],
    [
      "OpenAI, a minute",
      { code: "rate_limit_exceeded", message: "Limit 10000, Used 9000. Please try again in 6s." },
      true,
    ],
    [
      "OpenAI, the account",
      {
        code: "insufficient_quota",
        message: "You exceeded your current quota, please check your plan and billing details.",
      },
      false,
    ],
    [
      "DashScope, a minute",
      {
        code: 429,
        type: "insufficient_quota",
        message: "Allocated quota exceeded, please increase your quota limit.",
      },
      true,
    ],
    [
      "Moonshot, a minute",
      { type: "rate_limit_reached_error", message: "max RPM: 3, please try again after 1 seconds" },
      true,
    ],
    [
      "Moonshot, the account",
      { code: 429, type: "exceeded_current_quota_error", message: "check your account balance" },
      false,
    ],
    [
      "Vertex, a minute",
      { code: 429, message: "Quota exceeded for generate_content_requests_per_minute_per_project" },
      true,
    ],
    ["Zhipu, the account", { code: 429, message: "余额不足或无可用资源包,请充值。" }, false],
    [
      "Anthropic, a minute",
      { type: "rate_limit_error", message: "your rate limit of 30,000 input tokens per minute" },
      true,
    ],
    [
      "OpenRouter, a day",
      { code: 429, message: "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000" },
      false,
    ],
  ])("%s", (_title, error, passing) => {
    expect(read(error)).toMatchObject({ passing, error: { code: "model_rate_limited" } });
  });
});
