import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import sharp from "sharp";
import { z } from "zod";

const part = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image_url"), image_url: z.object({ url: z.string(), detail: z.string().optional() }) }),
]);
const message = z.object({
  role: z.enum(["system", "user", "assistant", "tool"]),
  content: z.union([z.string(), z.array(part), z.null()]).optional(),
  tool_calls: z
    .array(
      z.looseObject({
        id: z.string(),
        type: z.literal("function"),
        function: z.object({ name: z.string(), arguments: z.string() }),
      }),
    )
    .optional(),
  tool_call_id: z.string().optional(),
});
const chatBody = z.looseObject({
  model: z.string(),
  messages: z.array(message),
  stream: z.boolean().optional(),
  stream_options: z.object({ include_usage: z.boolean() }).optional(),
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
  temperature: z.number().optional(),
  reasoning_effort: z.string().optional(),
  tools: z.array(z.object({ type: z.literal("function"), function: z.looseObject({ name: z.string() }) })).optional(),
  tool_choice: z.unknown().optional(),
  response_format: z.unknown().optional(),
});
export type ChatBody = z.infer<typeof chatBody>;

export interface SeenImage {
  width: number;
  height: number;
  bytes: number;
  media: string;
  sha256: string;
  detail: string | null;
  pixels: Buffer;
}

/** A request as it came over the wire. */
export interface Recorded {
  model: string;
  body: ChatBody;
  /** Names of all headers, and the bearer token. */
  headers: string[];
  bearer: string | null;
  stream: boolean;
  usageAsked: boolean;
  tools: string[];
  maxTokens: number;
  images: SeenImage[];
  /** All text of all messages, in order. */
  text: string;
  /** As this server counts: four characters a token, and one token per square of `patch` pixels. */
  textTokens: number;
  imageTokens: number;
  promptTokens: number;
}

export interface CountOptions {
  patch: number;
  /** True: the server leaves pictures out before the model sees them. */
  imagesDropped: boolean;
}

async function readImage(url: string, detail: string | undefined): Promise<SeenImage> {
  const found = /^data:([^;]+);base64,(.+)$/s.exec(url);
  if (!found) throw new Error(`no data URL: ${url.slice(0, 40)}`);
  const pixels = Buffer.from(found[2]!, "base64");
  const { width, height } = await sharp(pixels).metadata();
  const sha256 = createHash("sha256").update(pixels).digest("hex");
  return { width, height, bytes: pixels.length, media: found[1]!, sha256, detail: detail ?? null, pixels };
}

export async function bodyText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Reads and counts a chat request; throws for what a strict server would refuse. */
export async function record(request: IncomingMessage, json: string, count: CountOptions): Promise<Recorded> {
  const body = chatBody.parse(JSON.parse(json));
  const texts: string[] = [];
  const images: SeenImage[] = [];
  const open = new Set<string>();
  for (const each of body.messages) {
    if (typeof each.content === "string") texts.push(each.content);
    for (const piece of Array.isArray(each.content) ? each.content : []) {
      if (piece.type === "text") texts.push(piece.text);
      else images.push(await readImage(piece.image_url.url, piece.image_url.detail));
    }
    for (const call of each.tool_calls ?? []) {
      open.add(call.id);
      texts.push(call.function.name, call.function.arguments);
    }
    if (each.role === "tool" && !open.delete(each.tool_call_id ?? ""))
      throw new Error("a tool message answers no call");
    if (each.role === "tool" && typeof each.content !== "string") throw new Error("a tool message holds no plain text");
  }
  if (open.size > 0) throw new Error("a tool call was never answered");
  const text = texts.join("\n");
  const textTokens = Math.ceil((text.length + JSON.stringify(body.tools ?? []).length) / 4);
  const imageTokens = images.reduce(
    (sum, { width, height }) => sum + Math.ceil(width / count.patch) * Math.ceil(height / count.patch),
    0,
  );
  return {
    model: body.model,
    body,
    headers: Object.keys(request.headers),
    bearer: /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? null,
    stream: body.stream === true,
    usageAsked: body.stream_options?.include_usage === true,
    tools: body.tools?.map((tool) => tool.function.name) ?? [],
    maxTokens: body.max_completion_tokens ?? body.max_tokens ?? 1024,
    images,
    text,
    textTokens,
    imageTokens,
    promptTokens: textTokens + (count.imagesDropped ? 0 : imageTokens),
  };
}
