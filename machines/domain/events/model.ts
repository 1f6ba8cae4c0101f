import { z } from "zod";
import { event, t } from "./event.ts";

const players = ["generator", "verifier"];
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const tokens = z.object({
  input: z.number(),
  output: z.number(),
  cached: z.number().optional(),
  reasoning: z.number().optional(),
  estimated: z.number().optional(),
});

/** Calls of models: what was asked, sent and paid, and what a model made of it. */
export const modelEvents = {
  "call.intent": event(
    players,
    "A paid or slow call is about to be made; its key is unique in the run and role.",
    { key: z.string() },
    { key: "judge/1/judge/0" },
  ),
  "call.reply": event(
    players,
    "Its reply, recorded before anything uses it: it is never paid for again.",
    { key: z.string(), value: z.unknown() },
    { key: "judge/1/judge/0", value: { text: "..." } },
  ),
  "call.unknown": event(
    players,
    "Nobody knows whether a call was carried out before a crash; it is made again.",
    { key: z.string(), incarnation: z.number() },
    { key: "judge/1/judge/0", incarnation: 2 },
  ),
  "model.call": event(
    players,
    "A model answered, or failed (`failed`, `message`). Each picture that was sent has a receipt: `sha256` of its bytes on the wire, `source` of the picture as it was given, which is an artifact.",
    {
      key: z.string().optional(),
      call: z.string().optional(),
      t: t.optional(),
      model: z.string(),
      tokens,
      calls: z.number().int(),
      usd: z.number(),
      seconds: z.number().optional(),
      style: z.enum(["native", "inline", "json"]).optional(),
      finish: z.string().optional(),
      tools: z.array(z.string()).optional(),
      problems: z.array(z.looseObject({ code: z.string(), message: z.string(), repaired: z.boolean() })).optional(),
      receipts: z
        .array(
          z.object({
            sha256: hash,
            source: hash,
            width: z.number().int().positive(),
            height: z.number().int().positive(),
            bytes: z.number().int().positive(),
            detail: z.string().nullable(),
            label: z.string(),
          }),
        )
        .optional(),
      recorded: z.boolean().optional(),
      failed: z.string().optional(),
      message: z.string().optional(),
    },
    {
      key: "1/judge/0",
      t: 1,
      model: "qwen3-vl-32b",
      tokens: { input: 2048, output: 180, estimated: 2100 },
      calls: 1,
      usd: 0.006,
      seconds: 4.2,
      style: "inline",
      finish: "stop",
      tools: ["end_process"],
      problems: [],
      receipts: [
        {
          sha256: "8".repeat(64),
          source: "1".repeat(64),
          width: 512,
          height: 512,
          bytes: 90112,
          detail: null,
          label: "target render1",
        },
      ],
      recorded: false,
    },
  ),
  "model.retry": event(
    players,
    "A passing failure; the call is made again after a pause.",
    {
      key: z.string(),
      model: z.string(),
      attempt: z.number().int(),
      code: z.string(),
      message: z.string(),
      wait_s: z.number(),
    },
    { key: "1/judge/0", model: "qwen3-vl-32b", attempt: 1, code: "model_rate_limited", message: "429", wait_s: 2 },
  ),
  "model.refused": event(
    players,
    "The endpoint refused a field of the request; later requests do without it.",
    { key: z.string(), model: z.string(), field: z.string(), message: z.string() },
    { key: "1/judge/0", model: "qwen3-vl-32b", field: "tools", message: "tools are not supported" },
  ),
  "model.waiting": event(
    players,
    "Nothing of an answer has come for a while.",
    { key: z.string(), model: z.string(), first: z.boolean(), limit_s: z.number() },
    { key: "1/judge/0", model: "qwen3-vl-32b", first: true, limit_s: 180 },
  ),
  "tool.call": event(
    players,
    "A model called one of its tools; `why` where it was refused.",
    { t, tool: z.string(), ok: z.boolean(), why: z.string().optional() },
    { t: 1, tool: "set_camera", ok: true },
  ),
  "tool.ignored": event(
    players,
    "Calls beside the one that ended the turn, which were not made.",
    { t, tools: z.array(z.string()) },
    { t: 1, tools: ["execute_code"] },
  ),
  "reply.read": event(
    players,
    "A result was read out of plain text, since the model called no tool.",
    { key: z.string(), how: z.string() },
    { key: "judge/0", how: "the result was read from plain text" },
  ),
  "loop.nudge": event(
    players,
    "A model repeated itself and was told so.",
    { key: z.string(), t, repeated: z.array(z.string()) },
    { key: "write", t: 1, repeated: ["execute_code was refused"] },
  ),
};
