import { z } from "zod";

interface QuantKind {
  /** Bytes per parameter of what it shrinks; embeddings, output and vision stay in 16 bits. */
  bytes: number;
  /** Flags of `vllm serve`. */
  flags: string[];
  /** The server can make it from a 16-bit checkpoint while loading. */
  whileLoading: boolean;
  /** Only routed experts are shrunk. */
  expertsOnly?: true;
  /** An expert's width is padded to a multiple of this. */
  pad?: number;
}

/** A block of `group` numbers shares one scale of `scaleBits`. */
const grouped = (bits: number, group: number, scaleBits: number): number => (bits + scaleBits / group) / 8;

/**
 * Names of vLLM's quantisations ("Quantization", docs.vllm.ai) with the bits that a number takes, scales included. awq and
 * gptq are published with groups of 128 and of 32; between them when a config.json does not say.
 */
const kinds = {
  bf16: { bytes: 2, flags: ["--dtype", "bfloat16"], whileLoading: true },
  fp16: { bytes: 2, flags: ["--dtype", "float16"], whileLoading: true },
  fp8: { bytes: 1, flags: ["--quantization", "fp8"], whileLoading: true },
  int8: { bytes: 1, flags: [], whileLoading: false },
  bitsandbytes: {
    bytes: 0.53,
    flags: ["--quantization", "bitsandbytes", "--load-format", "bitsandbytes"],
    whileLoading: true,
  },
  awq: { bytes: 0.54, flags: [], whileLoading: false },
  gptq: { bytes: 0.54, flags: [], whileLoading: false },
  int4: { bytes: 0.54, flags: [], whileLoading: false },
  nvfp4: { bytes: grouped(4, 16, 8), flags: [], whileLoading: false },
  mxfp4: { bytes: grouped(4, 32, 8), flags: [], whileLoading: false, expertsOnly: true, pad: 256 },
} satisfies Record<string, QuantKind>;

export type Quant = keyof typeof kinds;
export const quants = Object.keys(kinds) as Quant[];
export const quantKind = (quant: Quant): QuantKind => kinds[quant];

export const kvTypes = ["auto", "fp8"] as const;
export type KvType = (typeof kvTypes)[number];

/** What a checkpoint's own files say of its quantisation. */
export interface OwnQuant {
  quant: Quant;
  /** Bytes per parameter, where the group's size is given. */
  bytes?: number;
}

const weights = z.looseObject({ num_bits: z.number(), type: z.string(), group_size: z.number().nullish() });
const quantConfig = z.looseObject({
  quant_method: z.string().optional(),
  quant_algo: z.string().optional(),
  format: z.string().optional(),
  bits: z.number().optional(),
  group_size: z.number().optional(),
  load_in_8bit: z.boolean().optional(),
  config_groups: z.record(z.string(), z.looseObject({ weights: weights.nullish() })).optional(),
});

/** Reads `quantization_config` of a config.json; undefined where it has none or one that is not known. */
export function ownQuant(json: unknown): OwnQuant | undefined {
  const read = quantConfig.safeParse(json);
  if (!read.success) return undefined;
  const { quant_method = "", quant_algo = "", format = "", bits, group_size, load_in_8bit, config_groups } = read.data;
  const named = `${quant_method} ${quant_algo} ${format}`.toLowerCase();
  if (named.includes("nvfp4")) return { quant: "nvfp4" };
  if (named.includes("mxfp4")) return { quant: "mxfp4" };
  if (named.includes("bitsandbytes")) return { quant: load_in_8bit === true ? "int8" : "bitsandbytes" };
  const inGroups = Object.values(config_groups ?? {}).flatMap((group) => (group.weights ? [group.weights] : []))[0];
  const wide = bits ?? inGroups?.num_bits;
  if (named.includes("fp8") || (inGroups?.type === "float" && wide === 8)) return { quant: "fp8" };
  const group = group_size ?? inGroups?.group_size ?? 128;
  if (wide === 8) return { quant: "int8" };
  if (wide === undefined || !(wide > 0 && wide < 16)) return undefined;
  const quant = named.includes("gptq") ? "gptq" : "awq";
  return { quant, bytes: grouped(wide, group > 0 ? group : 128, 16 + wide) };
}

const suffixes: readonly [RegExp, Quant][] = [
  [/-fp8(-dynamic|-block)?$/, "fp8"],
  [/-awq(-(4bit|int4))?$/, "awq"],
  [/-gptq(-(4bit|int4))?$/, "gptq"],
  [/-(bnb-4bit|unsloth-bnb-4bit)$/, "bitsandbytes"],
  [/-nvfp4$/, "nvfp4"],
  [/-mxfp4$/, "mxfp4"],
  [/-(w8a8|int8|gptq-int8)$/, "int8"],
  [/-(w4a16|int4)$/, "int4"],
];

/** A model's id without what its end says of its quantisation, and that quantisation. */
export function quantOfName(id: string): { plain: string; quant?: Quant } {
  for (const [ending, quant] of suffixes) {
    if (ending.test(id)) return { plain: id.replace(ending, ""), quant };
  }
  return { plain: id };
}
