import type { ChatMessage } from "../contract.ts";

/** The lowest `drop` of any part or message: what goes next. */
export function lowestDrop(messages: readonly ChatMessage[]): number | undefined {
  let lowest: number | undefined;
  for (const message of messages) {
    for (const drop of [message.drop, ...message.parts.map((part) => part.drop)]) {
      if (drop !== undefined && (lowest === undefined || drop < lowest)) lowest = drop;
    }
  }
  return lowest;
}

/**
 * The messages without everything marked `drop`. A tool's answer goes with its call and a call with its answer, because
 * endpoints refuse one without the other.
 */
export function dropRound(messages: readonly ChatMessage[], drop: number): ChatMessage[] {
  const kept = messages
    .filter((message) => message.drop !== drop)
    .map((message) => ({ ...message, parts: message.parts.filter((part) => part.drop !== drop) }))
    .filter((message) => message.parts.length > 0 || (message.toolCalls?.length ?? 0) > 0);
  return paired(kept);
}

/** Leaves out calls that have no answer and answers that have no call; the last message's open calls stay. */
export function paired(messages: readonly ChatMessage[]): ChatMessage[] {
  const answered = new Set(messages.map((message) => message.toolCallId).filter((id) => id !== undefined));
  const called = new Set(messages.flatMap((message) => message.toolCalls?.map((call) => call.id) ?? []));
  return messages.flatMap((message, i): ChatMessage[] => {
    if (message.role === "tool" && !called.has(message.toolCallId ?? "")) return [];
    if (!message.toolCalls || i === messages.length - 1) return [message];
    const { toolCalls, ...rest } = message;
    const open = toolCalls.filter((call) => answered.has(call.id));
    if (open.length > 0) return [{ ...rest, toolCalls: open }];
    return rest.parts.length > 0 ? [rest] : [];
  });
}
