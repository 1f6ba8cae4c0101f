import type { ChatReply, ChatRequest, Model } from "../../../bridge/models/contract.ts";
import type { PlayerIO } from "../player.ts";

/**
 * One paid exchange, made at most once: after a crash the recorded reply is used, and what the model's handle had
 * learned by then comes back with it. Usage is added either way, because the turn that it belongs to starts over.
 *
 * @param key unique and stable within the turn
 */
export async function ask(
  io: PlayerIO,
  model: Model,
  key: string,
  request: Omit<ChatRequest, "signal">,
): Promise<ChatReply> {
  let called = false;
  const reply = await io.once(key, () => {
    called = true;
    return model.chat({ ...request, signal: io.signal });
  });
  if (!called) model.restore(reply.handle);
  io.spent(reply.usage);
  io.note("model.call", {
    key,
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
