import { z } from "zod";
import { type Architecture, architecture, type VisionTower } from "./architecture.ts";
import { attentionOf } from "./hf-layers.ts";
import { type OwnQuant, ownQuant } from "./quant.ts";

const number = z.number().int().positive().max(1_000_000_000);
const count = z.number().int().nonnegative().max(1_000_000_000);
/** One number, or one for each layer: their mean. */
const perLayer = z
  .union([number, z.array(count).nonempty()])
  .transform((value) =>
    typeof value === "number" ? value : Math.round(value.reduce((a, b) => a + b, 0) / value.length),
  );

const hfText = z.looseObject({
  model_type: z.string().nullish(),
  num_hidden_layers: number.max(10_000),
  hidden_size: number,
  num_attention_heads: number,
  num_key_value_heads: perLayer.nullish(),
  head_dim: number.nullish(),
  intermediate_size: perLayer.nullish(),
  /** Llama 4 names the width of its dense blocks so, and its experts' intermediate_size. */
  intermediate_size_mlp: number.nullish(),
  vocab_size: number.nullish(),
  max_position_embeddings: number.nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  hidden_act: z.string().nullish(),
  mlp_hidden_act: z.string().nullish(),
  hidden_activation: z.string().nullish(),
  num_experts: count.nullish(),
  num_local_experts: count.nullish(),
  n_routed_experts: count.nullish(),
  moe_num_experts: count.nullish(),
  n_shared_experts: count.nullish(),
  num_experts_per_tok: perLayer.nullish(),
  moe_intermediate_size: perLayer.nullish(),
  expert_ffn_hidden_size: number.nullish(),
  shared_expert_intermediate_size: count.nullish(),
  moe_shared_expert_intermediate_size: count.nullish(),
  first_k_dense_replace: count.nullish(),
  moe_layer_freq: z.union([number, z.array(z.unknown())]).nullish(),
  decoder_sparse_step: number.nullish(),
  interleave_moe_layer_step: number.nullish(),
  mlp_only_layers: z.array(z.unknown()).nullish(),
  hybrid_override_pattern: z.string().max(10_000).nullish(),
});
export type HfText = z.infer<typeof hfText>;

const hfVision = z.looseObject({
  model_type: z.string().nullish(),
  depth: number.max(10_000).nullish(),
  num_hidden_layers: number.max(10_000).nullish(),
  embed_dim: number.nullish(),
  hidden_size: number.nullish(),
  intermediate_size: number.nullish(),
  mlp_ratio: z.number().positive().max(1000).nullish(),
  hidden_act: z.string().nullish(),
  image_size: perLayer.nullish(),
  patch_size: perLayer.nullish(),
  spatial_merge_size: number.max(1000).nullish(),
  deepstack_visual_indexes: z.array(z.unknown()).nullish(),
});

/** What transformers' own classes fill in, which configs therefore leave out. */
const classDefaults: Record<string, Record<string, unknown>> = {
  gemma2: { vocab_size: 256_000, tie_word_embeddings: true, head_dim: 256, max_position_embeddings: 8192 },
  gemma3_text: {
    vocab_size: 262_208,
    tie_word_embeddings: true,
    head_dim: 256,
    num_attention_heads: 8,
    num_key_value_heads: 4,
    max_position_embeddings: 131_072,
  },
  gemma4_text: { vocab_size: 262_144, tie_word_embeddings: true, max_position_embeddings: 131_072 },
  llama4_text: { vocab_size: 202_048, interleave_moe_layer_step: 1 },
  mistral: { head_dim: 128, num_attention_heads: 32, num_key_value_heads: 8, vocab_size: 131_072 },
};

/** Blocks of two matrices: those kinds of model, and any whose activation is relu2. */
const withoutGate = /^(gpt2|gpt_neox|gptj|falcon|bloom|mpt|opt|phi|starcoder2|nemotron|nemotron_h)$/;

/** What a config.json says, and what had to be assumed because it says nothing of it. */
export interface HfModel {
  architecture: Architecture;
  assumed: string[];
  quant: OwnQuant | undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads a model's config.json, whether the language model's keys stand at the top or nested. Throws a ZodError. */
export function fromHfConfig(json: unknown): HfModel {
  const top = z.record(z.string(), z.unknown()).parse(json);
  const root = isRecord(top.thinker_config) ? { ...top, ...top.thinker_config } : top;
  const nested = [root.text_config, root.llm_config, root.language_config].find(isRecord);
  // Values at the top hold where the nested part leaves them out.
  const merged: Record<string, unknown> = nested ? { ...root, ...nested } : root;
  // Only Llama 4 names a width of its own for dense blocks.
  const kind = String(nested?.model_type ?? merged.model_type ?? (merged.intermediate_size_mlp ? "llama4_text" : ""));
  const given = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  const text = hfText.parse({ ...classDefaults[kind], ...given, model_type: kind });
  const assumed: string[] = [];
  const assume = <T>(value: T | null | undefined, instead: T, key: string): T => {
    if (value !== null && value !== undefined) return value;
    assumed.push(`${key} ${instead}`);
    return instead;
  };
  const heads = text.num_attention_heads;
  const experts = expertsOf(text);
  const activation = `${text.hidden_act ?? ""} ${text.mlp_hidden_act ?? ""} ${text.hidden_activation ?? ""}`;
  const head_dim = text.head_dim ?? Math.max(1, Math.floor(text.hidden_size / heads));
  const quantJson = root.quantization_config ?? nested?.quantization_config ?? root.compression_config;
  return {
    architecture: architecture.parse({
      text: {
        hidden: text.hidden_size,
        heads,
        kv_heads: text.num_key_value_heads ?? heads,
        head_dim,
        intermediate:
          text.intermediate_size_mlp ??
          text.intermediate_size ??
          (experts ? experts.intermediate : assume(text.intermediate_size, 4 * text.hidden_size, "intermediate_size")),
        vocab: assume(text.vocab_size, 152_064, "vocab_size"),
        tied: text.tie_word_embeddings ?? false,
        gated: !(withoutGate.test(kind) || activation.includes("relu2")),
        ...(experts ? { experts } : {}),
        ...attentionOf(text, head_dim),
      },
      ...visionOf(root.vision_config ?? root.visual_config),
      max_context: assume(text.max_position_embeddings, 32_768, "max_position_embeddings"),
    }),
    assumed,
    quant: ownQuant(quantJson),
  };
}

function expertsOf(text: HfText): NonNullable<Architecture["text"]["experts"]> | undefined {
  const counts = [text.num_experts, text.num_local_experts, text.n_routed_experts, text.moe_num_experts];
  const routed = counts.find((each) => each !== null && each !== undefined);
  const intermediate = text.moe_intermediate_size ?? text.expert_ffn_hidden_size ?? text.intermediate_size;
  if (!routed || routed < 2 || !intermediate) return undefined;
  const llama4 = text.interleave_moe_layer_step;
  const shared =
    text.shared_expert_intermediate_size ??
    text.moe_shared_expert_intermediate_size ??
    // Llama 4 has one shared expert as wide as a routed one.
    (llama4 ? intermediate : (text.n_shared_experts ?? 0) * intermediate);
  const step = Math.max(1, text.decoder_sparse_step ?? llama4 ?? 1);
  const pattern = Array.isArray(text.moe_layer_freq)
    ? text.moe_layer_freq.filter((each) => each === 1).length
    : undefined;
  const ofOverride = text.hybrid_override_pattern?.match(/E/g)?.length;
  const first = text.first_k_dense_replace ?? 0;
  const layers =
    ofOverride ?? pattern ?? Math.floor((text.num_hidden_layers - first) / step) - (text.mlp_only_layers?.length ?? 0);
  return {
    count: routed,
    intermediate,
    per_token: text.num_experts_per_tok ?? Math.min(8, routed),
    shared,
    layers: Math.max(0, layers),
  };
}

function visionOf(json: unknown): { vision?: VisionTower } {
  if (!isRecord(json)) return {};
  const read = hfVision.parse(json);
  // Qwen2-VL calls the tower's width embed_dim, and hidden_size what comes out of it.
  const hidden = read.embed_dim ?? read.hidden_size;
  const depth = read.depth ?? read.num_hidden_layers;
  // A tower of another make (timm's, say) adds little beside the language model.
  if (!hidden || !depth) return {};
  const patch = read.patch_size ?? 14;
  const merge = read.spatial_merge_size ?? 1;
  // A fixed input size means tiles; Qwen-VL and its kin take any size and give none.
  const side = read.image_size && read.spatial_merge_size === undefined ? read.image_size : undefined;
  return {
    vision: {
      depth,
      hidden,
      intermediate: read.intermediate_size ?? Math.round(hidden * (read.mlp_ratio ?? 4)),
      // Qwen2.5-VL, GLM and Pixtral gate the tower's blocks, and say so by their activation.
      gated: read.hidden_act === "silu" || read.model_type === "pixtral",
      deepstack: read.deepstack_visual_indexes?.length ?? 0,
      patch: patch * (side === undefined ? merge : 1),
      merged: side === undefined ? merge * merge : 1,
      max_image_tokens: side === undefined ? 16384 : Math.max(1, Math.floor(side / patch) ** 2),
      any_size: side === undefined,
    },
  };
}
