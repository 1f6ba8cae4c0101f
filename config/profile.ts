import { z } from "zod";
import { keyFieldIn, looksLikeKey, withoutSecrets } from "./secrets.ts";

/**
 * A model profile: everything viga must know about a model and its endpoint, as data. Shipped profiles are YAML files
 * in config/profiles; `models:` in viga.yaml adds to them or overrides single keys.
 */

/**
 * How an endpoint turns a picture of w x h pixels into tokens.
 * - `openai_tiles`: fits into `max_side`, scales the short side down to `short_side`, then base + per_tile for each `tile` square.
 * - `patch`: the picture is cut into `patch` x `patch` squares, one token each, between `min_tokens` and `max_tokens`
 *   (Qwen2-VL: 28, Qwen3-VL: 32), times `multiplier`.
 * - `area`: w * h / `pixels_per_token`, after fitting into `max_side`.
 * - `crops`: `tokens` for a picture up to `small_side`, else `tokens` per crop; a crop's side is the short side / 1.5,
 *   between 256 and `crop`.
 * - `fixed`: always `tokens`.
 */
export const imageTokenFormula = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("openai_tiles"),
    base: z.number().int().nonnegative(),
    per_tile: z.number().int().positive(),
    tile: z.number().int().positive().default(512),
    max_side: z.number().int().positive().default(2048),
    short_side: z.number().int().positive().default(768),
  }),
  z.strictObject({
    kind: z.literal("patch"),
    patch: z.number().int().positive(),
    min_tokens: z.number().int().nonnegative().default(4),
    max_tokens: z.number().int().positive().default(16384),
    multiplier: z.number().positive().default(1),
  }),
  z.strictObject({
    kind: z.literal("area"),
    pixels_per_token: z.number().positive(),
    max_side: z.number().int().positive(),
  }),
  z.strictObject({
    kind: z.literal("crops"),
    tokens: z.number().int().positive(),
    small_side: z.number().int().positive().default(384),
    crop: z.number().int().positive().default(768),
  }),
  z.strictObject({ kind: z.literal("fixed"), tokens: z.number().int().positive() }),
]);
export type ImageTokenFormula = z.infer<typeof imageTokenFormula>;

/** How a model calls tools: the API's own way, `<tool_call>` text or fenced JSON, or one JSON object per reply. */
export const toolStyle = z.enum(["native", "inline", "json"]);
export type ToolStyle = z.infer<typeof toolStyle>;

const envName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of an environment variable, never the key itself")
  .refine((text) => !looksLikeKey(text), "the name of an environment variable, never the key itself");

const plainUrl =
  "expected a URL like http://localhost:8000/v1, without user, password, ? or # (keys: key_env, key_file)";
const endpointUrl = z.url({ protocol: /^https?$/ }).refine((text) => {
  if (!URL.canParse(text)) return true;
  const { username, password, search, hash } = new URL(text);
  return `${username}${password}${search}${hash}` === "";
}, plainUrl);

/** Every key without its default: what an override may give. */
const keys = {
  /** Base URL of an endpoint that speaks OpenAI's chat completions, up to and without `/chat/completions`. */
  base_url: endpointUrl,
  /** The model's name on the wire. */
  model: z.string().min(1),
  /** Environment variable that holds the key; of a list, the first one set. Absent: the endpoint needs no key. */
  key_env: z.union([envName, z.array(envName).min(1)]),
  /** False: the endpoint also works without a key (a server of one's own), so none is asked for before a run. */
  key_required: z.boolean(),
  /** File that holds the key on its first line; the environment comes first. */
  key_file: z.string().min(1),
  /** Input plus output tokens that the endpoint takes in one call. */
  context_tokens: z.number().int().min(512),
  /** Output tokens asked for in a first try; a cut-off reply may be asked again with up to `max_tokens_limit`. */
  max_tokens: z.number().int().min(16),
  /** Most output tokens that the endpoint allows; absent: bounded by the context alone. */
  max_tokens_limit: z.number().int().min(16),
  /** Which request field carries the output limit. */
  max_tokens_param: z.enum(["max_tokens", "max_completion_tokens"]),
  /** Sampling temperature; null: not sent, because the endpoint refuses it. */
  temperature: z.number().min(0).max(2).nullable(),
  /** How much a reasoning model thinks (`reasoning_effort` of the request); null: not sent, so the model's own default. */
  reasoning_effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]).nullable(),
  /** Longest side in pixels of a picture that is sent; larger ones are scaled down before sending. 0: no vision. */
  image_max_px: z.number().int().min(0).max(16384),
  image_tokens: imageTokenFormula,
  /** `image_url.detail` that is sent with every picture; absent: not sent. */
  image_detail: z.enum(["low", "high", "auto"]),
  /** Most pictures in one request; more are put side by side into fewer. Absent: no limit. */
  max_images: z.number().int().min(1),
  /** The tool style to start with; three failures in a row step down native -> inline -> json. */
  tools: toolStyle,
  /** Whether the endpoint takes `response_format` (used in the json style only). */
  json_mode: z.enum(["object", "none"]),
  /** Set where the maker ends the model: from `on` (YYYY-MM-DD) requests fail, or are `routed` to the successor. */
  retired: z.strictObject({
    on: z.iso.date({ error: "a day like 2026-12-31" }),
    /** Name of the profile to use instead. */
    successor: z.string().min(1),
    /** True: the endpoint answers with the successor from that day on, at its price. */
    routed: z.boolean().default(false),
  }),
  /** USD per million tokens. 0 for a model of one's own. */
  prices: z.strictObject({
    input_per_mtok: z.number().nonnegative(),
    output_per_mtok: z.number().nonnegative(),
    /** Of input that the endpoint had in its cache; absent: as any input. */
    cached_input_per_mtok: z.number().nonnegative().optional(),
  }),
  /** Calls in flight at once, over all runs of a process that share the endpoint. */
  concurrency: z.number().int().min(1),
  /** Calls per minute, over all runs of a process that share the endpoint; absent: no limit but the server's. */
  rpm: z.number().min(1),
  timeouts: z.strictObject({
    /** Until the first byte of an answer, seconds (a long prompt takes a while to read). Without `stream` at most 300. */
    first_s: z.number().positive().default(180),
    /** Longest silence in the middle of an answer, seconds. */
    stall_s: z.number().positive().default(60),
    /** The whole call, seconds. */
    total_s: z.number().positive().default(600),
  }),
  /** Calls after the first that a passing failure (429, 5xx, timeout, lost connection) may cost. */
  retries: z.number().int().min(0).max(20),
  stream: z.boolean(),
  /** Further fields of the request body, sent as they are (for example `seed`). */
  extra: z.record(z.string(), z.json()).superRefine((extra, context) => {
    const field = keyFieldIn(extra);
    if (field === null) return;
    const message = `a key has no place here (${withoutSecrets(field)}): it would stand in the run's files; name its variable with key_env, or its file with key_file`;
    context.addIssue({ code: "custom", message });
  }),
};

export const profile = z.strictObject({
  ...keys,
  key_env: keys.key_env.optional(),
  key_required: keys.key_required.default(true),
  key_file: keys.key_file.optional(),
  max_tokens_limit: keys.max_tokens_limit.optional(),
  max_tokens_param: keys.max_tokens_param.default("max_tokens"),
  temperature: keys.temperature.default(0.3),
  reasoning_effort: keys.reasoning_effort.default(null),
  image_detail: keys.image_detail.optional(),
  max_images: keys.max_images.optional(),
  retired: keys.retired.optional(),
  tools: keys.tools.default("native"),
  json_mode: keys.json_mode.default("object"),
  concurrency: keys.concurrency.default(4),
  rpm: keys.rpm.optional(),
  timeouts: keys.timeouts.prefault({}),
  retries: keys.retries.default(5),
  stream: keys.stream.default(true),
  extra: keys.extra.default({}),
});
export type Profile = z.infer<typeof profile>;

/**
 * A profile as `models:` in viga.yaml gives it: any keys, over a shipped profile or on their own. No defaults are filled
 * in here, or they would hide what the shipped profile says.
 */
export const profileOverride = z
  .strictObject({
    ...keys,
    prices: keys.prices.partial(),
    timeouts: z.strictObject({
      first_s: z.number().positive().optional(),
      stall_s: z.number().positive().optional(),
      total_s: z.number().positive().optional(),
    }),
    /** Name of the profile whose other keys are taken. Without it: the shipped profile of the same name, if there is one. */
    like: z.string(),
  })
  .partial();
export type ProfileOverride = z.input<typeof profileOverride>;

/** A profile with the name users call it by. */
export interface NamedProfile extends Profile {
  readonly name: string;
}

/** Environment variables that may hold the key of a profile, in the order they are tried. */
export function keyNames(from: Pick<Profile, "key_env">): string[] {
  if (from.key_env === undefined) return [];
  return typeof from.key_env === "string" ? [from.key_env] : from.key_env;
}
