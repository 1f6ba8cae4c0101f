import { z } from "zod";
import type { TextTower } from "./architecture.ts";

const size = z.number().int().positive().max(1_000_000_000).nullish();
const keys = z.looseObject({
  layer_types: z.array(z.string()).max(10_000).nullish().catch(undefined),
  full_attention_interval: size,
  sliding_window: z.number().nullish(),
  use_sliding_window: z.boolean().nullish(),
  sliding_window_pattern: z.union([z.number().int().positive(), z.unknown()]).nullish(),
  attention_chunk_size: size,
  attn_output_gate: z.boolean().nullish(),
  attn_layer_period: size,
  attn_layer_indices: z.array(z.unknown()).nullish(),
  kv_lora_rank: size,
  q_lora_rank: size,
  qk_rope_head_dim: size,
  qk_nope_head_dim: size,
  v_head_dim: size,
  linear_num_value_heads: size,
  linear_num_key_heads: size,
  linear_key_head_dim: size,
  linear_value_head_dim: size,
  mamba_num_heads: size,
  mamba_n_heads: size,
  mamba_head_dim: size,
  mamba_d_head: size,
  mamba_expand: size,
  mamba_d_state: size,
  ssm_state_size: size,
  n_groups: size,
  mamba_n_groups: size,
});
type Keys = z.infer<typeof keys>;

/** The fields of a config.json's language model that say how many layers there are of each kind. */
interface Basics {
  model_type?: string | null | undefined;
  num_hidden_layers: number;
  hidden_size: number;
  num_attention_heads: number;
  hybrid_override_pattern?: string | null | undefined;
}

const isLinear = (type: string): boolean => /linear|mamba|recurrent|conv|kda/.test(type);
const isWindow = (type: string): boolean => /sliding|chunked|local/.test(type);

/** Which layers keep every token, a window or a state, and how wide each is. Throws a ZodError. */
export function attentionOf(text: Basics & Record<string, unknown>, headDim: number): Partial<TextTower> {
  const read = keys.parse(text);
  const { layers, linear, sliding, feedForward } = kindsOf(read, text);
  const latent = latentOf(read, text);
  return {
    layers,
    output_gate: read.attn_output_gate ?? (linear > 0 && Boolean(read.linear_num_value_heads)),
    ...(feedForward === undefined ? {} : { feed_forward: feedForward }),
    ...(latent ? { latent } : {}),
    ...(linear > 0 ? { linear: { layers: linear, ...stateOf(read, text, headDim) } } : {}),
    ...(sliding > 0 ? { sliding: { layers: sliding, window: windowOf(read) } } : {}),
  };
}

const windowOf = (read: Keys): number =>
  Math.max(1, Math.floor(read.sliding_window ?? read.attention_chunk_size ?? 4096));

function kindsOf(read: Keys, text: Basics): { layers: number; linear: number; sliding: number; feedForward?: number } {
  const all = text.num_hidden_layers;
  const kind = text.model_type ?? "";
  if (text.hybrid_override_pattern) {
    const of = (letter: string): number => text.hybrid_override_pattern!.split(letter).length - 1;
    const [attention, linear] = [of("*"), of("M")];
    return { layers: Math.max(1, attention + linear), linear, sliding: 0, feedForward: of("-") + of("E") };
  }
  const types = read.layer_types?.length ? read.layer_types.slice(0, all) : undefined;
  if (types) {
    const linear = types.filter(isLinear).length;
    const sliding = read.sliding_window || read.attention_chunk_size ? types.filter(isWindow).length : 0;
    return { layers: all, linear, sliding };
  }
  if (read.linear_num_value_heads) {
    return { layers: all, linear: all - Math.floor(all / (read.full_attention_interval ?? 4)), sliding: 0 };
  }
  if (read.attn_layer_period)
    return { layers: all, linear: all - Math.floor(all / read.attn_layer_period), sliding: 0 };
  if (read.attn_layer_indices) {
    return { layers: all, linear: Math.max(0, all - read.attn_layer_indices.length), sliding: 0 };
  }
  if (kind.startsWith("llama4")) return { layers: all, linear: 0, sliding: all - Math.floor(all / 4) };
  const windowed = read.sliding_window && read.sliding_window > 0 && read.use_sliding_window !== false;
  // Without a pattern vLLM keeps every token unless all layers look through the window.
  const pattern = typeof read.sliding_window_pattern === "number" ? read.sliding_window_pattern : patterns[kind];
  if (windowed && pattern) return { layers: all, linear: 0, sliding: all - Math.floor(all / pattern) };
  return { layers: all, linear: 0, sliding: windowed && kind === "mistral" ? all : 0 };
}

/** Every how many layers one looks at all tokens, where a config.json leaves it to the class. */
const patterns: Record<string, number> = {
  gemma2: 2,
  gemma3: 6,
  gemma3_text: 6,
  gemma4: 6,
  gemma4_text: 6,
  gpt_oss: 2,
  cohere2: 4,
};

function latentOf(read: Keys, text: Basics): TextTower["latent"] {
  if (!read.kv_lora_rank) return undefined;
  const [rank, rope, nope] = [read.kv_lora_rank, read.qk_rope_head_dim ?? 64, read.qk_nope_head_dim ?? 128];
  const [heads, hidden, value] = [text.num_attention_heads, text.hidden_size, read.v_head_dim ?? 128];
  const queries = heads * (nope + rope);
  return {
    cached: rank + rope,
    parameters:
      (read.q_lora_rank ? read.q_lora_rank * (hidden + queries) : hidden * queries) +
      hidden * (rank + rope) +
      rank * heads * (nope + value) +
      heads * value * hidden,
  };
}

/** Parameters of a layer with a state, and bytes of that state in 32 bits: gated delta networks, else Mamba-2. */
function stateOf(read: Keys, text: Basics, headDim: number): { parameters: number; state_bytes: number } {
  const hidden = text.hidden_size;
  if (read.linear_num_value_heads) {
    const [valueHeads, keyHeads] = [
      read.linear_num_value_heads,
      read.linear_num_key_heads ?? read.linear_num_value_heads,
    ];
    const [key, value] = [read.linear_key_head_dim ?? headDim, read.linear_value_head_dim ?? headDim];
    const mixed = 2 * keyHeads * key + valueHeads * value;
    return {
      parameters: hidden * (mixed + 2 * valueHeads * value + 2 * valueHeads) + 4 * mixed,
      state_bytes: 4 * valueHeads * key * value + 3 * 2 * mixed,
    };
  }
  const [heads, head] = [read.mamba_num_heads ?? read.mamba_n_heads, read.mamba_head_dim ?? read.mamba_d_head];
  const inner = heads && head ? heads * head : hidden * (read.mamba_expand ?? 2);
  const state = read.ssm_state_size ?? read.mamba_d_state ?? 128;
  const groups = read.n_groups ?? read.mamba_n_groups ?? 1;
  return {
    parameters: hidden * (3 * inner + 2 * groups * state + (heads ?? 0)),
    state_bytes: 4 * inner * state + 3 * 2 * (inner + 2 * groups * state),
  };
}
