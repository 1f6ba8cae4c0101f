import sharp from "sharp";
import { z } from "zod";
import {
  type ChatMessage,
  type ChatRequest,
  type ImagePart,
  type ModelEvent,
  type ToolSpec,
  toolSpec,
} from "../../../bridge/models/contract.ts";
import { type NamedProfile, profile } from "../../../config/profile.ts";

/** A profile for a scripted endpoint, with short timeouts. */
export function testProfile(url: string, model: string, over: Record<string, unknown> = {}): NamedProfile {
  const keys = {
    base_url: url,
    model,
    context_tokens: 32768,
    max_tokens: 2000,
    image_max_px: 512,
    image_tokens: { kind: "patch", patch: 28 },
    tools: "native",
    prices: { input_per_mtok: 1, output_per_mtok: 10 },
    timeouts: { first_s: 5, stall_s: 0.3, total_s: 20 },
    ...over,
  };
  return { ...profile.parse(keys), name: model };
}

export const executeCode: ToolSpec = {
  ...toolSpec(
    "execute_code",
    "Runs a program.",
    z.object({ thought: z.string(), code_diff: z.string().optional(), code: z.string() }),
  ),
  aliases: ["execute_and_evaluate"],
};
export const endProcess: ToolSpec = {
  ...toolSpec("end_process", "Ends the run.", z.object({ reason: z.string() })),
  aliases: ["end"],
};
export const lookAt: ToolSpec = toolSpec(
  "set_camera",
  "Moves the camera.",
  z.object({
    location: z.array(z.number()).length(3),
    frame: z.number().int().optional(),
    sharp: z.boolean().optional(),
  }),
);
export const tools: ToolSpec[] = [executeCode, endProcess, lookAt];

export const user = (said: string): ChatMessage => ({ role: "user", parts: [{ type: "text", text: said }] });

export function request(over: Partial<ChatRequest> = {}): ChatRequest {
  return {
    messages: [user("Draw a red cube.")],
    tools,
    requireCall: true,
    signal: new AbortController().signal,
    ...over,
  };
}

/** A picture of one colour. */
export async function picture(width: number, height: number, label: string, drop?: number): Promise<ImagePart> {
  const bytes = await sharp({ create: { width, height, channels: 3, background: "#3366aa" } })
    .png()
    .toBuffer();
  return { type: "image", bytes, media: "image/png", label, ...(drop === undefined ? {} : { drop }) };
}

/** Dependencies that do not wait, and what was heard of them. */
export function quickDeps() {
  const waits: number[] = [];
  const events: ModelEvent[] = [];
  return {
    waits,
    events,
    deps: {
      env: {},
      random: () => 0.5,
      sleep: async (ms: number) => void waits.push(ms),
      onEvent: (event: ModelEvent) => void events.push(event),
    },
  };
}
