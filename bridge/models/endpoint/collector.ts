import type { Finish } from "../contract.ts";
import { repetitionAtEnd } from "../parse/repetition.ts";
import type { Attempt, WireUsage } from "./answer.ts";
import { CallAssembler } from "./call-assembler.ts";
import { errorOf } from "./error-body.ts";
import { BadAnswer, EndpointSaid } from "./thrown.ts";
import { type WireAnswer, wireAnswer } from "./wire-answer.ts";

const finishes: Readonly<Record<string, Finish>> = {
  stop: "stop",
  end_turn: "stop",
  eos: "stop",
  eos_token: "stop",
  stop_sequence: "stop",
  complete: "stop",
  length: "length",
  max_tokens: "length",
  max_output_tokens: "length",
  model_length: "length",
  model_context_window_exceeded: "length",
  tool_calls: "tool_calls",
  tool_call: "tool_calls",
  function_call: "tool_calls",
  tool_use: "tool_calls",
};
/** Makers name what a filter found in many ways (Google, Zhipu, Cohere, Bedrock, Anthropic). */
const filtered =
  /content_?filter|safety|sensitive|prohibited|blocklist|recitation|spii|toxic|guardrail|moderation|^refusal$|inappropriate/i;
/** Ends that are failures of the endpoint: the same request may succeed. */
const failing =
  /^error$|network|time_?out|insufficient_system_resource|internal|server_?error|overload|unavailable|cancel/i;

function finishOf(said: string): Finish {
  return finishes[said.toLowerCase()] ?? (filtered.test(said) ? "content_filter" : "unknown");
}

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

  /**
   * Takes a chunk, or a whole answer; false where it is only a sign of life. Throws BadAnswer for what is no completion,
   * and EndpointSaid where an error came with a good status.
   */
  take(raw: unknown): boolean {
    const read = wireAnswer.safeParse(raw);
    if (!read.success) throw new BadAnswer("the answer is not a chat completion");
    const { usage, choices } = read.data;
    if (typeof usage?.prompt_tokens === "number") this.#reply.usage = counted(usage, usage.prompt_tokens);
    const choice = choices?.[0];
    // Routers put the error of what they route to beside an empty choice, or into it.
    const said = choice ? (errorOf({ error: read.data.error }) ?? errorOf({ error: choice.error })) : errorOf(raw);
    if (said) throw new EndpointSaid(said);
    if (!choice) return usage !== null && usage !== undefined;
    this.#reply.choices = true;
    if (choice.finish_reason) {
      this.#reply.finishSaid = choice.finish_reason;
      this.#reply.finish = finishOf(choice.finish_reason);
    }
    const { part } = choice;
    if (!part) return true;
    this.#grow(part.content.length + part.reasoning.length);
    this.#reply.content += part.content;
    this.#reply.reasoning += part.reasoning;
    if (part.refusal) this.#reply.refusal = (this.#reply.refusal ?? "") + part.refusal;
    for (const [i, each] of part.calls.entries()) this.#grow(this.#calls.take(each, i));
    return true;
  }

  /** Whether anything of an answer has come. */
  get started(): boolean {
    return this.#size > 0 || this.#reply.refusal !== null || this.#reply.finishSaid !== null;
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
   * Throws BadAnswer when an answer ended before it was whole. Whole calls are an answer however it ended. An end that
   * is named in words nobody knows is an end, and so is none where the tokens were counted: some servers never name it.
   */
  checkEnd(streamed: boolean): void {
    const { finish, finishSaid, choices, usage } = this.#reply;
    if (finish !== "unknown" || !choices || this.#calls.whole()) return;
    if (failing.test(finishSaid ?? ""))
      throw new BadAnswer(`the endpoint ended the answer with "${finishSaid}"`, this.reply);
    if (!streamed || finishSaid !== null || usage !== null) return;
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

function counted(usage: NonNullable<WireAnswer["usage"]>, input: number): WireUsage {
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
