import { createHash } from "node:crypto";
import { z } from "zod";
import { VigaError } from "../../config/errors.ts";

/**
 * CloudEvents 1.0 in JSON. `id` is deterministic (the same step after a crash gives the same id). `sequence` numbers
 * the messages of one sender, so that a receiver can drop what it has seen after the broker's duplicate window.
 */
export const envelope = z.object({
  specversion: z.literal("1.0"),
  id: z.string().min(1).max(300),
  source: z.string().min(1).max(200),
  type: z
    .string()
    .regex(/^[a-z][a-z0-9_.]*$/)
    .max(80),
  subject: z.string().max(200),
  time: z.iso.datetime(),
  traceparent: z.string().regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/),
  datacontenttype: z.literal("application/json"),
  sequence: z.number().int().positive().optional(),
  data: z.record(z.string(), z.unknown()),
});
export type Envelope = z.infer<typeof envelope>;

export interface EnvelopeInput {
  id: string;
  source: string;
  type: string;
  subject: string;
  data: Record<string, unknown>;
  sequence?: number;
  time?: string;
}

/** Trace id from the run (first part of the source), span id from the message id: every run is one trace. */
function traceparent(source: string, id: string): string {
  const trace = createHash("sha256")
    .update(source.split("/")[0] ?? source)
    .digest("hex")
    .slice(0, 32);
  const span = createHash("sha256").update(id).digest("hex").slice(0, 16);
  return `00-${trace}-${span}-01`;
}

export function makeEnvelope(input: EnvelopeInput): Envelope {
  return envelope.parse({
    specversion: "1.0",
    id: input.id,
    source: input.source,
    type: input.type,
    subject: input.subject,
    time: input.time ?? new Date().toISOString(),
    traceparent: traceparent(input.source, input.id),
    datacontenttype: "application/json",
    ...(input.sequence === undefined ? {} : { sequence: input.sequence }),
    data: input.data,
  });
}

/** Parses bytes off the bus. Throws `input_invalid`; the caller dead-letters the message. */
export function parseEnvelope(bytes: Uint8Array): Envelope {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new VigaError("input_invalid", "a message on the bus is not JSON", { cause });
  }
  const parsed = envelope.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new VigaError(
      "input_invalid",
      `a message on the bus is no envelope: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`,
    );
  }
  return parsed.data;
}
