import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createModel } from "../../../../bridge/models/client.ts";
import { backoffMs } from "../../../../bridge/models/endpoint/backoff.ts";
import { retryAfter } from "../../../../bridge/models/endpoint/failures.ts";
import { keyHint, keySource, readKey, redact } from "../../../../bridge/models/endpoint/keys.ts";
import { readImageLimit, readOverflow } from "../../../../bridge/models/endpoint/overflow.ts";
import { gateOf } from "../../../../bridge/models/endpoint/rate-limit.ts";
import type { Answer } from "../../../servers/answers.ts";
import { scriptedServer } from "../../../servers/openai.ts";
import { quickDeps, request, testProfile } from "../setup.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;

describe("what endpoints say about length", () => {
  it.each([
    [
      "vLLM",
      "This model's maximum context length is 8192 tokens. However, you requested 10825 tokens (8825 in the messages, 2000 in the completion). Please reduce the length of the messages or completion.",
      { limit: 8192, input: 8825 },
    ],
    [
      "vLLM, the prompt alone",
      "The decoder prompt (length 8825) is longer than the maximum model length of 8192. Make sure that `max_model_len` is no smaller than the number of text tokens plus multimodal tokens.",
      { limit: 8192, input: 8825 },
    ],
    [
      "vLLM, room for the answer",
      "'max_tokens' or 'max_completion_tokens' is too large: 20000. This model's maximum context length is 32768 tokens and your request has 15000 input tokens (20000 > 32768 - 15000).",
      { limit: 32768, input: 15000 },
    ],
    [
      "vLLM, newer",
      "You passed 8193 input tokens and requested 0 output tokens. However, the model's context length is only 8192 tokens, resulting in a maximum input length of 8192 tokens.",
      { limit: 8192, input: 8193 },
    ],
    [
      "OpenAI",
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130,123 tokens. Please reduce the length of the messages.",
      { limit: 128000, input: 130123 },
    ],
    [
      "OpenAI, output",
      "max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you provided 100000.",
      { output: 16384 },
    ],
    ["Anthropic", "prompt is too long: 208310 tokens > 200000 maximum", { limit: 200000, input: 208310 }],
    [
      "Anthropic, both",
      "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again",
      { limit: 200000, input: 190000 },
    ],
    [
      "Anthropic, output",
      "max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens",
      { output: 64000 },
    ],
    [
      "Google",
      "The input token count (1100000) exceeds the maximum number of tokens allowed (1048575).",
      { limit: 1048575, input: 1100000 },
    ],
    ["Qwen", "Range of input length should be [1, 129024]", { limit: 129024 }],
    [
      "llama.cpp",
      "request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it",
      { limit: 4096, input: 9000 },
    ],
    [
      "SGLang",
      "The input (9000 tokens) is longer than the model's context length (4096 tokens).",
      { limit: 4096, input: 9000 },
    ],
    [
      "LM Studio",
      "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
      { limit: 4096, input: 9000 },
    ],
    [
      "LM Studio, newer",
      "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 9000>= n_ctx: 4096).",
      { limit: 4096, input: 9000 },
    ],
    [
      "TGI",
      "Input validation error: `inputs` must have less than 4096 tokens. Given: 9000",
      { limit: 4096, input: 9000 },
    ],
    [
      "TGI, with output",
      "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3000 `inputs` tokens and 2000 `max_new_tokens`",
      { limit: 4096, input: 3000 },
    ],
    ["Ollama", "input length exceeds maximum context length", {}],
    ["a gateway", "Input token length is too long", {}],
    ["Qwen, output", "Range of max_tokens should be [1, 8192]", { output: 8192 }],
  ])("%s", (_, message, expected) => {
    expect(readOverflow(message)).toEqual(expected);
  });

  it("other complaints are none about length, and any text is read without throwing", () => {
    expect(readOverflow("Invalid value for 'tools'")).toBeUndefined();
    expect(readOverflow("The model does not exist")).toBeUndefined();
    expect(readImageLimit("At most 1 image(s) may be provided in one prompt.")).toBe(1);
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void readOverflow(text)));
  });
});

describe("waiting", () => {
  it("reads retry-after in all its forms, and none out of nonsense", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    const read = (headers: Record<string, string>) => retryAfter(new Headers(headers), now);
    expect(read({ "retry-after": "3" })).toBe(3000);
    expect(read({ "retry-after": "0.5" })).toBe(500);
    expect(read({ "retry-after": "Thu, 01 Jan 2026 00:00:20 GMT" })).toBe(20_000);
    expect(read({ "retry-after": "Thu, 01 Jan 2020 00:00:20 GMT" })).toBe(0);
    expect(read({ "retry-after-ms": "250", "retry-after": "9" })).toBe(250);
    expect(read({ "retry-after": "soon" })).toBeUndefined();
    expect(read({ "retry-after": "-4" })).toBeUndefined();
    expect(read({})).toBeUndefined();
  });

  it("grows with jitter, has a ceiling, and is never shorter than asked", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.option(fc.integer({ min: 0, max: 100_000 })),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, asked, random) => {
          const wait = backoffMs(attempt, asked ?? undefined, () => random);
          expect(wait).toBeGreaterThanOrEqual(asked ?? Math.min(30_000, 500 * 2 ** (attempt - 1)) / 4);
          expect(wait).toBeLessThanOrEqual(asked === null ? 30_000 : asked + 1000);
        },
      ),
    );
  });
});

describe("an endpoint's gate", () => {
  it("lets in as many calls at once as the profile says, over all models and handles of the process", async () => {
    const server = await scriptedServer({ a: {}, b: {} });
    const slow: Answer = { kind: "slow", text: "done and done and done and done and done", ms: 15 };
    server.otherwise("a", slow);
    server.otherwise("b", slow);
    const handles = ["a", "b", "a", "b"].map((model) =>
      createModel(testProfile(server.url, model, { concurrency: 2 }), quickDeps().deps),
    );
    await Promise.all(
      handles.flatMap((handle) => [handle, handle]).map((handle) => handle.chat(request({ tools: [] }))),
    );
    expect(server.requests.length).toBe(8);
    expect(server.mostOpen()).toBe(2);
    await server.close();
  });

  it("spreads calls per minute, in order, and a pause holds for all", async () => {
    const profile = testProfile("http://gate.test/v1", "g", { rpm: 2, concurrency: 9 });
    const gate = gateOf(profile);
    const entered: number[] = [];
    const stop = new AbortController();
    const waiting = [0, 1, 2].map((i) =>
      gate.enter(profile, stop.signal).then(
        (leave) => {
          entered.push(i);
          leave();
        },
        (error: { code: string }) => error.code,
      ),
    );
    await Promise.all(waiting.slice(0, 2));
    expect(entered).toEqual([0, 1]);
    stop.abort();
    expect(await waiting[2]).toBe("interrupted");
    const other = { ...profile, base_url: "http://pause.test/v1" };
    gateOf(other).pause(60);
    const before = Date.now();
    (await gateOf(other).enter(other, signal))();
    expect(Date.now() - before).toBeGreaterThanOrEqual(50);
    expect(gateOf({ ...other, base_url: "http://pause.test/v1/" })).toBe(gateOf(other));
  });

  it("a turn given back twice counts once, and an aborted call never enters", async () => {
    const profile = testProfile("http://twice.test/v1", "g", { concurrency: 1 });
    const leave = await gateOf(profile).enter(profile, signal);
    leave();
    leave();
    const held = await gateOf(profile).enter(profile, signal);
    let in2 = false;
    const second = gateOf(profile)
      .enter(profile, signal)
      .then((free) => {
        in2 = true;
        free();
      });
    await Promise.resolve();
    expect(in2).toBe(false);
    held();
    await second;
    await expect(gateOf(profile).enter(profile, AbortSignal.abort())).rejects.toMatchObject({ code: "interrupted" });
  });
});

describe("keys", () => {
  const profile = testProfile("http://x.test/v1", "k", { key_env: ["A_KEY", "B_KEY"], key_file: join(folder, "key") });
  it("come from the first variable set, then from the file, and are asked for by name", () => {
    expect(readKey(profile, { A_KEY: " ", B_KEY: " b " })).toBe("b");
    expect(keySource(profile, { B_KEY: "b" })).toBe("B_KEY");
    expect(() => readKey(profile, {})).toThrow(/key_file/);
    writeFileSync(join(folder, "key"), "from-file\nrest\n");
    expect(readKey(profile, {})).toBe("from-file");
    expect(keySource(profile, {})).toBe("key_file");
    expect(keyHint(profile)).toBe("export A_KEY=... (or B_KEY)");
    const bare = testProfile("http://x.test/v1", "k", { key_env: "C_KEY" });
    expect(() => readKey(bare, {})).toThrow(/no key for k/);
    expect(readKey({ ...bare, key_required: false }, {})).toBe("none");
    expect(keySource(bare, {})).toBeUndefined();
  });

  it.each(["\u201csk-abc\u201d", "sk-\u2022\u2022\u2022", "sk-abc\nsk-def", "sk abc"])(
    "that no request can carry are told as that, without being shown",
    (key) => {
      const pasted = testProfile("http://x.test/v1", "k", { key_env: "C_KEY" });
      expect(() => readKey(pasted, { C_KEY: key })).toThrow(
        /^the key for k in C_KEY holds characters that no key has$/,
      );
    },
  );

  it("are taken out of whatever an endpoint echoes, whole, in part or as a header", () => {
    expect(redact("bad key my-secret-value here", ["my-secret-value"])).toBe("bad key [key] here");
    expect(redact("Incorrect API key provided: sk-proj-abcd1234****wxyz.", [])).toBe(
      "Incorrect API key provided: [key].",
    );
    expect(redact("Authorization: Bearer abc.def", [])).toBe("Authorization: [key]");
    expect(redact("nothing of the kind", ["none"])).toBe("nothing of the kind");
  });
});
