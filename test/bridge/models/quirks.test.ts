import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chatUntilCall } from "../../../bridge/models/ask-again.ts";
import { createModel } from "../../../bridge/models/client.ts";
import type { ChatReply } from "../../../bridge/models/contract.ts";
import { type Answer, call, hermes, overflow, qwenXml, text } from "../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../servers/openai.ts";
import { picture, quickDeps, request, testProfile, user } from "./setup.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer({
    m: {},
    small: { context: 8192 },
    one: { maxImages: 1 },
    blind: { imagesDropped: true },
    strict: { refuses: ["temperature", "max_tokens", "stream_options"] },
    plain: { noTools: true },
  });
});
afterAll(() => server.close());
beforeEach(() => server.requests.splice(0));

const program = { thought: "a cube", code: "import bpy\nbpy.ops.mesh.primitive_cube_add()" };
const codes = (reply: ChatReply): string[] => reply.problems.map((problem) => problem.code);

function handle(model: string, over: Record<string, unknown> = {}) {
  const quick = quickDeps();
  return { ...quick, model: createModel(testProfile(server.url, model, over), quick.deps) };
}

describe("a sound reply", () => {
  it("is read in the native style, with usage, cost and a plain-JSON reply", async () => {
    const { model } = handle("m");
    server.script("m", {
      kind: "calls",
      calls: [{ name: "execute_code", arguments: program, id: "a1" }],
      text: "Here.",
    });
    const reply = await model.chat(request());
    expect(reply.calls).toEqual([{ id: "a1", name: "execute_code", arguments: program }]);
    expect(reply).toMatchObject({ text: "Here.", style: "native", finish: "tool_calls", problems: [] });
    const seen = server.requests[0]!;
    expect(seen.tools).toEqual(["execute_code", "end_process", "set_camera"]);
    expect(seen.body.tool_choice).toBe("required");
    expect(reply.usage.input_tokens).toBe(seen.promptTokens);
    expect(reply.usage.usd).toBeCloseTo((reply.usage.input_tokens * 1 + reply.usage.output_tokens * 10) / 1e6, 12);
    expect(JSON.parse(JSON.stringify(reply))).toEqual(reply);
  });

  it.each(["native", "inline", "json"])("is read without streaming, in the %s style", async (tools) => {
    const { model } = handle("m", { stream: false, tools });
    const said = JSON.stringify({ tool: "execute_code", arguments: program });
    const answers: Record<string, Answer> = {
      native: call("execute_code", program),
      inline: hermes("execute_code", program),
      json: text(said),
    };
    server.script("m", answers[tools]!);
    const reply = await model.chat(request());
    expect(reply.calls[0]?.arguments).toEqual(program);
    expect(reply.problems).toEqual([]);
    expect(server.requests[0]!.stream).toBe(false);
    expect(server.requests[0]!.body.response_format !== undefined).toBe(tools === "json");
  });

  it("carries calls, results and pictures of earlier turns in every style", async () => {
    const shown = await picture(200, 100, "render");
    for (const tools of ["native", "inline", "json"]) {
      const { model } = handle("m", { tools });
      server.script("m", hermes("end_process", { reason: "done" }));
      const reply = await model.chat(
        request({
          messages: [
            { role: "system", parts: [{ type: "text", text: "You draw." }] },
            user("Draw."),
            { role: "assistant", parts: [], toolCalls: [{ id: "x", name: "execute_code", arguments: program }] },
            { role: "tool", toolCallId: "x", parts: [{ type: "text", text: "rendered" }, shown] },
            user("Go on."),
          ],
        }),
      );
      expect(reply.calls[0]?.name).toBe("end_process");
      expect(reply.receipts.map(({ width, height, label }) => [width, height, label])).toEqual([[200, 100, "render"]]);
      const seen = server.requests.at(-1)!;
      expect(seen.images[0]!.sha256).toBe(reply.receipts[0]!.sha256);
      expect(seen.text).toContain("primitive_cube_add");
      expect(seen.text).toContain("rendered");
      expect(seen.body.messages.some((message) => message.role === "tool")).toBe(tools === "native");
    }
  });
});

describe("replies that break elsewhere", () => {
  it("XML calls when native ones were asked are read, and after three in a row the style is inline", async () => {
    const { model } = handle("m");
    server.script(
      "m",
      hermes("execute_and_evaluate", program),
      qwenXml("execute_code", program),
      hermes("execute_code", program),
    );
    const replies = [await model.chat(request()), await model.chat(request()), await model.chat(request())];
    for (const reply of replies) expect(reply.calls[0]).toMatchObject({ name: "execute_code", arguments: program });
    expect(codes(replies[0]!)).toEqual(["tool_renamed", "other_style"]);
    expect(codes(replies[2]!)).toContain("stepped_down");
    expect(model.state.style).toBe("inline");
    server.script("m", hermes("end_process", { reason: "done" }));
    const after = await model.chat(request());
    expect(after).toMatchObject({ style: "inline", problems: [] });
    expect(server.requests.at(-1)!.tools).toEqual([]);
    expect(server.requests.at(-1)!.text).toContain("<tool_call>");
  });

  it("JSON cut at max_tokens is asked for again with more room", async () => {
    const long = { thought: "t", code: `x = 1\n${"cube(1, 2, 3)\nsphere(4)\n".repeat(40)}done()` };
    for (const [tools, answer] of [
      ["native", call("execute_code", long)],
      ["inline", hermes("execute_code", long)],
    ] as const) {
      const { model } = handle("m", { max_tokens: 150, tools });
      server.script("m", answer, answer);
      const reply = await model.chat(request());
      expect(reply.calls[0]?.arguments).toEqual(long);
      expect(codes(reply)).toEqual(["continued"]);
      expect(server.requests.map((seen) => seen.maxTokens)).toEqual([150, 450]);
      expect(reply.usage.calls).toBe(2);
      server.requests.splice(0);
    }
  });

  it("JSON cut at the most an endpoint gives is continued where it stopped", async () => {
    const code = `start()\n${"cube(1, 2, 3)\n".repeat(30)}end()`;
    const whole = `<tool_call>\n${JSON.stringify({ name: "execute_code", arguments: { thought: "t", code } })}\n</tool_call>`;
    const { model } = handle("m", { max_tokens: 60, max_tokens_limit: 60, tools: "inline" });
    server.script("m", text(whole), text(whole.slice(240)), text(whole.slice(480)));
    const reply = await model.chat(request());
    expect(reply.calls[0]?.arguments).toEqual({ thought: "t", code });
    expect(server.requests.length).toBe(3);
    expect(server.requests[1]!.body.messages.at(-2)).toMatchObject({ role: "assistant", content: whole.slice(0, 240) });
  });

  it("a call that stays cut off is never taken for a whole one", async () => {
    const long = { thought: "t", code: "cube(1)\nsphere(2)\n".repeat(500) };
    const { model } = handle("m", { max_tokens: 50, max_tokens_limit: 50 });
    server.otherwise("m", call("execute_code", long));
    const reply = await model.chat(request());
    expect(reply.calls).toEqual([]);
    expect(codes(reply)).toContain("cut_off");
    server.otherwise("m", { kind: "empty_choices" });
  });

  it("a refusal three times in a row steps down, and the next valid call ends it", async () => {
    const { model } = handle("m");
    const refusal: Answer = { kind: "refusal", text: "I cannot help with that." };
    server.script("m", refusal, text("I'm sorry, but I can't write that."), refusal, hermes("execute_code", program));
    const replies = await chatUntilCall(model, request());
    expect(replies.map((reply) => reply.problems.find((problem) => !problem.repaired)?.code)).toEqual([
      "refusal",
      "refusal",
      "refusal",
      undefined,
    ]);
    expect(replies.at(-1)).toMatchObject({ style: "inline" });
    // What was wrong is told, and told once.
    expect(server.requests[2]!.body.messages.length).toBe(3);
  });

  it("a model that only refuses ends in model_refused, not in a loop", async () => {
    const { model } = handle("m", { tools: "json" });
    server.script("m", ...Array.from({ length: 4 }, (): Answer => ({ kind: "refusal", text: "No." })));
    await expect(chatUntilCall(model, request(), 4)).rejects.toMatchObject({ code: "model_refused" });
  });

  it("a context overflow in the server's words is asked again with less, and remembered", async () => {
    const { model } = handle("m");
    const messages = Array.from({ length: 40 }, (_, i) => ({ ...user(`round ${i}: ${"word ".repeat(300)}`), drop: i }));
    server.script(
      "m",
      overflow(6000, 14000, 2000),
      call("end_process", { reason: "x" }),
      call("end_process", { reason: "x" }),
    );
    const reply = await model.chat(request({ messages: [...messages, user("now")] }));
    expect(reply.calls[0]?.name).toBe("end_process");
    expect(codes(reply)).toContain("context_lowered");
    expect(model.state.contextTokens).toBe(6000);
    expect(server.requests[1]!.promptTokens).toBeLessThan(4000);
    expect(server.requests[1]!.text).toContain("now");
    await model.chat(request({ messages: [...messages, user("now")] }));
    expect(server.requests.length).toBe(3);
  });

  it("empty choices and empty content are asked for again", async () => {
    for (const stream of [true, false]) {
      const { model } = handle("m", { stream });
      server.script("m", { kind: "empty_choices" }, { kind: "null_content" }, call("end_process", { reason: "x" }));
      const reply = await model.chat(request());
      expect(reply.calls[0]?.name).toBe("end_process");
      expect(codes(reply)).toEqual(["empty_reply", "empty_reply"]);
      expect(reply.usage.calls).toBe(3);
    }
  });

  it("a 429 storm is waited out for as long as the server says, in all three forms", async () => {
    const { model, waits, events } = handle("m");
    const busy = (headers: Record<string, string>): Answer => ({
      kind: "status",
      status: 429,
      message: "busy",
      headers,
    });
    const date = new Date(Date.now() + 40_000).toUTCString();
    server.script(
      "m",
      busy({ "retry-after": "7" }),
      busy({ "retry-after-ms": "1500" }),
      busy({ "retry-after": date }),
      busy({}),
      call("end_process", { reason: "x" }),
    );
    const reply = await model.chat(request());
    expect(reply.calls[0]?.name).toBe("end_process");
    expect(waits[0]).toBeGreaterThanOrEqual(7000);
    expect(waits[1]).toBeGreaterThanOrEqual(1500);
    expect(waits[1]).toBeLessThan(3000);
    expect(waits[2]).toBeGreaterThan(35_000);
    expect(waits[3]).toBeLessThan(5000);
    expect(events.filter((event) => event.type === "retry").map((event) => event.code)).toEqual(
      Array(4).fill("model_rate_limited"),
    );
  });

  it("a server that asks for too long a wait, or has no quota left, is not waited for", async () => {
    const { model, waits } = handle("m");
    server.script("m", { kind: "status", status: 429, message: "busy", headers: { "retry-after": "3600" } });
    await expect(model.chat(request())).rejects.toMatchObject({ code: "model_rate_limited", retry: "elsewhere" });
    server.script("m", { kind: "status", status: 429, message: "insufficient_quota: check your billing" });
    await expect(model.chat(request())).rejects.toMatchObject({ code: "model_rate_limited", retry: "never" });
    expect(waits).toEqual([]);
  });

  it("500s are repeated with growing waits, and end as model_unreachable", async () => {
    const { model, waits } = handle("m", { retries: 3 });
    const boom: Answer = { kind: "status", status: 500, message: "boom" };
    server.script("m", boom, boom, call("end_process", { reason: "x" }));
    expect((await model.chat(request())).calls[0]?.name).toBe("end_process");
    server.script("m", boom, boom, boom, boom);
    await expect(model.chat(request())).rejects.toMatchObject({
      code: "model_unreachable",
      retry: "elsewhere",
      message: expect.stringContaining("tried 4 times"),
    });
    expect(waits.slice(2)).toEqual([312.5, 625, 1250]);
  });

  it("a stall in the middle of a stream is given up and repeated", async () => {
    const { model, events } = handle("m");
    server.script(
      "m",
      { kind: "stall", text: "One moment please, I am thinking about the cube." },
      call("end_process", { reason: "x" }),
    );
    expect((await model.chat(request())).calls[0]?.name).toBe("end_process");
    expect(events[0]).toMatchObject({ type: "retry", code: "model_timeout" });
  });

  it("a slow but steady answer is no stall", async () => {
    const { model, events } = handle("m", { tools: "inline" });
    const said = `<tool_call>{"name": "end_process", "arguments": {"reason": "all is well"}}</tool_call>`;
    server.script("m", { kind: "slow", text: said, ms: 120 });
    expect((await model.chat(request())).calls[0]?.name).toBe("end_process");
    expect(events).toEqual([]);
  });

  it("a connection torn down in the middle is repeated", async () => {
    const { model, events } = handle("m");
    server.script(
      "m",
      { kind: "reset", text: "I will now draw the cube in red." },
      call("end_process", { reason: "x" }),
    );
    expect((await model.chat(request())).calls[0]?.name).toBe("end_process");
    expect(events[0]).toMatchObject({ type: "retry", code: "model_unreachable" });
  });

  it("a stream that just ends is repeated, and after two such read as cut off", async () => {
    const { model } = handle("m", { retries: 2, tools: "inline" });
    const open: Answer = { kind: "silent_end", text: `I will now end it. ${" ".repeat(90)}` };
    server.script("m", open, open, hermes("end_process", { reason: "x" }));
    const reply = await model.chat(request());
    expect(codes(reply)).toContain("continued");
    expect(server.requests.length).toBe(3);
  });

  it("a stream that just ends after a whole call is an answer", async () => {
    const { model } = handle("m", { retries: 2, tools: "inline" });
    const whole = `<tool_call>{"name": "end_process", "arguments": {"reason": "x"}}</tool_call>${" ".repeat(90)}`;
    server.script("m", { kind: "silent_end", text: whole });
    expect((await model.chat(request())).calls).toMatchObject([{ name: "end_process", arguments: { reason: "x" } }]);
    expect(server.requests.length).toBe(1);
  });

  it("a malformed stream and a web page in place of an answer are repeated", async () => {
    for (const answer of [{ kind: "malformed_sse" }, { kind: "html" }] as Answer[]) {
      const { model, events } = handle("m");
      server.script("m", answer, call("end_process", { reason: "x" }));
      expect((await model.chat(request())).calls[0]?.name).toBe("end_process");
      expect(events[0]).toMatchObject({ type: "retry", code: "model_reply_invalid" });
    }
  });

  it("wrong types in the answer do no harm", async () => {
    for (const stream of [true, false]) {
      const { model } = handle("m", { stream, tools: "inline" });
      server.script("m", { kind: "wrong_types", text: `{"name": "end_process", "arguments": {"reason": "x"}}` });
      const reply = await model.chat(request());
      expect(reply.calls[0]?.name).toBe("end_process");
      expect(reply.usage.input_tokens).toBeGreaterThan(0);
    }
  });

  it("output that goes in circles is cut short and asked for again", async () => {
    const { model } = handle("m", { tools: "inline", max_tokens: 8000 });
    const lost = `<tool_call>{"name": "execute_code", "arguments": {"thought": "t", "code_diff": "${"- old line + new line ".repeat(1200)}`;
    server.script("m", text(lost), hermes("execute_code", program));
    const reply = await model.chat(request());
    expect(reply.calls[0]?.arguments).toEqual(program);
    expect(codes(reply)).toEqual(["repetition"]);
    expect(server.requests[1]!.body.temperature).toBeCloseTo(0.7);
  });

  it("pictures that the endpoint leaves out are noticed", async () => {
    const { model } = handle("blind");
    server.script("blind", call("end_process", { reason: "x" }));
    const parts = await Promise.all([picture(512, 512, "a"), picture(512, 512, "b"), picture(512, 512, "c")]);
    const reply = await model.chat(request({ messages: [{ role: "user", parts }] }));
    expect(codes(reply)).toContain("images_unseen");
    const seeing = handle("m");
    server.script("m", call("end_process", { reason: "x" }));
    expect(codes(await seeing.model.chat(request({ messages: [{ role: "user", parts }] })))).toEqual([]);
  });
});
