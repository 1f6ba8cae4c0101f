import { AsyncLocalStorage } from "node:async_hooks";
import type { ChatReply, ChatRequest, Model, ModelEvent } from "../../../bridge/models/contract.ts";
import type { PlayerIO } from "../player.ts";

/** The turn that a call under way belongs to: one model handle may serve several candidates at once. */
const turn = new AsyncLocalStorage<{ io: PlayerIO; key: string; model: string }>();

/**
 * Puts a model's retries on the tape as they happen, so that it says why a call took long. Given to `createModel` as
 * `onEvent`; outside a turn it does nothing. Problems stand in the call's own event.
 */
export function noteModelEvent(event: ModelEvent): void {
  const current = turn.getStore();
  if (current === undefined || event.type !== "retry") return;
  const { type: _, ...data } = event;
  current.io.note("model.retry", { key: current.key, model: current.model, ...data });
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
  if (!called) model.restore(reply.handle);
  io.spent(reply.usage);
  io.note("model.call", {
    key: onTape,
    t,
    model: model.name,
    tokens: { input: reply.usage.input_tokens, output: reply.usage.output_tokens, estimated: reply.estimated_tokens },
    calls: reply.usage.calls,
    usd: reply.usage.usd,
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
