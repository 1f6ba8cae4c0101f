import { VigaError } from "../../../config/errors.ts";
import { type Architecture, countParameters, total } from "./architecture.ts";
import { type Gpu, gpuOf, outside } from "./gpus.ts";
import { cacheTokens, kvShape, longestSequence, sequenceBytes } from "./kv-cache.ts";
import type { PlanModel } from "./models.ts";
import { type KvType, type Quant, quantKind } from "./quant.ts";
import { reserveOf, reserveTotal } from "./reserve.ts";

const gib = 1024 ** 3;

export interface VllmOptions {
  model: PlanModel;
  gpus: number;
  /** Memory of one GPU in GB, as it is sold. */
  gpuGb: number;
  /** The GPU's name, instead of its memory. */
  gpu?: string;
  /** Default: what the checkpoint says of itself, else bf16. */
  quant?: Quant;
  kvType?: KvType;
  context?: number;
  /** --gpu-memory-utilization, 0..1. */
  util?: number;
  maxSeqs?: number;
  /** --max-num-batched-tokens. */
  batched?: number;
  /** Minor number of the vLLM 0.x that serves; default: of those that can, the one that reserves most. */
  version?: number;
  /** Films are taken besides pictures. */
  video?: boolean;
}

export type Verdict = "fits" | "does not fit" | "too close to say";

export interface VllmPlan {
  model: string;
  options: {
    gpus: number;
    /** GPUs that share the model, and copies of it on the rest. */
    tensor: number;
    copies: number;
    gpuGb: number;
    quant: Quant;
    kvType: KvType;
    context: number;
    util: number;
    maxSeqs: number;
    batched: number;
    video: boolean;
  };
  verdict: Verdict;
  /** Null where it is too close to say. */
  fits: boolean | null;
  /** What is too small, in the order a server would stumble over it. */
  fails: "weights" | "kv_cache" | "sampler" | null;
  /** Room less need per GPU, of what is tightest; negative where it does not fit. */
  margin_gib: number;
  /** Differences below this are not told apart: 0 where the figures were measured. */
  uncertain_gib: number;
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
  /** What the config.json leaves out, and what was taken instead. */
  assumed: string[];
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
  const bad = (message: string, hint: string): never => {
    throw new VigaError("input_invalid", message, { hint });
  };
  if (!Number.isInteger(options.gpus) || options.gpus < 1) bad(`--gpus ${options.gpus}`, "expected 1, 2, 4, ...");
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
  for (const [flag, value] of [
    ["--max-seqs", options.maxSeqs],
    ["--batched-tokens", options.batched],
  ] as const) {
    if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
      bad(`${flag} ${value}`, "expected a positive whole number");
    }
  }
}

/** GPUs that can share each layer: vLLM asks that their number divides the attention heads. */
export function tensorSize(gpus: number, heads: number): number {
  for (let tensor = Math.min(gpus, heads); tensor > 1; tensor--)
    if (gpus % tensor === 0 && heads % tensor === 0) return tensor;
  return 1;
}

/** The first vLLM that serves models with state layers and vision is much newer than those that reserved most. */
const oldest = ({ text, vision }: Architecture): number => (text.linear && vision ? 21 : 11);

/**
 * Where the memory of each GPU goes when vLLM serves a model, and whether it suffices: weights, KV cache for one
 * sequence of the full context, and the sampler's warm-up outside the server's share. Throws `input_invalid`.
 */
export function planVllm(options: VllmOptions): VllmPlan {
  check(options);
  const { model } = options;
  const gpu = gpuOf(options.gpu ?? options.gpuGb);
  const tensor = tensorSize(options.gpus, model.text.heads);
  const context = options.context ?? Math.min(model.default_context ?? 32768, model.max_context);
  const util = options.util ?? 0.9;
  const quant = options.quant ?? model.quant?.quant ?? "bf16";
  const kvType = options.kvType ?? "auto";
  const maxSeqs = options.maxSeqs ?? gpu.sequences;
  const batched = options.batched ?? gpu.batched;
  const video = options.video ?? true;
  const version = options.version ?? oldest(model);

  const { weights, parameters } = weightsOf(options, quant, tensor);
  const { activation, source, uncertain } = activationOf(options, gpu, {
    tensor,
    sequences: maxSeqs,
    batched,
    context,
    version,
    video,
  });
  const share = gpu.gib * util;
  const kvAvailable = share - weights - activation;
  const shape = kvShape(model, tensor, kvType === "fp8" ? 1 : 2);
  const kvNeeded = sequenceBytes(shape, context, batched) / gib;
  const kvTokens = cacheTokens(shape, kvAvailable * gib, context, batched);
  const sampler = (maxSeqs * model.text.vocab * 8) / gib;
  const scale = (model.text.layers * model.text.hidden) / outside.layers_hidden;
  const outsideFree = gpu.gib - share;
  // Since 0.21 the graphs are inside the share.
  const outsideNeeded = version >= 21 ? 0 : Math.max(outside.least_gib, outside.gib * scale) + sampler;
  const [inside, beside] = [kvAvailable - kvNeeded, outsideFree - outsideNeeded];
  const margin = Math.min(inside, beside);
  const fails =
    kvAvailable < kvNeeded
      ? weights > share
        ? "weights"
        : "kv_cache"
      : outsideNeeded > outsideFree
        ? "sampler"
        : null;
  // What lies outside the share is a tenth of what lies inside it, and so is what is not known of it.
  const besideUncertain = Math.min(uncertain, 0.4);
  const verdict: Verdict =
    inside < -uncertain || beside < -besideUncertain
      ? "does not fit"
      : inside < uncertain || beside < besideUncertain
        ? "too close to say"
        : "fits";
  const tokensOf = (px: number): number => {
    const side = Math.max(1, Math.round(px / (model.vision?.patch ?? px)));
    return Math.min(model.vision?.max_image_tokens ?? 0, side * side);
  };
  return {
    model: model.name,
    options: {
      gpus: options.gpus,
      tensor,
      copies: options.gpus / tensor,
      gpuGb: gpu.gb,
      quant,
      kvType,
      context,
      util,
      maxSeqs,
      batched,
      video,
    },
    verdict,
    fits: verdict === "too close to say" ? null : fails === null,
    fails,
    margin_gib: Math.round(margin * 100) / 100,
    uncertain_gib: Math.round(uncertain * 100) / 100,
    perGpu: { usable: gpu.gib, share, weights, activation, kvAvailable, kvNeeded, outsideFree, outsideNeeded, sampler },
    activationSource: source,
    assumed: model.assumed,
    parameters,
    kvTokens,
    concurrency: kvAvailable > 0 ? kvAvailable / kvNeeded : 0,
    longestContext: longestSequence(shape, kvAvailable * gib, model.max_context, batched),
    imageTokens: model.vision ? Object.fromEntries([512, 1024, 2048].map((px) => [px, tokensOf(px)])) : {},
  };
}

function weightsOf({ model }: VllmOptions, quant: Quant, tensor: number): { weights: number; parameters: number } {
  const kind = quantKind(quant);
  const bytes = model.quant?.quant === quant ? (model.quant.bytes ?? kind.bytes) : kind.bytes;
  const { linear, experts, embeddings, vision } = countParameters(model, kind.pad);
  const shrunk = experts + (kind.expertsOnly ? 0 : linear);
  const kept = embeddings + vision + (kind.expertsOnly ? linear : 0);
  const extra = model.measured?.weights_extra_gib ?? 0.05;
  return { weights: (shrunk * bytes + kept * 2) / tensor / gib + extra, parameters: total(countParameters(model)) };
}

/** What the server keeps for activations: as measured where this model was, on such GPUs; else computed. */
function activationOf(
  { model, version, batched, maxSeqs, video }: VllmOptions,
  gpu: Gpu,
  sizes: { tensor: number; sequences: number; batched: number; context: number; version: number; video: boolean },
): { activation: number; source: string; uncertain: number } {
  const plain = version === undefined && batched === undefined && video === undefined;
  if (model.measured && plain && model.measured.gpus === sizes.tensor && gpu.gb === 80 && gpu.sequences === 1024) {
    const { activation_gib, source } = model.measured;
    return { activation: activation_gib, source: `measured: ${source}`, uncertain: maxSeqs === undefined ? 0 : 0.1 };
  }
  const activation = reserveTotal(reserveOf({ model, unified: gpu.unified, ...sizes }));
  const uncertain = gpu.unified
    ? 0.04 * gpu.gib
    : Math.min(0.05 * gpu.gib, 0.015 * gpu.gib + (model.vision ? 0.2 : 0.1) * activation);
  return { activation, source: "computed, not measured", uncertain };
}
