import { correctionMessages, replyMessage } from "../../../bridge/models/ask-again.ts";
import type { ChatMessage, Model, ToolCall, ToolSpec } from "../../../bridge/models/contract.ts";
import { VigaError } from "../../../config/errors.ts";
import type { ToolStyle } from "../../../config/profile.ts";
import type { PlayerIO } from "../player.ts";
import { ask } from "./call.ts";
import type { OfferedTool, ToolOutcome, ToolTurn } from "./tools/tool.ts";

export interface LoopLimits {
  /** Model calls in one turn; the last one is offered only the tools that end it. */
  calls: number;
  /** How often the same call or refusal may happen before the model is told so; once more ends the turn. */
  same: number;
}
export const defaultLimits: LoopLimits = { calls: 10, same: 3 };

export interface LoopOptions<R> {
  io: PlayerIO;
  model: Model;
  /** Prefix of this loop's paid calls, unique within the turn. */
  key: string;
  t: number;
  /** Names of the tools that end the turn; where one reply calls several, the first in this list counts. */
  finals: readonly string[];
  tools: readonly OfferedTool<R>[];
  system(style: ToolStyle, tools: readonly ToolSpec[]): string;
  /** The conversation's opening, after the system prompt. */
  opening: ChatMessage[];
  /** What to tell a model that answers without any usable call; null: the reply's text was the answer. */
  fromText?(text: string): Promise<ToolOutcome<R>> | ToolOutcome<R> | null;
  limits: LoopLimits;
  temperature?: number;
  maxTokens?: number;
}

export interface LoopResult<R> {
  result: R;
  /** What the model said on the way, oldest first. */
  said: string[];
  /** Calls of the turn, in order. */
  trace: string[];
}

/**
 * Lets a model call tools until one ends the turn. Every call is answered, each reply's problems are told to the model,
 * and a model that runs in circles is told once and then given up on.
 *
 * @throws VigaError player_failed when the turn ends without a result; whatever the model's endpoint throws
 */
export async function toolLoop<R>(options: LoopOptions<R>): Promise<LoopResult<R>> {
  const { io, model, limits, finals } = options;
  const memory = new Map<string, unknown>();
  const circles = new RepetitionGuard(limits.same);
  const messages: ChatMessage[] = [...options.opening];
  const said: string[] = [];
  const trace: string[] = [];
  /** The latest reply that could not be used, and what was wrong with it; a row of them would teach a model to fail. */
  let failed: ChatMessage[] = [];
  /** The end of what the model said last, for whoever reads why its turn failed. */
  let words = "";

  for (let n = 0; n < limits.calls; n++) {
    const last = n === limits.calls - 1;
    const { style } = model.state;
    const offered = last ? options.tools.filter((tool) => finals.includes(tool.name)) : options.tools;
    const specs = offered.map((tool) => tool.spec(style));
    const hurry = last && n > 0 ? [user(`This is the last call of this round: call ${finals[0]} now.`)] : [];
    const system: ChatMessage = { role: "system", parts: [{ type: "text", text: options.system(style, specs) }] };
    const reply = await ask(
      io,
      model,
      `${options.key}/${n}`,
      {
        messages: [system, ...messages, ...failed, ...hurry],
        tools: specs,
        requireCall: true,
        ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
        ...(options.maxTokens === undefined ? {} : { maxTokens: options.maxTokens }),
      },
      options.t,
    );
    if (reply.text !== "") said.push(reply.text);
    words = (reply.text || reply.thinking).trim().slice(-200).replace(/\s+/g, " ");
    if (reply.calls.length > 0) messages.push(replyMessage(reply));

    const refusals = reply.problems.filter((problem) => !problem.repaired);
    const repeated: string[] = [];
    const results: { name: string; result: R }[] = [];
    for (const [index, call] of reply.calls.entries()) {
      const tool = offered.find((each) => each.name === call.name);
      const turn: ToolTurn = { io, t: options.t, call: `${options.key}/${n}/${index}`, memory };
      const outcome = await answer(tool, call, turn, results.length > 0);
      trace.push(describe(call, outcome));
      if (outcome.kind === "final") {
        results.push({ name: call.name, result: outcome.result });
        continue;
      }
      messages.push(answered(call, outcome));
      const why = outcome.kind === "refused" ? { why: outcome.text.slice(0, 300) } : {};
      io.note("tool.call", { t: options.t, tool: call.name, ok: outcome.kind === "answer", ...why });
      const signature =
        outcome.kind === "refused" ? `refused ${call.name}: ${outcome.text}` : `${call.name} ${stable(call.arguments)}`;
      if (circles.seen(signature)) repeated.push(outcome.kind === "refused" ? `${call.name} was refused` : call.name);
    }
    if (reply.calls.length === 0) {
      const outcome = await options.fromText?.(reply.text);
      if (outcome?.kind === "final") {
        io.note("reply.read", { key: `${options.key}/${n}`, how: "the result was read from plain text" });
        results.push({ name: finals[0] ?? "", result: outcome.result });
      }
    }
    const ended = results.sort((a, b) => finals.indexOf(a.name) - finals.indexOf(b.name))[0];
    if (ended) {
      if (results.length > 1)
        io.note("tool.ignored", { tools: results.slice(1).map((each) => each.name), t: options.t });
      return { result: ended.result, said, trace };
    }

    for (const problem of refusals) {
      trace.push(`(${problem.code}) ${problem.message}`);
      // By style: after three failures the client steps down, and the simpler style deserves its own three.
      const signature = `problem ${reply.style} ${problem.code} ${problem.tool ?? ""}`;
      if (circles.seen(signature)) repeated.push(problem.message);
    }
    if (circles.over) throw stuck(options, repeated, refusals.at(-1)?.code === "refusal", words);
    const told = reply.calls.length > 0 ? refusals.map((problem) => problem.message) : [];
    failed = reply.calls.length > 0 ? [] : correctionMessages(reply);
    if (reply.calls.length === 0 && failed.length === 0) {
      failed = [replyMessage({ ...reply, text: reply.text || "(nothing)" }), user(`Call ${finals[0]} now.`)];
    }
    if (repeated.length > 0) {
      told.push(
        `You have now had this ${limits.same} times: ${[...new Set(repeated)].join("; ")}. Repeating it changes nothing. Do something else, best of all ${finals[0]}.`,
      );
      io.note("loop.nudge", { key: options.key, t: options.t, repeated });
    }
    if (told.length > 0) (reply.calls.length > 0 ? messages : failed).push(user(told.join("\n")));
  }
  const calls = `${model.name} made ${limits.calls} calls and never got to ${finals[0]}`;
  throw new VigaError("player_failed", `${calls}${quoted(words)}`, {
    retry: "same",
    hint: "see the round's model.call events on the tape; a stronger model, or tools: inline or json, may help",
  });
}

async function answer<R>(
  tool: OfferedTool<R> | undefined,
  call: ToolCall,
  turn: ToolTurn,
  done: boolean,
): Promise<ToolOutcome<R>> {
  if (tool === undefined) return { kind: "refused", text: `${call.name} is not offered now.` };
  // A round has one end: what comes after it in the same reply would only cost the engine's time.
  if (done && tool.kind !== "protocol") return { kind: "refused", text: "Not run: the round had already ended." };
  return tool.run(call.arguments, turn);
}

/** Counts what repeats itself. */
class RepetitionGuard {
  readonly #same: number;
  readonly #counts = new Map<string, number>();
  over = false;

  constructor(same: number) {
    this.#same = same;
  }

  /** True when this was seen for the last time that is allowed; after that `over` is set. */
  seen(signature: string): boolean {
    const count = (this.#counts.get(signature) ?? 0) + 1;
    this.#counts.set(signature, count);
    if (count > this.#same) this.over = true;
    return count >= this.#same;
  }
}

const quoted = (words: string): string => (words === "" ? "" : `; its last words: ${JSON.stringify(words)}`);

function stuck<R>(options: LoopOptions<R>, repeated: readonly string[], refused: boolean, words: string): VigaError {
  const what = [...new Set(repeated)].join("; ").slice(0, 300);
  if (refused) {
    return new VigaError("model_refused", `${options.model.name} refuses: ${what}`, {
      retry: "elsewhere",
      hint: "say the task in other words, or map the role to another model",
    });
  }
  return new VigaError("player_failed", `${options.model.name} goes in circles: ${what}${quoted(words)}`, {
    retry: "same",
    hint: "it was told after three times and did it again; another model, or tools: inline or json, may help",
  });
}

/** JSON with sorted keys, so that equal arguments look equal. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${stable(item)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

const user = (text: string): ChatMessage => ({ role: "user", parts: [{ type: "text", text }] });

function answered<R>(call: ToolCall, outcome: Exclude<ToolOutcome<R>, { kind: "final" }>): ChatMessage {
  const images = outcome.kind === "answer" ? (outcome.images ?? []) : [];
  return { role: "tool", toolCallId: call.id, parts: [{ type: "text", text: outcome.text }, ...images] };
}

function describe<R>(call: ToolCall, outcome: ToolOutcome<R>): string {
  const args = stable(call.arguments);
  const shown = args.length > 160 ? `${args.slice(0, 160)}...` : args;
  const end = outcome.kind === "refused" ? ` -> refused: ${outcome.text.slice(0, 160)}` : "";
  return outcome.kind === "final" ? call.name : `${call.name} ${shown}${end}`;
}
