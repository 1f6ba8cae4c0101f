import type OpenAI from "openai";
import { APIUserAbortError } from "openai";
import { z } from "zod";
import type { NamedProfile } from "../../../config/profile.ts";
import type { Finish } from "../contract.ts";
import { repetitionAtEnd } from "../parse/repetition.ts";
import type { WireReply } from "../parse/reply.ts";
import type { WireBody } from "../wire/body.ts";
import { AttemptTimeout, BadAnswer } from "./failures.ts";
import { openEndpoint } from "./open.ts";

export interface Attempt extends WireReply {
  /** As the endpoint counted; null when it said nothing. */
  usage: { input: number; output: number } | null;
  /** False: there was not even one choice. */
  choices: boolean;
}

const text = z.string().nullish().catch(null);
const count = z.number().nonnegative().nullish().catch(null);
const call = z.object({
  index: z.number().int().nonnegative().max(255).nullish().catch(null),
  id: text,
  function: z
    .object({
      name: text,
      arguments: z
        .union([z.string(), z.record(z.string(), z.unknown())])
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});
const message = z.object({
  content: z
    .union([
      z.string(),
      z
        .array(z.object({ text: text }).catch({ text: null }))
        .transform((all) => all.map((each) => each.text ?? "").join("")),
    ])
    .nullish()
    .catch(null),
  reasoning_content: text,
  reasoning: text,
  refusal: text,
  tool_calls: z.array(call).nullish().catch(null),
});
/** A chunk or a whole answer: what is read of it. Unknown and wrong-typed fields count as absent. */
const answer = z.object({
  choices: z
    .array(
      z.object({ delta: message.nullish().catch(null), message: message.nullish().catch(null), finish_reason: text }),
    )
    .nullish()
    .catch(null),
  usage: z.object({ prompt_tokens: count, completion_tokens: count }).nullish().catch(null),
});

const finishes: Readonly<Record<string, Finish>> = {
  stop: "stop",
  end_turn: "stop",
  eos: "stop",
  length: "length",
  max_tokens: "length",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
  tool_use: "tool_calls",
  content_filter: "content_filter",
  safety: "content_filter",
};

/** A stream is looked at for endless repetition each time it has grown by this many characters. */
const lookEvery = 4000;
const endlessFrom = 3000;

/** No model answers with more than this; an endpoint that does is broken or means harm. Characters. */
const longestAnswer = 8_000_000;

/** Collects chunks (or one whole answer) into a reply. */
class Collector {
  readonly reply: Attempt = {
    content: "",
    reasoning: "",
    toolCalls: [],
    refusal: null,
    finish: "unknown",
    usage: null,
    choices: false,
  };
  #looked = 0;
  #size = 0;

  take(raw: unknown): void {
    const read = answer.safeParse(raw);
    if (!read.success) throw new BadAnswer("the answer is not a chat completion");
    const { usage, choices } = read.data;
    if (typeof usage?.prompt_tokens === "number") {
      this.reply.usage = { input: usage.prompt_tokens, output: usage.completion_tokens ?? 0 };
    }
    const choice = choices?.[0];
    if (!choice) return;
    this.reply.choices = true;
    if (choice.finish_reason) this.reply.finish = finishes[choice.finish_reason.toLowerCase()] ?? "unknown";
    const part = choice.delta ?? choice.message;
    if (!part) return;
    this.#grow((part.content?.length ?? 0) + (part.reasoning_content ?? part.reasoning ?? "").length);
    this.reply.content += part.content ?? "";
    this.reply.reasoning += part.reasoning_content ?? part.reasoning ?? "";
    if (part.refusal) this.reply.refusal = (this.reply.refusal ?? "") + part.refusal;
    for (const [i, each] of (part.tool_calls ?? []).entries()) this.#takeCall(each, each.index ?? i);
  }

  #takeCall(each: z.infer<typeof call>, index: number): void {
    const { toolCalls } = this.reply;
    while (toolCalls.length <= index) toolCalls.push({ id: "", name: "", arguments: "" });
    const known = toolCalls[index]!;
    if (each.id) known.id = each.id;
    // Some servers send the whole name with every chunk, none splits it.
    if (each.function?.name) known.name = each.function.name;
    const said = each.function?.arguments;
    this.#grow(typeof said === "string" ? said.length : 0);
    known.arguments += typeof said === "string" ? said : said ? JSON.stringify(said) : "";
  }

  /** Counts what has arrived, so that an endless answer ends. */
  #grow(characters: number): void {
    this.#size += characters;
    if (this.#size > longestAnswer) throw new BadAnswer(`the answer is longer than ${longestAnswer} characters`);
  }

  /** True when the reply has long been repeating itself, so that reading on is a waste. */
  lost(): boolean {
    const said = this.reply.toolCalls.at(-1)?.arguments || this.reply.content;
    if (said.length < this.#looked + lookEvery) return false;
    this.#looked = said.length;
    return repetitionAtEnd(said.slice(-3 * endlessFrom), endlessFrom) !== undefined;
  }
}

/** Calls that never got a name or arguments are an artefact of the index. */
const tidy = (reply: Attempt): Attempt => ({
  ...reply,
  toolCalls: reply.toolCalls.filter((each) => each.name !== "" || each.arguments !== ""),
});

/**
 * One request, one answer. Throws what the library throws, AttemptTimeout or BadAnswer; nothing is retried here.
 */
export async function attempt(
  body: WireBody,
  profile: NamedProfile,
  apiKey: string,
  signal: AbortSignal,
): Promise<Attempt> {
  const client = openEndpoint(profile, apiKey, profile.timeouts.total_s * 1000);
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  let why: string | undefined;
  const giveUp = (reason: string): void => {
    why ??= reason;
    stop.abort();
  };
  const { first_s, stall_s, total_s } = profile.timeouts;
  const total = setTimeout(() => giveUp(`no complete answer within ${total_s} s`), total_s * 1000);
  const silence = setTimeout(() => giveUp(`no answer within ${first_s} s`), first_s * 1000);
  let stall: NodeJS.Timeout | undefined;
  const heard = (): void => {
    clearTimeout(silence);
    clearTimeout(stall);
    stall = setTimeout(() => giveUp(`silent for ${stall_s} s in the middle of an answer`), stall_s * 1000);
  };
  const collector = new Collector();
  try {
    if (profile.stream) {
      const create = client.chat.completions.create(
        { ...body, stream: true } as OpenAI.ChatCompletionCreateParamsStreaming,
        { signal: stop.signal },
      );
      const { data: stream, response } = await create.withResponse();
      heard();
      const media = response.headers.get("content-type") ?? "";
      if (/html/i.test(media)) throw new BadAnswer(`the answer is ${media}, not a chat completion`);
      if (/json/i.test(media) && !/event-stream/i.test(media)) {
        // Asked to stream, the endpoint answered in one piece.
        collector.take(JSON.parse(await response.text()));
        return tidy(collector.reply);
      }
      for await (const chunk of stream) {
        heard();
        collector.take(chunk);
        if (collector.lost()) {
          stream.controller.abort();
          collector.reply.finish = "length";
          break;
        }
      }
      // The library ends an aborted stream as if it were complete.
      if (why !== undefined || signal.aborted) throw new APIUserAbortError();
      if (collector.reply.finish === "unknown" && collector.reply.choices) {
        throw new BadAnswer("the stream ended before the answer did", tidy(collector.reply));
      }
    } else {
      const create = client.chat.completions.create(
        { ...body, stream: false } as OpenAI.ChatCompletionCreateParamsNonStreaming,
        { signal: stop.signal },
      );
      const whole: unknown = await create;
      if (typeof whole === "string") throw new BadAnswer("the answer is text, not a chat completion");
      collector.take(whole);
    }
    return tidy(collector.reply);
  } catch (thrown) {
    if (why !== undefined && !signal.aborted) throw new AttemptTimeout(why);
    if (thrown instanceof SyntaxError) throw new BadAnswer("the answer is not JSON");
    throw thrown;
  } finally {
    clearTimeout(total);
    clearTimeout(silence);
    clearTimeout(stall);
    signal.removeEventListener("abort", abort);
  }
}
