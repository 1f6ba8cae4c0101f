import { z } from "zod";

const int = z.number().int().positive();

/** The numbers of a transformer that memory depends on. */
export const textTower = z.object({
  layers: int,
  hidden: int,
  heads: int,
  kv_heads: int,
  head_dim: int,
  intermediate: int,
  vocab: int,
  /** Input and output embeddings are one matrix. */
  tied: z.boolean().default(false),
  /** Mixture of experts: experts per layer, and the size of one. */
  experts: z.object({ count: int, intermediate: int }).optional(),
});

export const visionTower = z.object({
  depth: int,
  hidden: int,
  intermediate: int,
  /** Further merger heads that feed deeper layers. */
  deepstack: z.number().int().nonnegative().default(0),
  /** Side in pixels of the square that becomes one token (patch x merge). */
  patch: int,
  max_image_tokens: int.default(16384),
});

export const architecture = z.object({ text: textTower, vision: visionTower.optional(), max_context: int });
export type Architecture = z.infer<typeof architecture>;

/** Parameter counts: what quantisation shrinks, and what it leaves in 16 bits (embeddings, output, vision). */
export interface Parameters {
  linear: number;
  embeddings: number;
  vision: number;
}

export function countParameters({ text, vision }: Architecture): Parameters {
  const attention = 2 * text.hidden * text.heads * text.head_dim + 2 * text.hidden * text.kv_heads * text.head_dim;
  const dense = 3 * text.hidden * text.intermediate;
  const moe = text.experts ? text.experts.count * 3 * text.hidden * text.experts.intermediate : 0;
  const layer = attention + (text.experts ? moe : dense) + 2 * text.hidden;
  return {
    linear: text.layers * layer,
    embeddings: text.vocab * text.hidden * (text.tied ? 1 : 2),
    vision: vision ? visionParameters(vision, text.hidden) : 0,
  };
}

function visionParameters(vision: z.infer<typeof visionTower>, out: number): number {
  const blocks = vision.depth * (4 * vision.hidden ** 2 + 2 * vision.hidden * vision.intermediate);
  // Four patches are merged into one token before the language model.
  const merged = 4 * vision.hidden;
  return blocks + (1 + vision.deepstack) * (merged ** 2 + merged * out);
}

/** Bytes of KV cache per token over all GPUs: keys and values of every layer, in 16 bits. */
export function kvBytesPerToken({ text }: Architecture): number {
  return 2 * text.layers * text.kv_heads * text.head_dim * 2;
}

const number = z.number().int().positive();
const hfText = z.object({
  num_hidden_layers: number,
  hidden_size: number,
  num_attention_heads: number,
  num_key_value_heads: number.optional(),
  head_dim: number.nullish(),
  intermediate_size: number,
  vocab_size: number,
  max_position_embeddings: number.optional(),
  tie_word_embeddings: z.boolean().optional(),
  num_experts: number.optional(),
  num_local_experts: number.optional(),
  moe_intermediate_size: number.optional(),
});
const hfVision = z.looseObject({
  depth: number.optional(),
  num_hidden_layers: number.optional(),
  embed_dim: number.optional(),
  hidden_size: number.optional(),
  intermediate_size: number.optional(),
  mlp_ratio: z.number().positive().optional(),
  patch_size: number.optional(),
  spatial_merge_size: number.optional(),
  deepstack_visual_indexes: z.array(z.number()).optional(),
});

/** Reads a model's config.json, whether the language model's keys stand at the top or in `text_config`. */
export function fromHfConfig(json: unknown): Architecture {
  const root = z.looseObject({}).parse(json) as Record<string, unknown>;
  const nested = root.text_config ?? root.llm_config ?? root.language_config;
  // Values at the top hold where the nested part leaves them out.
  const text = hfText.parse(typeof nested === "object" && nested !== null ? { ...root, ...nested } : root);
  const experts = text.num_experts ?? text.num_local_experts;
  const vision = root.vision_config === undefined ? undefined : hfVision.parse(root.vision_config);
  const read = {
    text: {
      layers: text.num_hidden_layers,
      hidden: text.hidden_size,
      heads: text.num_attention_heads,
      kv_heads: text.num_key_value_heads ?? text.num_attention_heads,
      head_dim: text.head_dim ?? Math.floor(text.hidden_size / text.num_attention_heads),
      intermediate: text.intermediate_size,
      vocab: text.vocab_size,
      tied: text.tie_word_embeddings ?? false,
      ...(experts === undefined
        ? {}
        : { experts: { count: experts, intermediate: text.moe_intermediate_size ?? text.intermediate_size } }),
    },
    max_context: text.max_position_embeddings ?? 32768,
  };
  if (!vision) return architecture.parse(read);
  // Qwen2-VL calls the tower's width embed_dim, and hidden_size what comes out of it.
  const width = vision.embed_dim ?? vision.hidden_size;
  const depth = vision.depth ?? vision.num_hidden_layers;
  if (width === undefined || depth === undefined) return architecture.parse(read);
  return architecture.parse({
    ...read,
    vision: {
      depth,
      hidden: width,
      intermediate: vision.intermediate_size ?? Math.round(width * (vision.mlp_ratio ?? 4)),
      deepstack: vision.deepstack_visual_indexes?.length ?? 0,
      patch: (vision.patch_size ?? 14) * (vision.spatial_merge_size ?? 1),
    },
  });
}
