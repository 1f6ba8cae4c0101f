import type OpenAI from "openai";
import type { ToolStyle } from "../../../config/profile.ts";
import type { Picture } from "../budget/pictures.ts";
import type { ChatMessage, ImagePart, ImageReceipt } from "../contract.ts";
import { callAsText, resultAsText } from "./styles.ts";

type WireMessage = OpenAI.ChatCompletionMessageParam;
type WirePart = OpenAI.ChatCompletionContentPartText | OpenAI.ChatCompletionContentPartImage;

export interface WireOptions {
  style: ToolStyle;
  detail: "low" | "high" | "auto" | undefined;
  /** The tool style's text; joins the first system message. */
  instructions: string;
  picture: (part: ImagePart) => Picture;
  /** True: calls of earlier turns go back with a signature that their endpoint does not check. */
  unsigned: boolean;
}

/** What Google takes in place of a signature that is lost: https://ai.google.dev/gemini-api/docs/thought-signatures */
const anySignature = { google: { thought_signature: "skip_thought_signature_validator" } };

const textOf = (parts: readonly WirePart[]): string =>
  parts.map((part) => (part.type === "text" ? part.text : "")).join("\n");

/** Messages in the wire's form, and a receipt of every picture in them, in order. */
export function wireMessages(
  messages: readonly ChatMessage[],
  options: WireOptions,
): { messages: WireMessage[]; receipts: ImageReceipt[] } {
  const receipts: ImageReceipt[] = [];
  const { style, detail } = options;
  const parts = (message: ChatMessage): WirePart[] =>
    message.parts.flatMap((part): WirePart[] => {
      if (part.type === "text") return part.text === "" ? [] : [{ type: "text", text: part.text }];
      const { bytes, media, width, height, sha256, source } = options.picture(part);
      receipts.push({ sha256, source, width, height, bytes: bytes.length, detail: detail ?? null, label: part.label });
      const url = `data:${media};base64,${bytes.toString("base64")}`;
      const image: WirePart = { type: "image_url", image_url: detail ? { url, detail } : { url } };
      return part.label === "" ? [image] : [{ type: "text", text: `${part.label}:` }, image];
    });

  const system: string[] = [];
  const turns: { role: "user" | "assistant" | "tool"; parts: WirePart[]; message: ChatMessage }[] = [];
  for (const message of messages) {
    if (message.role === "system") system.push(textOf(parts(message)));
    else turns.push({ role: message.role, parts: parts(message), message });
  }
  if (options.instructions !== "") system.push(options.instructions);
  const out: WireMessage[] = system.length > 0 ? [{ role: "system", content: system.join("\n\n") }] : [];
  const names = new Map(messages.flatMap((each) => each.toolCalls?.map((call) => [call.id, call.name] as const) ?? []));

  if (style === "native") {
    let waiting: WirePart[] = [];
    const flush = (): void => {
      if (waiting.length > 0) push(out, "user", waiting);
      waiting = [];
    };
    for (const turn of turns) {
      if (turn.role === "tool") {
        const shown = turn.parts.filter((part) => part.type === "image_url");
        const text = textOf(turn.parts.filter((part) => part.type === "text")) || "done";
        const content = shown.length > 0 ? `${text}\n(its ${shown.length} picture(s) are in the next message)` : text;
        out.push({ role: "tool", tool_call_id: turn.message.toolCallId ?? "", content });
        // Labels come along, so that each picture keeps its own.
        if (shown.length > 0)
          waiting.push(
            ...turn.parts.filter((part, i) => part.type === "image_url" || turn.parts[i + 1]?.type === "image_url"),
          );
        continue;
      }
      flush();
      if (turn.role === "user") push(out, "user", turn.parts);
      else out.push(nativeAssistant(turn.message, textOf(turn.parts), options.unsigned));
    }
    flush();
    return { messages: out, receipts };
  }
  for (const turn of turns) {
    if (turn.role === "tool") {
      const name = names.get(turn.message.toolCallId ?? "") ?? "tool";
      const text = textOf(turn.parts.filter((part) => part.type === "text")) || "done";
      const shown = turn.parts.filter((part) => part.type === "image_url");
      push(out, "user", [{ type: "text", text: resultAsText(style, name, text) }, ...shown]);
    } else if (turn.role === "user") push(out, "user", turn.parts);
    else {
      const calls = turn.message.toolCalls?.map((call) => callAsText(style, call)) ?? [];
      const content = [textOf(turn.parts), ...calls].filter((text) => text !== "").join("\n");
      if (content !== "") out.push({ role: "assistant", content });
    }
  }
  return { messages: out, receipts };
}

function nativeAssistant(message: ChatMessage, text: string, unsigned: boolean): WireMessage {
  const calls = message.toolCalls ?? [];
  if (calls.length === 0) return { role: "assistant", content: text === "" ? "(nothing)" : text };
  return {
    role: "assistant",
    content: text === "" ? null : text,
    tool_calls: calls.map((call) => {
      const extra = unsigned ? anySignature : call.extra;
      return {
        id: call.id,
        type: "function",
        function: { name: call.name, arguments: JSON.stringify(call.arguments) },
        ...(extra === undefined ? {} : { extra_content: extra }),
      };
    }),
  };
}

/** Neighbouring user messages become one: several chat templates insist that the roles alternate. */
function push(out: WireMessage[], role: "user", parts: WirePart[]): void {
  if (parts.length === 0) return;
  const last = out.at(-1);
  if (last?.role === role && Array.isArray(last.content)) last.content.push(...parts);
  else out.push({ role, content: [...parts] });
}
