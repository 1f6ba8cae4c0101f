import { z } from "zod";

const int = z.number().int().positive();
const size = z.number().int().nonnegative();

/** The numbers of a transformer that memory depends on. */
export const textTower = z.object({
  layers: int,
  hidden: int,
  heads: int,
  kv_heads: int,
  head_dim: int,
  /** Width of a dense feed-forward block. */
  intermediate: int,
  /** Layers that have a feed-forward block, dense or of experts; all where it is left out. */
  feed_forward: size.optional(),
  vocab: int,
  /** Input and output embeddings are one matrix. */
  tied: z.boolean().default(false),
  /** The feed-forward block has a gate, so three matrices and not two. */
  gated: z.boolean().default(true),
  /** Attention multiplies its output by a gate as wide as the queries. */
  output_gate: z.boolean().default(false),
  /** Mixture of experts: experts per layer, width of one, how many a token visits, width of what all tokens visit, layers that have them. */
  experts: z
    .object({
      count: int,
      intermediate: int,
      per_token: int.default(8),
      shared: size.default(0),
      layers: size.optional(),
    })
    .optional(),
  /** Layers that look back over a window of tokens only. */
  sliding: z.object({ layers: size, window: int }).optional(),
  /** Layers whose state does not grow: parameters of one, and bytes of its state for one sequence. */
  linear: z.object({ layers: size, parameters: size, state_bytes: size }).optional(),
  /** Latent attention: what is cached of a token in one layer, and parameters of one layer's attention. */
  latent: z.object({ cached: int, parameters: int }).optional(),
});
export type TextTower = z.infer<typeof textTower>;

export const visionTower = z.object({
  depth: int,
  hidden: int,
  intermediate: int,
  gated: z.boolean().default(false),
  /** Further merger heads that feed deeper layers. */
  deepstack: size.default(0),
  /** Side in pixels of the square that becomes one token (patch x merge). */
  patch: int,
  /** Patches of the encoder that become one token of the language model. */
  merged: int.default(4),
  /** Tokens of the largest picture. */
  max_image_tokens: int.default(16384),
  /** Any size of picture or film is taken, up to the context; else pictures are cut into tiles of one size. */
  any_size: z.boolean().default(true),
});
export type VisionTower = z.infer<typeof visionTower>;

export const architecture = z.object({ text: textTower, vision: visionTower.optional(), max_context: int });
export type Architecture = z.infer<typeof architecture>;

/** Parameter counts: what quantisation shrinks (experts apart from the rest), and what it leaves in 16 bits. */
export interface Parameters {
  /** Attention and dense blocks. */
  linear: number;
  /** Routed experts. */
  experts: number;
  embeddings: number;
  vision: number;
}

/** Width of a matrix whose rows are padded to a multiple of `step`. */
export const padded = (width: number, step: number): number => Math.ceil(width / step) * step;

/** Counts a model's parameters; `expertStep` is the multiple to which a quantised format pads an expert's width. */
export function countParameters({ text, vision }: Architecture, expertStep = 1): Parameters {
  const matrices = text.gated ? 3 : 2;
  const linearLayers = text.linear?.layers ?? 0;
  const queries = text.hidden * text.heads * text.head_dim;
  const attention =
    text.latent?.parameters ?? (text.output_gate ? 3 : 2) * queries + 2 * text.hidden * text.kv_heads * text.head_dim;
  const blocks = text.feed_forward ?? text.layers;
  const mixed = text.experts ? Math.min(blocks, text.experts.layers ?? blocks) : 0;
  const dense = matrices * text.hidden * text.intermediate;
  const shared = text.experts ? matrices * text.hidden * text.experts.shared + text.hidden * text.experts.count : 0;
  const expert = text.experts ? matrices * text.hidden * padded(text.experts.intermediate, expertStep) : 0;
  return {
    linear:
      (text.layers - linearLayers) * attention +
      linearLayers * (text.linear?.parameters ?? 0) +
      (blocks - mixed) * dense +
      mixed * shared +
      text.layers * 2 * text.hidden,
    experts: mixed * (text.experts?.count ?? 0) * expert,
    embeddings: text.vocab * text.hidden * (text.tied ? 1 : 2),
    vision: vision ? visionParameters(vision, text.hidden) : 0,
  };
}

export const total = ({ linear, experts, embeddings, vision }: Parameters): number =>
  linear + experts + embeddings + vision;

function visionParameters(vision: VisionTower, out: number): number {
  const block = 4 * vision.hidden ** 2 + (vision.gated ? 3 : 2) * vision.hidden * vision.intermediate;
  const merged = vision.any_size ? vision.merged * vision.hidden : vision.hidden;
  return vision.depth * block + (1 + vision.deepstack) * (merged ** 2 + merged * out);
}
