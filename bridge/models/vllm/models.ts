import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { VigaError } from "../../../config/errors.ts";
import { suggest } from "../../../config/suggest.ts";
import { vllmFolder as folder } from "../../../config/vllm.ts";
import { architecture, fromHfConfig } from "./architecture.ts";

const measured = z.object({
  weights_extra_gib: z.number().nonnegative(),
  activation_gib: z.number().nonnegative(),
  source: z.string(),
});

const knownModel = architecture.extend({
  hf: z.string(),
  default_context: z.number().int().positive().optional(),
  /** Tool call parsers that may fit, likeliest first: suggestions, which `viga model probe` decides. */
  parsers: z.array(z.string()).default([]),
  measured: measured.optional(),
  /** Model whose measurements are borrowed. */
  like: z.string().optional(),
});
export type KnownModel = z.infer<typeof knownModel>;

const gpuFile = z.object({
  gib: z.record(z.string(), z.number().positive()),
  sequences: z.array(z.object({ from_gib: z.number(), value: z.number().int().positive() })),
  outside: z.object({ gib: z.number(), layers_hidden: z.number(), least_gib: z.number() }),
});

/** What is known about GPUs by the size they are sold as. */
export const gpus = gpuFile.parse(parse(readFileSync(`${folder}gpus.yaml`, "utf8")));

/** GiB that a GPU sold with `gb` GB offers. */
export function usableGib(gb: number): number {
  return gpus.gib[String(gb)] ?? gb * 0.985;
}

/** The models whose numbers ship with viga, by name. */
export function knownModels(): Map<string, KnownModel> {
  const found = new Map<string, KnownModel>();
  for (const file of readdirSync(folder).sort()) {
    if (file === "gpus.yaml" || !file.endsWith(".yaml")) continue;
    const { models } = z
      .object({ models: z.record(z.string(), knownModel) })
      .parse(parse(readFileSync(folder + file, "utf8")));
    for (const [name, model] of Object.entries(models)) found.set(name, model);
  }
  return found;
}

/** A model to plan for. `reserve` says where the activation figure comes from. */
export interface PlanModel extends KnownModel {
  name: string;
  reserve: { activationGib: number | undefined; weightsExtraGib: number; source: string };
}

function withReserve(name: string, model: KnownModel, all: ReadonlyMap<string, KnownModel>): PlanModel {
  if (model.measured) {
    const { activation_gib, weights_extra_gib, source } = model.measured;
    return {
      ...model,
      name,
      reserve: { activationGib: activation_gib, weightsExtraGib: weights_extra_gib, source: `measured: ${source}` },
    };
  }
  const other = model.like === undefined ? undefined : all.get(model.like)?.measured;
  if (!other)
    return {
      ...model,
      name,
      reserve: { activationGib: undefined, weightsExtraGib: 0.15, source: "estimated, not measured" },
    };
  const source = `borrowed from ${model.like}, measured on ${other.source}: an upper bound`;
  return { ...model, name, reserve: { activationGib: other.activation_gib, weightsExtraGib: 0.15, source } };
}

/**
 * A model by its name (`qwen3-vl-32b`, `Qwen3-VL-32B-Instruct`, `Qwen/Qwen3-VL-32B-Instruct`) or by the path of a
 * config.json or the folder that holds it. Throws `not_found` or `input_invalid`.
 */
export function findModel(name: string): PlanModel {
  const all = knownModels();
  const plain = basename(name)
    .toLowerCase()
    .replace(/-instruct$/, "");
  const known = all.get(plain);
  if (known) return withReserve(plain, known, all);
  const path = configPath(name);
  if (path === undefined) {
    throw new VigaError("not_found", `no numbers for a model named "${name}"${suggest(plain, all.keys())}`, {
      hint: `known: ${[...all.keys()].join(", ")}; or give the path of a config.json`,
    });
  }
  try {
    const read = fromHfConfig(JSON.parse(readFileSync(path, "utf8")));
    const own = basename(dirname(path)).toLowerCase() || "model";
    return withReserve(own, { ...read, hf: dirname(path), parsers: [] }, all);
  } catch (cause) {
    throw new VigaError("input_invalid", `${path} is not a model's config.json`, {
      hint: "it must give num_hidden_layers, hidden_size, num_attention_heads, intermediate_size and vocab_size",
      cause,
    });
  }
}

function configPath(name: string): string | undefined {
  for (const path of [name, join(name, "config.json")]) {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  }
  return undefined;
}
