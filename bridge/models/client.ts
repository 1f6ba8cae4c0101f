import { toVigaError, VigaError } from "../../config/errors.ts";
import type { NamedProfile, ToolStyle } from "../../config/profile.ts";
import { noUsage, type Usage } from "../../machines/domain/index.ts";
import { PictureCache } from "./budget/pictures.ts";
import { textTokens } from "./budget/text.ts";
import type { ChatMessage, ChatReply, ChatRequest, HandleState, Model, ModelDeps, Problem } from "./contract.ts";
import type { Attempt, WireUsage } from "./endpoint/answer.ts";
import type { Lost } from "./endpoint/send.ts";
import { knownRefusals } from "./learned.ts";
import { freshState, informed, judged, merged, steppedDown } from "./model-state.ts";
import { type Answered, type Ask, exchange } from "./negotiate.ts";
import { joinContinuation } from "./parse/continuation.ts";
import { type ReadReply, readReply } from "./parse/reply.ts";

/** Times one chat asks again because a reply was empty, cut off or went in circles. */
const mostAgain = 3;
/** A reply is asked again with this much more room. */
const moreRoom = 3;
/** How much warmer a reply that went in circles is asked for again. */
const warmer = 0.4;

/** A model for one role: `profile` says where and what, `deps` is what tests and hosts replace. */
export function createModel(profile: NamedProfile, deps: ModelDeps = {}, initial?: HandleState): Model {
  const pictures = new PictureCache();
  let state = initial ?? freshState(profile);
  return {
    name: profile.name,
    profile,
    get state() {
      return state;
    },
    restore(recorded) {
      state = { ...recorded };
    },
    async chat(request) {
      const before = informed(state, knownRefusals(profile));
      const talk = new Talk(request, profile, before, deps, pictures);
      try {
        const reply = await talk.run();
        return { ...reply, handle: merged(state, before, talk.state) };
      } catch (thrown) {
        talk.failed(thrown);
        throw thrown;
      } finally {
        state = merged(state, before, talk.state);
      }
    },
  };
}

/** How to ask again; `said`: what the answer so far already holds, `style`: where it is another one. */
interface NextAsk {
  ask: Ask;
  said: string;
  style?: ToolStyle;
}

/** One chat: up to a few exchanges that make up one reply. */
class Talk {
  state: HandleState;
  readonly #request: ChatRequest;
  readonly #profile: NamedProfile;
  readonly #deps: ModelDeps;
  readonly #pictures: PictureCache;
  readonly #started = performance.now();
  readonly #usage: Usage = { ...noUsage };
  readonly #problems: Problem[] = [];
  #again = 0;

  constructor(
    request: ChatRequest,
    profile: NamedProfile,
    state: HandleState,
    deps: ModelDeps,
    pictures: PictureCache,
  ) {
    this.#request = request;
    this.#profile = profile;
    this.state = state;
    this.#deps = deps;
    this.#pictures = pictures;
  }

  async run(): Promise<ChatReply> {
    const request = this.#request;
    let ask: Ask = {
      request,
      messages: request.messages,
      maxTokens: request.maxTokens ?? this.#profile.max_tokens,
      temperature: request.temperature ?? this.#profile.temperature,
      style: request.toolStyle ?? this.state.style,
    };
    /** What earlier, cut-off answers of this chat already said. */
    let said = "";
    for (;;) {
      const answered = await exchange(ask, this.#profile, this.state, this.#deps, this.#pictures, (lost, input) =>
        this.#countLost(lost, input),
      );
      this.state = answered.state;
      this.#count(answered.attempt, answered.fitted.tokens);
      this.#note(answered.problems);
      const whole = { ...answered.attempt, content: joinContinuation(said, answered.attempt.content) };
      const read = this.#read(whole, answered);
      const next = this.#again < mostAgain ? this.#nextAsk(ask, answered, whole, read) : undefined;
      if (next === undefined && !whole.choices) throw this.#nothing();
      if (next === undefined) return this.#reply(read, whole, answered);
      this.#again++;
      ask = { ...next.ask, style: next.style ?? answered.style };
      said = next.said;
    }
  }

  #read(whole: Attempt, answered: Answered): ReadReply {
    const taken = new Set(this.#request.messages.flatMap((each) => each.toolCalls?.map((call) => call.id) ?? []));
    const base = this.#request.messages.length;
    return readReply(whole, this.#request.tools, {
      native: answered.style === "native",
      requireCall: this.#request.requireCall === true,
      callId: (index, given) => {
        // Some servers name every call alike, and none may name one that the conversation knows.
        let id = given || `call_${base}_${index}`;
        for (let n = 2; taken.has(id); n++) id = `${given || `call_${base}_${index}`}_${n}`;
        taken.add(id);
        return id;
      },
    });
  }

  /** Whether and how to ask again. */
  #nextAsk(ask: Ask, answered: Answered, whole: Attempt, read: ReadReply): NextAsk | undefined {
    const has = (code: Problem["code"]): boolean =>
      read.problems.some((problem) => problem.code === code && !problem.repaired);
    if (has("empty_reply") || (!whole.choices && read.calls.length === 0)) {
      const odd = whole.choices && whole.finish === "unknown" ? whole.finishSaid : null;
      // Google's MALFORMED_FUNCTION_CALL is about native calls only: in the text the model can write them.
      const native = answered.style === "native" && this.#request.toolStyle === undefined;
      if (odd && native && /malformed/i.test(odd)) return this.#inText(ask, odd);
      // An end that names a failure of its own comes again: once more is enough to know.
      if (odd && this.#again > 0) return undefined;
      this.#note([{ code: "empty_reply", message: "The answer was empty; asked again.", repaired: true }]);
      return { ask, said: "" };
    }
    if (has("repetition")) {
      this.#note([{ code: "repetition", message: "The answer went in circles; asked again, warmer.", repaired: true }]);
      const temperature = ask.temperature === null ? null : Math.min(1, ask.temperature + warmer);
      return { ask: { ...ask, temperature, messages: this.#request.messages }, said: "" };
    }
    if (!has("cut_off") || answered.attempt.finish !== "length") return undefined;
    return this.#moreRoom(ask, answered, whole);
  }

  /** Native calls that the endpoint cannot read are asked for in the text from now on. */
  #inText(ask: Ask, why: string): NextAsk {
    this.state = { ...this.state, style: "inline", failures: 0 };
    this.#note([steppedDown("native", "inline", `the endpoint says ${why.slice(0, 200)}`)]);
    return { ask, said: "", style: "inline" };
  }

  /** A cut-off answer: asked again with more room while there is any, else continued where it stopped. */
  #moreRoom(ask: Ask, answered: Answered, whole: Attempt): { ask: Ask; said: string } | undefined {
    const { fitted } = answered;
    const context = Math.min(this.#profile.context_tokens, this.state.contextTokens ?? Number.POSITIVE_INFINITY);
    const cap = Math.min(this.#profile.max_tokens_limit ?? context, this.state.outputTokens ?? context);
    const most = Math.min(cap, Math.floor(context / 2), fitted.maxTokens * moreRoom);
    if (most >= fitted.maxTokens * 1.25) {
      const message = `The answer was cut off at ${fitted.maxTokens} tokens; asked again with room for ${most}.`;
      this.#note([{ code: "continued", message, repaired: true }]);
      return { ask: { ...ask, maxTokens: most, messages: this.#request.messages }, said: "" };
    }
    if (whole.toolCalls.length > 0 || whole.content.trim() === "") return undefined;
    const message = `The answer was cut off at ${fitted.maxTokens} tokens, all there is; asked to go on where it stopped.`;
    this.#note([{ code: "continued", message, repaired: true }]);
    const more: ChatMessage[] = [
      { role: "assistant", parts: [{ type: "text", text: whole.content }] },
      {
        role: "user",
        parts: [
          {
            type: "text",
            text: "Your reply was cut off. Go on exactly after its last character, without repeating anything and without any remark.",
          },
        ],
      },
    ];
    return { ask: { ...ask, messages: [...this.#request.messages, ...more] }, said: whole.content };
  }

  #reply(read: ReadReply, whole: Attempt, answered: Answered): ChatReply {
    this.#note(read.problems);
    if (this.#request.toolStyle === undefined && this.#request.tools.length > 0) {
      const { state, problem } = judged(this.state, answered.style, read.problems, read.calls.length > 0);
      this.state = state;
      if (problem) this.#note([problem]);
    }
    return {
      text: read.text,
      thinking: read.thinking,
      calls: read.calls,
      problems: this.#problems,
      finish: whole.finish,
      usage: this.#usage,
      receipts: answered.receipts,
      style: answered.style,
      seconds: (performance.now() - this.#started) / 1000,
      estimated_tokens: answered.fitted.tokens,
      handle: { ...this.state },
    };
  }

  /** An endpoint that answers well and says nothing is no model that says nothing: asking on would change nothing. */
  #nothing(): VigaError {
    const times = this.#again + 1;
    return new VigaError("model_reply_invalid", `${this.#profile.name}: answered ${times} times without any choice`, {
      retry: "elsewhere",
      hint: `check that ${this.#profile.base_url} serves ${this.#profile.model}; \`viga model probe\` shows what it answers`,
    });
  }

  /** Tells what the requests of a chat that failed have cost. */
  failed(thrown: unknown): void {
    if (this.#usage.calls === 0) return;
    const { code, message } = toVigaError(thrown);
    this.#deps.onEvent?.({ type: "failed", code, message, usage: this.#usage });
  }

  /** A request that brought no answer is one too; what was refused costs no tokens. */
  #countLost({ part, worked }: Lost, input: number): void {
    if (part) this.#count(part, input);
    else if (worked) this.#add({ input, output: 0 });
    else this.#usage.calls++;
  }

  #count(attempt: Attempt, estimate: number): void {
    const spoken = attempt.content + attempt.reasoning + attempt.toolCalls.map((call) => call.arguments).join("");
    this.#add(attempt.usage ?? { input: estimate, output: textTokens(spoken) });
  }

  #add({ input, output, cached, reasoning }: WireUsage): void {
    const { input_per_mtok, output_per_mtok, cached_input_per_mtok = input_per_mtok } = this.#profile.prices;
    const usage = this.#usage;
    usage.calls++;
    usage.input_tokens += input;
    usage.output_tokens += output;
    if (cached !== undefined) usage.cached_tokens = (usage.cached_tokens ?? 0) + cached;
    if (reasoning !== undefined) usage.reasoning_tokens = (usage.reasoning_tokens ?? 0) + reasoning;
    const paid = (input - (cached ?? 0)) * input_per_mtok + (cached ?? 0) * cached_input_per_mtok;
    usage.usd += (paid + output * output_per_mtok) / 1e6;
  }

  #note(problems: readonly Problem[]): void {
    for (const problem of problems) {
      this.#problems.push(problem);
      this.#deps.onEvent?.({ type: "problem", problem });
    }
  }
}
