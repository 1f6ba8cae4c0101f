import type { ServerResponse } from "node:http";
import type { Recorded } from "./request.ts";
import { pieces, Sse } from "./sse.ts";

/** What the scripted server answers with: a sound reply, or one of the ways replies break in practice. */
export type Answer =
  /** A text; cut at the request's token limit with finish "length", as real servers do. */
  | {
      kind: "text";
      text: string;
      finish?: string;
      reasoning?: string;
      usage?: { input: number; output: number } | null;
    }
  /** Native tool calls; a string as `arguments` is sent as it is. `ids: false` leaves the ids empty. */
  | {
      kind: "calls";
      calls: { name: string; arguments: unknown; id?: string; extra?: unknown }[];
      text?: string;
      finish?: string;
    }
  | { kind: "refusal"; text: string }
  | { kind: "empty_choices" }
  | { kind: "null_content" }
  | { kind: "status"; status: number; message: string; headers?: Record<string, string>; body?: string }
  /** Stops in the middle of the text and keeps the connection open. */
  | { kind: "stall"; text: string }
  /** Stops in the middle of the text and tears the connection down. */
  | { kind: "reset"; text: string }
  /** Ends the stream in the middle of the text, without a finish reason. */
  | { kind: "silent_end"; text: string }
  | { kind: "malformed_sse" }
  /** A stream of exactly these chunks. */
  | { kind: "chunks"; chunks: unknown[]; done?: boolean }
  /** A whole answer of any kind, with status 200. */
  | { kind: "raw"; media: string; body: string }
  | { kind: "html" }
  /** Numbers for texts, texts for numbers, objects for lists. */
  | { kind: "wrong_types"; text: string }
  /** Never answers: nothing at all, headers alone, or these lines again and again after the headers. */
  | { kind: "hang"; opens: boolean; drip?: string }
  /** Waits this long between pieces. */
  | { kind: "slow"; text: string; ms: number }
  | { kind: "function"; answer: (request: Recorded) => Answer | Promise<Answer> };

export const text = (said: string): Answer => ({ kind: "text", text: said });
export const call = (name: string, args: unknown, id?: string): Answer => ({
  kind: "calls",
  calls: [{ name, arguments: args, ...(id === undefined ? {} : { id }) }],
});
/** As Qwen models write it when the server's parser does not take it apart. */
export const hermes = (name: string, args: unknown, before = ""): Answer =>
  text(`${before}<tool_call>\n${JSON.stringify({ name, arguments: args })}\n</tool_call>`);
export const qwenXml = (name: string, args: Record<string, string>): Answer =>
  text(
    `<tool_call>\n<function=${name}>\n${Object.entries(args)
      .map(([key, value]) => `<parameter=${key}>\n${value}\n</parameter>`)
      .join("\n")}\n</function>\n</tool_call>`,
  );
/** vLLM's words for a prompt that does not fit. */
export const overflow = (limit: number, input: number, output: number): Answer => ({
  kind: "status",
  status: 400,
  message: `This model's maximum context length is ${limit} tokens. However, you requested ${input + output} tokens (${input} in the messages, ${output} in the completion). Please reduce the length of the messages or completion.`,
});

interface Sound {
  content: string | null;
  reasoning?: string;
  refusal?: string;
  calls: { name: string; arguments: unknown; id?: string; extra?: unknown }[];
  finish: string;
  usage: { input: number; output: number } | null;
}

const charactersPerToken = 4;

/** A text as far as the token limit lets it go. */
function limited(said: string, finish: string, request: Recorded): { said: string; finish: string } {
  const most = request.maxTokens * charactersPerToken;
  return said.length > most ? { said: said.slice(0, most), finish: "length" } : { said, finish };
}

function sound(answer: Answer, request: Recorded): Sound | undefined {
  const usage = (said: string) => ({
    input: request.promptTokens,
    output: Math.ceil(said.length / charactersPerToken),
  });
  if (answer.kind === "text" || answer.kind === "slow") {
    const { said, finish } = limited(answer.text, "stop", request);
    const given = answer.kind === "text" ? answer : { ...answer, kind: "text" as const };
    return {
      content: said,
      ...(given.reasoning === undefined ? {} : { reasoning: given.reasoning }),
      calls: [],
      finish: given.finish ?? finish,
      usage: given.usage === undefined ? usage(said) : given.usage,
    };
  }
  if (answer.kind === "calls") {
    const all = answer.calls.map((each) =>
      typeof each.arguments === "string" ? each.arguments : JSON.stringify(each.arguments),
    );
    const last = limited(all.at(-1) ?? "", answer.finish ?? "tool_calls", request);
    const calls = answer.calls.map((each, i) => ({
      ...each,
      arguments: i === answer.calls.length - 1 ? last.said : all[i]!,
    }));
    return { content: answer.text ?? null, calls, finish: last.finish, usage: usage(all.join("")) };
  }
  if (answer.kind === "refusal") {
    return { content: null, refusal: answer.text, calls: [], finish: "stop", usage: usage(answer.text) };
  }
  if (answer.kind === "null_content") return { content: null, calls: [], finish: "stop", usage: usage("") };
  return undefined;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const wireCalls = (calls: Sound["calls"], indexed: boolean) =>
  calls.map((each, index) => ({
    ...(indexed ? { index } : {}),
    id: each.id ?? `srv_${index}`,
    type: "function",
    function: { name: each.name, arguments: each.arguments },
    ...(each.extra === undefined ? {} : { extra_content: each.extra }),
  }));

function whole(response: ServerResponse, request: Recorded, fields: Record<string, unknown>): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(
    JSON.stringify({ id: "chatcmpl-scripted", object: "chat.completion", created: 0, model: request.model, ...fields }),
  );
}

async function stream(response: ServerResponse, request: Recorded, reply: Sound, ms: number): Promise<void> {
  const sse = new Sse(response, request.model);
  sse.delta({ role: "assistant", content: "" });
  for (const piece of pieces(reply.reasoning ?? "")) sse.delta({ reasoning_content: piece });
  for (const piece of pieces(reply.content ?? "")) {
    sse.delta({ content: piece });
    if (ms > 0) await wait(ms);
  }
  if (reply.refusal !== undefined) sse.delta({ refusal: reply.refusal });
  for (const each of wireCalls(reply.calls, true) as { function: { arguments: string } }[]) {
    const { function: named, ...rest } = each;
    sse.delta({ tool_calls: [{ ...rest, function: { ...named, arguments: "" } }] });
    for (const piece of pieces(named.arguments)) {
      sse.delta({ tool_calls: [{ index: (rest as { index?: number }).index, function: { arguments: piece } }] });
    }
  }
  sse.delta({}, reply.finish);
  if (request.usageAsked && reply.usage) {
    sse.chunk({ choices: [], usage: { prompt_tokens: reply.usage.input, completion_tokens: reply.usage.output } });
  }
  sse.done();
}

/** Plays one answer for one request. */
export async function play(answer: Answer, request: Recorded, response: ServerResponse): Promise<void> {
  if (answer.kind === "function") return play(await answer.answer(request), request, response);
  const reply = sound(answer, request);
  if (reply) {
    if (request.stream) return stream(response, request, reply, answer.kind === "slow" ? answer.ms : 0);
    if (answer.kind === "slow") await wait(answer.ms);
    const message = {
      role: "assistant",
      content: reply.content,
      ...(reply.reasoning === undefined ? {} : { reasoning_content: reply.reasoning }),
      ...(reply.refusal === undefined ? {} : { refusal: reply.refusal }),
      ...(reply.calls.length > 0 ? { tool_calls: wireCalls(reply.calls, false) } : {}),
    };
    const usage = reply.usage && { prompt_tokens: reply.usage.input, completion_tokens: reply.usage.output };
    return whole(response, request, { choices: [{ index: 0, message, finish_reason: reply.finish }], usage });
  }
  return playBroken(answer, request, response);
}

async function playBroken(answer: Answer, request: Recorded, response: ServerResponse): Promise<void> {
  switch (answer.kind) {
    case "status": {
      const body = answer.body ?? JSON.stringify({ error: { message: answer.message, type: "scripted", code: null } });
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
      response.end(body);
      return;
    }
    case "html":
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<html><body>Welcome to the gateway</body></html>");
      return;
    case "chunks": {
      const sse = new Sse(response, request.model);
      for (const chunk of answer.chunks) sse.raw(`data: ${JSON.stringify(chunk)}\n\n`);
      if (answer.done === false) response.end();
      else sse.done();
      return;
    }
    case "raw":
      response.writeHead(200, { "content-type": answer.media });
      response.end(answer.body);
      return;
    case "empty_choices": {
      const usage = { prompt_tokens: request.promptTokens, completion_tokens: 0 };
      if (!request.stream) return whole(response, request, { choices: [], usage });
      const sse = new Sse(response, request.model);
      sse.chunk({ choices: [], usage });
      sse.done();
      return;
    }
    case "malformed_sse": {
      const sse = new Sse(response, request.model);
      sse.delta({ content: "So far" });
      sse.raw('data: {"choices": [{"delta": {"content": "br\n\n');
      sse.done();
      return;
    }
    case "wrong_types": {
      const part = {
        role: "assistant",
        content: [{ type: "text", text: answer.text }],
        tool_calls: "none",
        refusal: 0,
      };
      const usage = { prompt_tokens: "many", completion_tokens: {} };
      if (!request.stream) {
        return whole(response, request, { choices: [{ index: "0", message: part, finish_reason: "stop" }], usage });
      }
      const sse = new Sse(response, request.model);
      sse.delta(part, "stop");
      sse.chunk({ choices: null, usage });
      sse.done();
      return;
    }
    case "hang": {
      if (!answer.opens) return;
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.flushHeaders();
      const { drip } = answer;
      if (drip === undefined) return;
      const timer = setInterval(() => response.write(drip), 20);
      response.on("close", () => clearInterval(timer));
      return;
    }
    case "stall":
    case "reset":
    case "silent_end": {
      const sse = new Sse(response, request.model);
      for (const piece of pieces(answer.text.slice(0, Math.ceil(answer.text.length / 2))))
        sse.delta({ content: piece });
      if (answer.kind === "silent_end") response.end();
      if (answer.kind === "reset") {
        await wait(20);
        response.socket?.destroy();
      }
      return;
    }
    default:
      throw new Error(`${answer.kind} is no broken answer`);
  }
}
