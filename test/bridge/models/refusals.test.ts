import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { replyMessage } from "../../../bridge/models/ask-again.ts";
import { createModel } from "../../../bridge/models/client.ts";
import { type ImagePart, toolSpec } from "../../../bridge/models/contract.ts";
import { type Answer, call, hermes } from "../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../servers/openai.ts";
import { claude5, gemini3, gpt6, signed } from "../../servers/strict.ts";
import { quickDeps, request, testProfile, tools, user } from "./setup.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer({
    "claude-sonnet-5": { strict: claude5 },
    "gpt-5.6-terra": { strict: gpt6 },
    "gpt-6.1-sol": { strict: gpt6 },
    "gpt-6-luna": { strict: gpt6 },
    "gemini-3.8-flash": { strict: gemini3 },
    lost: { strict: gemini3 },
    heavy: { mostBytes: 120_000 },
    "heavier!": { mostBytes: 2000 },
    m: {},
  });
});
afterAll(() => server.close());
beforeEach(() => server.requests.splice(0));

function handle(model: string, over: Record<string, unknown> = {}) {
  const quick = quickDeps();
  return { ...quick, model: createModel(testProfile(server.url, model, { retries: 2, ...over }), quick.deps) };
}
const done = { reason: "x" };
const status = (code: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  kind: "status",
  status: code,
  message: "",
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const failureOf = (over: Record<string, unknown> = {}): Promise<Error & { hint?: string; code?: string }> =>
  handle("m", over)
    .model.chat(request())
    .then(
      () => Promise.reject(new Error("it did not fail")),
      (error: Error) => error,
    );

describe("what a provider refuses is left out from then on, and told", () => {
  it("Claude 5: a deprecated temperature and a forced tool", async () => {
    const { model, events } = handle("claude-sonnet-5");
    server.script("claude-sonnet-5", call("end_process", done), call("end_process", done), call("end_process", done));
    expect((await model.chat(request())).calls[0]?.name).toBe("end_process");
    expect(events.filter((event) => event.type === "refused")).toMatchObject([
      { field: "temperature", message: expect.stringContaining("deprecated for this model") },
      { field: "tool_choice" },
    ]);
    await model.chat(request());
    expect(server.requests).toHaveLength(4);
    // What one role has met, another one of the same model does not meet again.
    const other = handle("claude-sonnet-5");
    await other.model.chat(request());
    expect(server.requests).toHaveLength(5);
    expect(server.requests[4]!.body.temperature).toBeUndefined();
    expect(other.events).toEqual([]);
  });

  it("GPT-6: tools with reasoning go into the text, and the reasoning stays as it was asked for", async () => {
    const { model } = handle("gpt-5.6-terra", { reasoning_effort: "high" });
    server.script("gpt-5.6-terra", hermes("end_process", done), hermes("end_process", done));
    const reply = await model.chat(request());
    expect(reply).toMatchObject({ style: "inline", calls: [{ name: "end_process" }] });
    expect(server.requests.at(-1)!.body).toMatchObject({ reasoning_effort: "high", max_completion_tokens: 2000 });
    await handle("gpt-5.6-terra", { reasoning_effort: "high" }).model.chat(request());
    expect(server.requests).toHaveLength(5);
  });

  it("GPT-6: with reasoning_effort none they stay native; a model without none does without the field", async () => {
    const gpt = { max_tokens_param: "max_completion_tokens", temperature: null, reasoning_effort: "none" };
    server.script("gpt-6-luna", call("end_process", done));
    expect(await handle("gpt-6-luna", gpt).model.chat(request())).toMatchObject({ style: "native", problems: [] });
    server.script("gpt-6.1-sol", hermes("end_process", done));
    const reply = await handle("gpt-6.1-sol", gpt).model.chat(request());
    expect(reply).toMatchObject({ style: "inline", calls: [{ name: "end_process" }] });
    expect(server.requests.at(-1)!.body.reasoning_effort).toBeUndefined();
  });

  it("Gemini 3: a call goes back with its signature, and tools without arguments without their parameters", async () => {
    const nothing = toolSpec("get_scene_info", "Lists the scene.", z.object({}));
    const { model } = handle("gemini-3.8-flash");
    server.script("gemini-3.8-flash", signed(call("get_scene_info", {}), "sig-1"), signed(call("end_process", done)));
    const all = [...tools, nothing];
    const first = await model.chat(request({ tools: all }));
    expect(first.calls[0]).toMatchObject({ name: "get_scene_info", extra: { google: { thought_signature: "sig-1" } } });
    const messages = [
      user("Draw."),
      replyMessage(JSON.parse(JSON.stringify(first))),
      { role: "tool" as const, toolCallId: first.calls[0]!.id, parts: [{ type: "text" as const, text: "one cube" }] },
    ];
    const second = await model.chat(request({ tools: all, messages }));
    expect(second).toMatchObject({ style: "native", calls: [{ name: "end_process" }] });
    expect(server.requests).toHaveLength(3);
    const sent = server.requests[2]!.body.messages.find((message) => message.tool_calls)!.tool_calls!;
    expect(sent[0]).toMatchObject({ extra_content: { google: { thought_signature: "sig-1" } } });
    const described = server.requests[2]!.body.tools!.map((tool) => Object.keys(tool.function));
    expect(described.map((keys) => keys.includes("parameters"))).toEqual([true, true, true, false]);
  });

  it("Gemini 3: a signature that was lost is replaced by the one that is not checked", async () => {
    const { model } = handle("lost");
    server.script("lost", call("end_process", done));
    const messages = [
      user("Draw."),
      { role: "assistant" as const, parts: [], toolCalls: [{ id: "a", name: "end_process", arguments: done }] },
      { role: "tool" as const, toolCallId: "a", parts: [{ type: "text" as const, text: "no" }] },
    ];
    expect((await model.chat(request({ messages }))).calls[0]?.name).toBe("end_process");
    expect(JSON.stringify(server.requests[1]!.body)).toContain("skip_thought_signature_validator");
  });

  const refusing = (field: string, body: unknown, code = 400): Answer => ({
    kind: "function",
    answer: (seen) =>
      field in seen.body
        ? status(code, body)
        : seen.tools.length > 0
          ? call("end_process", done)
          : hermes("end_process", done),
  });
  it.each<[string, string, unknown, number, Record<string, unknown>]>([
    [
      "LM Studio's response_format",
      "response_format",
      { error: "'response_format.type' must be 'json_schema' or 'text'" },
      400,
      { tools: "json" },
    ],
    [
      "a field as FastAPI refuses it (422)",
      "stream_options",
      { detail: [{ type: "extra_forbidden", loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }] },
      422,
      {},
    ],
    [
      "tools as FastAPI refuses them (422)",
      "tools",
      { detail: [{ type: "extra_forbidden", loc: ["body", "tools"], msg: "Extra inputs are not permitted" }] },
      422,
      {},
    ],
    [
      "tools without llama.cpp's --jinja (500)",
      "tools",
      { error: { code: 500, message: "tools param requires --jinja flag", type: "server_error" } },
      500,
      {},
    ],
    [
      "tools without a template for them",
      "tools",
      {
        error: {
          code: 400,
          message: "Unable to generate parser for this template. Automatic parser generation failed",
        },
      },
      400,
      {},
    ],
    [
      "a seed",
      "seed",
      { error: { message: 'Unknown name "seed": Cannot find field.', code: 400 } },
      400,
      { extra: { seed: 7 } },
    ],
    [
      "LM Studio's tool_choice",
      "tool_choice",
      { error: "Invalid tool_choice type: 'string'. Supported string values: none, auto" },
      400,
      {},
    ],
    [
      "a temperature that must be 1",
      "temperature",
      { error: { message: "invalid temperature: only 1 is allowed for this model" } },
      400,
      {},
    ],
  ])("%s", async (_title, field, body, code, over) => {
    // Each at an endpoint of its own: what is refused is remembered by endpoint and model.
    const own = await scriptedServer({ m: {} });
    own.otherwise("m", refusing(field, body, code));
    const quick = quickDeps();
    const model = createModel(testProfile(own.url, "m", over), quick.deps);
    const reply = await model.chat(request());
    expect(reply.calls[0]?.name).toBe("end_process");
    expect(own.requests).toHaveLength(2);
    expect(own.requests[1]!.body).not.toHaveProperty(field);
    expect(quick.events.find((event) => event.type === "refused")).toMatchObject({ field });
    expect(quick.waits).toEqual([]);
    await own.close();
  });
});

describe("a request over the endpoint's size limit", () => {
  async function noisy(label: string): Promise<ImagePart> {
    const pixels = Buffer.alloc(256 * 256 * 3);
    let state = 12345;
    for (const i of pixels.keys()) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      pixels[i] = (state >>> 16) & 0x7f;
    }
    const bytes = await sharp(pixels, { raw: { width: 256, height: 256, channels: 3 } })
      .png()
      .toBuffer();
    return { type: "image", bytes, media: "image/png", label };
  }

  it("is made again with lighter pictures, each time another, and stays light", async () => {
    const { model } = handle("heavy");
    server.script("heavy", call("end_process", done), call("end_process", done));
    const parts = [await noisy("target"), await noisy("render")];
    const reply = await model.chat(request({ messages: [{ role: "user", parts }] }));
    expect(reply.calls[0]?.name).toBe("end_process");
    const sizes = server.requests.map((seen) => seen.images.reduce((sum, image) => sum + image.bytes, 0));
    expect(sizes.length).toBeGreaterThan(1);
    for (const [i, size] of sizes.slice(1).entries()) expect(size).toBeLessThan(sizes[i]!);
    expect(server.requests.at(-1)!.images.map(({ media }) => media)).toEqual(["image/jpeg", "image/jpeg"]);
    expect(reply.receipts.map(({ sha256 }) => sha256)).toEqual(
      server.requests.at(-1)!.images.map(({ sha256 }) => sha256),
    );
    expect(reply.problems.filter((problem) => problem.code === "images_lightened")).toHaveLength(sizes.length - 1);
    const before = server.requests.length;
    await model.chat(request({ messages: [{ role: "user", parts }] }));
    expect(server.requests).toHaveLength(before + 1);
  });

  it("ends in one clear line where lighter pictures do not help, without a page of HTML", async () => {
    const { model } = handle("heavier!");
    const failed = await model
      .chat(request({ messages: [{ role: "user", parts: [await noisy("a")] }] }))
      .catch((e) => e);
    expect(failed).toMatchObject({
      code: "model_context",
      message: expect.stringContaining("413 Request Entity Too Large"),
    });
    expect(failed.message).not.toContain("<");
    expect(new Set(server.requests.map((seen) => JSON.stringify(seen.body))).size).toBe(server.requests.length);
  });

  it.each([
    [
      "Anthropic",
      413,
      {
        type: "error",
        error: { type: "request_too_large", message: "Request exceeds the maximum allowed number of bytes." },
      },
    ],
    [
      "DashScope",
      400,
      {
        error: {
          message: "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 1000000]",
          code: "invalid_parameter_error",
        },
      },
    ],
    ["express", 413, { message: "request entity too large" }],
  ])("is told by %s in its own way", async (_maker, code, body) => {
    const { model } = handle("m");
    server.script("m", status(code, body), call("end_process", done));
    const reply = await model.chat(request({ messages: [{ role: "user", parts: [await noisy("a")] }] }));
    expect(reply.calls[0]?.name).toBe("end_process");
    expect(server.requests[1]!.images[0]!.bytes).toBeLessThan(server.requests[0]!.images[0]!.bytes);
  });
});

describe("what an endpoint says of a refusal", () => {
  it("a limit of a minute is waited for as long as its body says, whatever it says of billing", async () => {
    const words = "You exceeded your current quota, please check your plan and billing details.";
    const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "2s" }];
    const body = [{ error: { code: 429, message: words, status: "RESOURCE_EXHAUSTED", details } }];
    const { model, waits } = handle("m");
    server.script("m", status(429, body), call("end_process", done));
    expect((await model.chat(request())).calls[0]?.name).toBe("end_process");
    expect(waits[0]).toBeGreaterThanOrEqual(2000);
    expect(waits[0]).toBeLessThan(3100);
    server.script("m", status(429, { error: { message: words, code: "insufficient_quota" } }));
    expect((await failureOf()).message).toContain("no quota left");
  });

  it.each([
    [
      "a region",
      status(403, {
        error: { code: "unsupported_country_region_territory", message: "Country, region, or territory not supported" },
      }),
      /does not allow it \(403\): Country, region/,
      /region/,
    ],
    ["a gateway", status(403, { detail: "Not authenticated to gateway" }), /Not authenticated to gateway/, /key_env/],
    [
      "a list",
      status(400, [{ error: { code: 400, message: "That was odd.", status: "X" } }]),
      /\(400\): That was odd\.$/,
      /probe/,
    ],
    ["plain text", status(404, "404 page not found"), /not found: 404 page not found$/, /base_url/],
    [
      "no vision (llama.cpp)",
      status(500, {
        error: { code: 500, message: "image input is not supported - hint: you may need to provide the mmproj" },
      }),
      /no pictures/,
      /image_max_px to 0/,
    ],
    [
      "no vision (vLLM)",
      status(400, { object: "error", message: "good is not a multimodal model None", code: 400 }),
      /not a multimodal model/,
      /image_max_px to 0/,
    ],
  ])("%s is shown, with a hint that fits", async (_title, answer, words, hint) => {
    server.script("m", answer as Answer);
    const failed = await failureOf({ retries: 0 });
    expect(failed.message).toMatch(words);
    expect(failed.hint).toMatch(hint);
    expect(failed.message).not.toMatch(/[{[]"/);
  });
});

describe("accounts", () => {
  it("count every request that was sent: refused, failed, cut off and answered", async () => {
    const { model } = handle("m");
    server.script(
      "m",
      status(503, "busy"),
      { kind: "reset", text: "I will now draw the cube in red, all over." },
      call("end_process", done),
    );
    const { usage } = await model.chat(request());
    expect(usage.calls).toBe(3);
    const [, cut, good] = server.requests;
    // The one that was cut off in the middle was worked on, and so is paid for.
    expect(usage.input_tokens).toBeGreaterThan(good!.promptTokens + cut!.promptTokens / 2);
  });

  it("tell what a chat has cost that ended without a reply", async () => {
    const { model, events } = handle("m", { retries: 1 });
    server.script("m", status(503, "busy"), status(503, "busy"));
    await model.chat(request()).catch(() => undefined);
    expect(events.at(-1)).toMatchObject({ type: "failed", code: "model_unreachable", usage: { calls: 2, usd: 0 } });
  });

  it("count cached and reasoning tokens, and take the cache's price", async () => {
    const prices = { input_per_mtok: 2, output_per_mtok: 10, cached_input_per_mtok: 0.2 };
    const answer = (usage: Record<string, unknown>): Answer => ({
      kind: "chunks",
      chunks: [{ choices: [{ index: 0, delta: { content: "ready" }, finish_reason: "stop" }] }, { choices: [], usage }],
    });
    server.script(
      "m",
      answer({
        prompt_tokens: 1000,
        completion_tokens: 300,
        prompt_tokens_details: { cached_tokens: 800 },
        completion_tokens_details: { reasoning_tokens: 250 },
      }),
      // Google counts thinking beside the completion.
      answer({
        prompt_tokens: 1000,
        completion_tokens: 50,
        total_tokens: 1300,
        completion_tokens_details: { reasoning_tokens: 250 },
      }),
    );
    const { model } = handle("m", { prices });
    const first = (await model.chat(request({ tools: [], requireCall: false }))).usage;
    expect(first).toMatchObject({ input_tokens: 1000, output_tokens: 300, cached_tokens: 800, reasoning_tokens: 250 });
    expect(first.usd).toBeCloseTo((200 * 2 + 800 * 0.2 + 300 * 10) / 1e6, 12);
    const second = (await model.chat(request({ tools: [], requireCall: false }))).usage;
    expect(second).toMatchObject({ output_tokens: 300, reasoning_tokens: 250 });
    expect(second.cached_tokens).toBeUndefined();
  });
});
