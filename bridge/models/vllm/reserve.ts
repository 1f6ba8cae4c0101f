import type { Architecture } from "./architecture.ts";

const gib = 1024 ** 3;

export interface ReserveOptions {
  model: Architecture;
  /** GPUs that share each layer. */
  tensor: number;
  sequences: number;
  batched: number;
  context: number;
  /** Minor number of a vLLM 0.x. */
  version: number;
  /** Films are taken besides pictures. */
  video: boolean;
  /** The GPU's memory is the machine's. */
  unified: boolean;
}

/** GiB per GPU that the server keeps besides weights and KV cache. */
export interface Reserve {
  /** Sampling, hidden states and experts' workspace of the first batch. */
  batch: number;
  /** The vision encoder with its largest input. */
  encoder: number;
  /** CUDA, the links between GPUs, and graphs where they are counted. */
  runtime: number;
}

export const reserveTotal = ({ batch, encoder, runtime }: Reserve): number => batch + encoder + runtime;

/**
 * What vLLM measures by its profile run before it sizes the KV cache: the encoder with its largest input, then a batch of
 * `batched` tokens, then the sampler with `sequences` rows ("Conserving Memory" and "Optimization and Tuning",
 * docs.vllm.ai). The coefficients were fitted to start-up logs (docs/models.md has the table): they are measured memory
 * divided by sequences x vocabulary, by patches x width, or nothing but measured.
 */
export function reserveOf(options: ReserveOptions): Reserve {
  const { model, tensor, version, unified } = options;
  // Before 0.8 a prompt was not cut in pieces: the profile run took the whole context at once.
  const batched =
    version < 8 && options.context <= 32_768 ? Math.max(options.batched, options.context) : options.batched;
  const { text } = model;
  const sequences = Math.min(options.sequences, batched);
  // Bytes per sequence and entry of the vocabulary: 0.17 stopped keeping sorted copies.
  const sampler = sequences * text.vocab * (version >= 17 ? 14.4 : 37.9);
  const hidden = 2 * batched * text.hidden * 2;
  const dense = (batched * 3 * text.intermediate * 2) / tensor + 2 * hidden;
  const experts = text.experts;
  const workspace = experts
    ? batched *
      experts.per_token *
      (Math.max((2 * experts.intermediate) / tensor, text.hidden) + experts.intermediate / tensor) *
      2
    : 0;
  // Since 0.17 the experts' workspace is kept while sampling; before, it was freed first.
  const batch =
    version >= 17
      ? Math.max(dense, sampler + hidden + workspace)
      : Math.max(dense, workspace + hidden, sampler + hidden);
  const { peak, kept } = encoderOf(options);
  const links = tensor === 1 ? 0.25 : version >= 18 || tensor >= 4 ? 2.1 : 0.6;
  // Graphs count since 0.21; a shared memory's figures include what the machine itself keeps in its caches.
  const graphs = unified ? 6.5 : version >= 21 ? 0.5 : 0;
  return {
    batch: Math.max(batch, 0.3 * gib) / gib,
    // Encoder and batch run one after the other: only what goes beyond the batch, and what the encoder leaves, is added.
    encoder: (Math.max(0, peak - batch) + kept) / gib,
    runtime: links + graphs,
  };
}

/** Bytes of the encoder at its peak, and of its output, which is kept while the batch runs. */
function encoderOf({ model, batched, context, version, video }: ReserveOptions): { peak: number; kept: number } {
  const { vision, text } = model;
  if (!vision) return { peak: 0, kept: 0 };
  if (!vision.any_size) {
    // Tiles of one size: as many as fill a batch.
    const patches = Math.max(batched * 4, vision.max_image_tokens);
    return { peak: patches * vision.hidden * 2 * 12, kept: batched * text.hidden * 2 };
  }
  // Up to 0.11 the profile's film was as long as the context lets it be; since then it is bounded like a picture.
  const films = video && version < 12;
  const tokens = Math.min(context, films ? 98_304 : vision.max_image_tokens);
  const peak = tokens * vision.merged * vision.hidden * 2 * (version < 12 ? 38 : version < 17 ? 20 : 12);
  return { peak, kept: tokens * text.hidden * (1 + vision.deepstack) * 2 };
}
