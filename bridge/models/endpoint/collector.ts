import { z } from "zod";
import type { Finish } from "../contract.ts";
import { repetitionAtEnd } from "../parse/repetition.ts";
import type { Attempt, WireUsage } from "./answer.ts";
import { CallAssembler, wireCall } from "./call-assembler.ts";
import { errorOf } from "./error-body.ts";
import { BadAnswer, EndpointSaid } from "./thrown.ts";

const text = z.string().nullish().catch(null);
const count = z.number().nonnegative().nullish().catch(null);
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
  tool_calls: z.array(wireCall).nullish().catch(null),
  function_call: wireCall.shape.function.catch(null),
});
/** A chunk or a whole answer: what is read of it. Unknown and wrong-typed fields count as absent. */
const answer = z.object({
  choices: z
    .array(
      z.object({ delta: message.nullish().catch(null), message: message.nullish().catch(null), finish_reason: text }),
    )
    .nullish()
    .catch(null),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count,
      total_tokens: count,
      prompt_tokens_details: z.object({ cached_tokens: count }).nullish().catch(null),
      /** DeepSeek's name. */
      prompt_cache_hit_tokens: count,
      completion_tokens_details: z.object({ reasoning_tokens: count }).nullish().catch(null),
    })
    .nullish()
    .catch(null),
});

const finishes: Readonly<Record<string, Finish>> = {
  stop: "stop",
  end_turn: "stop",
  eos: "stop",
  eos_token: "stop",
  stop_sequence: "stop",
  length: "length",
  max_tokens: "length",
  model_length: "length",
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
export class Collector {
  readonly #reply: Omit<Attempt, "toolCalls"> = {
    content: "",
    reasoning: "",
    refusal: null,
    finish: "unknown",
    finishSaid: null,
    usage: null,
    choices: false,
  };
  readonly #calls = new CallAssembler();
  #looked = 0;
  #size = 0;

  /** Throws BadAnswer for what is no completion, and EndpointSaid where an error came with a good status. */
  take(raw: unknown): void {
    const read = answer.safeParse(raw);
    if (!read.success) throw new BadAnswer("the answer is not a chat completion");
    const { usage, choices } = read.data;
    if (typeof usage?.prompt_tokens === "number") this.#reply.usage = counted(usage, usage.prompt_tokens);
    const choice = choices?.[0];
    if (!choice) {
      const said = errorOf(raw);
      if (said) throw new EndpointSaid(said);
      return;
    }
    this.#reply.choices = true;
    if (choice.finish_reason) {
      this.#reply.finishSaid = choice.finish_reason;
      this.#reply.finish = finishes[choice.finish_reason.toLowerCase()] ?? "unknown";
    }
    const part = choice.delta ?? choice.message;
    if (!part) return;
    const reasoning = part.reasoning_content ?? part.reasoning ?? "";
    this.#grow((part.content?.length ?? 0) + reasoning.length);
    this.#reply.content += part.content ?? "";
    this.#reply.reasoning += reasoning;
    if (part.refusal) this.#reply.refusal = (this.#reply.refusal ?? "") + part.refusal;
    const calls = part.tool_calls ?? (part.function_call ? [{ index: 0, function: part.function_call }] : []);
    for (const [i, each] of calls.entries()) this.#grow(this.#calls.take(each, i));
  }

  /** Counts what has arrived, so that an endless answer ends. */
  #grow(characters: number): void {
    this.#size += characters;
    if (this.#size > longestAnswer) throw new BadAnswer(`the answer is longer than ${longestAnswer} characters`);
  }

  /** What has arrived so far. */
  get reply(): Attempt {
    return { ...this.#reply, toolCalls: this.#calls.calls() };
  }

  /** Ends the reply as cut off. */
  cut(): void {
    this.#reply.finish = "length";
  }

  /**
   * Throws BadAnswer when a stream ended before the answer did. An end that is named in words nobody knows is an end,
   * and so is none where the tokens were counted or the calls are whole: some servers never name it.
   */
  checkEnd(): void {
    const { finish, finishSaid, choices, usage } = this.#reply;
    if (finish !== "unknown" || !choices) return;
    if (/^error$/i.test(finishSaid ?? ""))
      throw new BadAnswer('the endpoint ended the answer with "error"', this.reply);
    if (finishSaid !== null || usage !== null || this.#calls.whole()) return;
    throw new BadAnswer("the stream ended before the answer did", this.reply);
  }

  /** True when the reply has long been repeating itself, so that reading on is a waste. */
  lost(): boolean {
    const said = this.#calls.latest() || this.#reply.content;
    if (said.length < this.#looked + lookEvery) return false;
    this.#looked = said.length;
    return repetitionAtEnd(said.slice(-3 * endlessFrom), endlessFrom) !== undefined;
  }
}

function counted(usage: NonNullable<z.infer<typeof answer>["usage"]>, input: number): WireUsage {
  const cached = usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? undefined;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? undefined;
  const said = usage.completion_tokens ?? 0;
  // Some endpoints leave the thinking out of the completion and count it only in the total.
  const apart = reasoning !== undefined && usage.total_tokens === input + said + reasoning && reasoning > 0;
  return {
    input,
    output: apart ? said + reasoning : said,
    ...(cached === undefined ? {} : { cached: Math.min(cached, input) }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}
