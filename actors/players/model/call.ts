import { AsyncLocalStorage } from "node:async_hooks";
import type { ChatReply, ChatRequest, Model, ModelEvent } from "../../../bridge/models/contract.ts";
import type { Usage } from "../../../machines/domain/index.ts";
import type { PlayerIO } from "../player.ts";

/** The turn that a call under way belongs to: one model handle may serve several candidates at once. */
const turn = new AsyncLocalStorage<{ io: PlayerIO; key: string; model: string }>();

/**
 * Puts on the tape as they happen: a model's retries, so that it says why a call took long, what its endpoint refused,
 * and what a call that failed has cost. Given to `createModel` as `onEvent`; outside a turn it does nothing. Problems
 * stand in the call's own event.
 */
export function noteModelEvent(event: ModelEvent): void {
  const current = turn.getStore();
  if (current === undefined || event.type === "problem") return;
  const { io, key, model } = current;
  if (event.type === "failed") {
    const { usage, code, message } = event;
    io.spent(usage);
    // Without the key: made again it is paid again, so each failure counts on its own.
    io.note("model.call", { call: key, model, ...costOf(usage), failed: code, message });
    return;
  }
  const { type, ...data } = event;
  io.note(`model.${type}`, { key, model, ...data });
}

function costOf(usage: Usage) {
  const { cached_tokens: cached, reasoning_tokens: reasoning } = usage;
  return {
    tokens: {
      input: usage.input_tokens,
      output: usage.output_tokens,
      ...(cached === undefined ? {} : { cached }),
      ...(reasoning === undefined ? {} : { reasoning }),
    },
    calls: usage.calls,
    usd: usage.usd,
  };
}

/** Keeps the pictures of a request by the hash that their receipts name as `source`: several are drawn for the call alone. */
async function keepPictures(io: PlayerIO, { messages }: Pick<ChatRequest, "messages">): Promise<void> {
  for (const { parts } of messages) {
    for (const part of parts) if (part.type === "image") await io.put(part.bytes);
  }
}

/**
 * One paid exchange, made at most once: after a crash the recorded reply is used, and what the model's handle had
 * learned by then comes back with it. Usage is added either way, because the turn that it belongs to starts over.
 *
 * @param key unique and stable within the turn
 * @param t round, which makes the key on the tape unique within the run
 */
export async function ask(
  io: PlayerIO,
  model: Model,
  key: string,
  request: Omit<ChatRequest, "signal">,
  t: number,
): Promise<ChatReply> {
  const onTape = `${t}/${key}`;
  let called = false;
  const reply = await io.once(key, () => {
    called = true;
    return turn.run({ io, key: onTape, model: model.name }, () => model.chat({ ...request, signal: io.signal }));
  });
  if (called) await keepPictures(io, request);
  else model.restore(reply.handle);
  io.spent(reply.usage);
  const cost = costOf(reply.usage);
  io.note("model.call", {
    key: onTape,
    t,
    model: model.name,
    ...cost,
    tokens: { ...cost.tokens, estimated: reply.estimated_tokens },
    seconds: reply.seconds,
    style: reply.style,
    finish: reply.finish,
    tools: reply.calls.map((call) => call.name),
    problems: reply.problems,
    receipts: reply.receipts,
    recorded: !called,
  });
  return reply;
}
