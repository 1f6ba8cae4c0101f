import type { Architecture } from "./architecture.ts";

/** What the cache holds per GPU. vLLM: "Hybrid KV Cache Manager" (docs.vllm.ai, design documents). */
export interface KvShape {
  /** Bytes for each token, of the layers that keep them all. */
  perToken: number;
  /** Bytes for each token of the layers that keep a window of them. */
  perWindowToken: number;
  window: number;
  /** Bytes for each sequence, whatever its length. */
  perSequence: number;
}

/**
 * Bytes of the KV cache on one of `gpus` GPUs, with `bytes` for a number. A key-value head is never split: with fewer
 * heads than GPUs each GPU holds a whole one; what latent attention caches is held by each GPU.
 */
export function kvShape({ text }: Architecture, gpus: number, bytes: number): KvShape {
  const perLayer = text.latent
    ? text.latent.cached * bytes
    : 2 * Math.max(1, text.kv_heads / gpus) * text.head_dim * bytes;
  const linear = text.linear?.layers ?? 0;
  const sliding = text.sliding?.layers ?? 0;
  return {
    perToken: Math.max(0, text.layers - linear - sliding) * perLayer,
    perWindowToken: sliding * perLayer,
    window: text.sliding?.window ?? 0,
    // A sequence holds two state blocks while one follows the other (prefix caching of vLLM's hybrid models).
    perSequence: (2 * linear * (text.linear?.state_bytes ?? 0)) / gpus,
  };
}

/** Bytes that one sequence of `context` tokens needs: a window keeps what one batch adds to it besides. */
export function sequenceBytes(shape: KvShape, context: number, batched: number): number {
  const windowed = Math.min(context, shape.window + batched);
  return context * shape.perToken + windowed * shape.perWindowToken + shape.perSequence;
}

/** Tokens over all sequences, as the server prints them: sequences of the full context at once, times the context. */
export function cacheTokens(shape: KvShape, room: number, context: number, batched: number): number {
  const need = sequenceBytes(shape, context, batched);
  if (!(room > 0) || !(need > 0)) return 0;
  // The server hands out the cache in blocks of 16 tokens.
  return Math.floor(((room / need) * context) / 16) * 16;
}

/** The longest sequence that fits in `room` bytes, at most `most`; 0 where none does. */
export function longestSequence(shape: KvShape, room: number, most: number, batched: number): number {
  if (sequenceBytes(shape, 1, batched) > room) return 0;
  if (sequenceBytes(shape, most, batched) <= room) return most;
  let [fits, fails] = [1, most];
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2);
    if (sequenceBytes(shape, middle, batched) <= room) fits = middle;
    else fails = middle;
  }
  return fits >= 16 ? Math.floor(fits / 16) * 16 : fits;
}
