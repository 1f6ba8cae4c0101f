import { VigaError } from "../../../config/errors.ts";
import { countParameters, kvBytesPerToken } from "./architecture.ts";
import { gpus, type PlanModel, usableGib } from "./models.ts";

const gib = 1024 ** 3;

/** Bytes per parameter of what quantisation shrinks; embeddings, output and vision stay in 16 bits. */
const quantBytes = { bf16: 2, fp16: 2, fp8: 1, int8: 1, int4: 0.5625 } as const;
export type Quant = keyof typeof quantBytes;
export const quants = Object.keys(quantBytes) as Quant[];

export interface VllmOptions {
  model: PlanModel;
  gpus: number;
  /** Memory of one GPU in GB, as it is sold. */
  gpuGb: number;
  quant?: Quant;
  context?: number;
  /** --gpu-memory-utilization, 0..1. */
  util?: number;
  maxSeqs?: number;
}

export interface VllmPlan {
  model: string;
  options: { gpus: number; gpuGb: number; quant: Quant; context: number; util: number; maxSeqs: number };
  fits: boolean;
  /** What is too small, in the order a server would stumble over it. */
  fails: "weights" | "kv_cache" | "sampler" | null;
  /** GiB per GPU. */
  perGpu: {
    usable: number;
    /** The server's share: usable x utilisation. */
    share: number;
    weights: number;
    activation: number;
    /** Share less weights and activations; negative where even those do not fit. */
    kvAvailable: number;
    /** For one sequence of the full context. */
    kvNeeded: number;
    /** Outside the share. */
    outsideFree: number;
    outsideNeeded: number;
    /** Sequences x vocabulary x 8 bytes. */
    sampler: number;
  };
  activationSource: string;
  parameters: number;
  /** Tokens that the KV cache holds, over all sequences. */
  kvTokens: number;
  /** Sequences of the full context at once. */
  concurrency: number;
  /** Longest context that fits; 0 where none does. */
  longestContext: number;
  /** Tokens of a square picture by its side in pixels; empty for a model without vision. */
  imageTokens: Record<string, number>;
}

function check(options: VllmOptions): void {
  const { text } = options.model;
  const bad = (message: string, hint: string): never => {
    throw new VigaError("input_invalid", message, { hint });
  };
  if (!Number.isInteger(options.gpus) || options.gpus < 1) bad(`--gpus ${options.gpus}`, "expected 1, 2, 4, ...");
  if (text.heads % options.gpus !== 0) {
    bad(`--gpus ${options.gpus} does not divide ${text.heads} attention heads`, "use 1, 2, 4 or 8");
  }
  if (!(options.gpuGb > 0)) bad(`--gpu-gb ${options.gpuGb}`, "expected the GPU's memory in GB, like 80");
  if (options.util !== undefined && !(options.util > 0 && options.util <= 1)) {
    bad(`--util ${options.util}`, "expected a part of the GPU's memory between 0 and 1, like 0.9");
  }
  const { context } = options;
  if (context !== undefined && !(Number.isInteger(context) && context > 0 && context <= options.model.max_context)) {
    bad(
      `--context ${context}`,
      `expected 1..${options.model.max_context}, the most ${options.model.name} was made for`,
    );
  }
  if (options.maxSeqs !== undefined && !(Number.isInteger(options.maxSeqs) && options.maxSeqs > 0)) {
    bad(`--max-seqs ${options.maxSeqs}`, "expected a positive whole number");
  }
}

/**
 * Where the memory of each GPU goes when vLLM serves a model, and whether it suffices: weights, KV cache for one
 * sequence of the full context, and the sampler's warm-up outside the server's share. Throws `input_invalid`.
 */
export function planVllm(options: VllmOptions): VllmPlan {
  check(options);
  const { model } = options;
  const usable = usableGib(options.gpuGb);
  const context = options.context ?? Math.min(model.default_context ?? 32768, model.max_context);
  const util = options.util ?? 0.9;
  const quant = options.quant ?? "bf16";
  const maxSeqs = options.maxSeqs ?? gpus.sequences.find(({ from_gib }) => usable >= from_gib)?.value ?? 256;

  const { linear, embeddings, vision } = countParameters(model);
  const bytes = linear * quantBytes[quant] + (embeddings + vision) * 2;
  const weights = bytes / options.gpus / gib + model.reserve.weightsExtraGib;
  const activation = model.reserve.activationGib ?? Math.max(1, 0.08 * usable);
  const share = usable * util;
  const kvAvailable = share - weights - activation;
  // A key-value head is never split: with fewer heads than GPUs each GPU holds a whole one.
  const kvPerGpu = (kvBytesPerToken(model) / model.text.kv_heads) * Math.max(1, model.text.kv_heads / options.gpus);
  const kvNeeded = (context * kvPerGpu) / gib;
  // The server hands out the cache in blocks of 16 tokens.
  const kvTokens = Math.max(0, Math.floor((kvAvailable * gib) / kvPerGpu / 16) * 16);
  const sampler = (maxSeqs * model.text.vocab * 8) / gib;
  const scale = (model.text.layers * model.text.hidden) / gpus.outside.layers_hidden;
  const outside = Math.max(gpus.outside.least_gib, gpus.outside.gib * scale);
  const outsideFree = usable - share;
  const outsideNeeded = outside + sampler;
  const fails =
    weights + activation > share
      ? weights > share
        ? "weights"
        : "kv_cache"
      : kvNeeded > kvAvailable
        ? "kv_cache"
        : outsideNeeded > outsideFree
          ? "sampler"
          : null;
  const tokensOf = (px: number): number => {
    const side = Math.max(1, Math.round(px / (model.vision?.patch ?? px)));
    return Math.min(model.vision?.max_image_tokens ?? 0, side * side);
  };
  return {
    model: model.name,
    options: { gpus: options.gpus, gpuGb: options.gpuGb, quant, context, util, maxSeqs },
    fits: fails === null,
    fails,
    perGpu: { usable, share, weights, activation, kvAvailable, kvNeeded, outsideFree, outsideNeeded, sampler },
    activationSource: model.reserve.source,
    parameters: linear + embeddings + vision,
    kvTokens,
    concurrency: kvTokens / context,
    longestContext: Math.min(model.max_context, kvTokens),
    imageTokens: model.vision ? Object.fromEntries([512, 1024, 2048].map((px) => [px, tokensOf(px)])) : {},
  };
}
