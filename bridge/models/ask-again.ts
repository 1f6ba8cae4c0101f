import { VigaError } from "../../config/errors.ts";
import type { ChatMessage, ChatReply, ChatRequest, Model } from "./contract.ts";

/** A reply as the next request remembers it. */
export function replyMessage(reply: ChatReply): ChatMessage {
  const parts = reply.text === "" ? [] : [{ type: "text" as const, text: reply.text }];
  return { role: "assistant", parts, ...(reply.calls.length > 0 ? { toolCalls: reply.calls } : {}) };
}

/**
 * What to tell a model after a reply that could not be used: its reply (shortened, so that a runaway one does not fill
 * the window) and what was wrong with it. Empty when there is nothing to tell.
 */
export function correctionMessages(reply: ChatReply): ChatMessage[] {
  const wrong = reply.problems.filter((problem) => !problem.repaired);
  if (wrong.length === 0 || reply.calls.length > 0) return [];
  const said = reply.text.length > 1500 ? `${reply.text.slice(0, 700)}\n[...]\n${reply.text.slice(-300)}` : reply.text;
  return [
    { role: "assistant", parts: [{ type: "text", text: said === "" ? "(nothing)" : said }] },
    { role: "user", parts: [{ type: "text", text: [...new Set(wrong.map((problem) => problem.message))].join("\n") }] },
  ];
}

/**
 * Chats until the reply holds a valid call, telling the model each time what was wrong. Gives every reply, the good one
 * last. After `most` failures throws `model_refused` when the last one was a refusal, else `model_reply_invalid`.
 */
export async function chatUntilCall(model: Model, request: ChatRequest, most = 6): Promise<ChatReply[]> {
  const replies: ChatReply[] = [];
  let messages = request.messages;
  for (;;) {
    const reply = await model.chat({ ...request, messages, requireCall: true });
    replies.push(reply);
    if (reply.calls.length > 0) return replies;
    const last = reply.problems.findLast((problem) => !problem.repaired);
    if (replies.length >= most) {
      const code = last?.code === "refusal" ? "model_refused" : "model_reply_invalid";
      throw new VigaError(
        code,
        `${model.name}: no usable reply in ${most} tries; last: ${last?.message ?? "no call"}`,
        {
          retry: "elsewhere",
          hint: `run \`viga model probe ${model.name}\` to see which tool style works, or map the role to another model`,
        },
      );
    }
    // Only the latest failure is shown: a row of them teaches the model to fail.
    messages = [...request.messages, ...correctionMessages(reply)];
  }
}
