import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { VigaError } from "../../../config/errors.ts";
import { suggest } from "../../../config/suggest.ts";
import { vllmFolder as folder } from "../../../config/vllm.ts";
import { architecture } from "./architecture.ts";
import { fromHfConfig, type HfModel } from "./hf-config.ts";
import { type OwnQuant, quantOfName } from "./quant.ts";

/** A config.json is some kilobytes; what is larger is something else. */
const configBytes = 4 * 1024 * 1024;

const measured = z.object({
  weights_extra_gib: z.number().nonnegative(),
  activation_gib: z.number().nonnegative(),
  /** GPUs it was measured on. */
  gpus: z.number().int().positive(),
  source: z.string(),
});

const common = z.object({
  hf: z.string(),
  default_context: z.number().int().positive().optional(),
  /** Tool call parsers that may fit, likeliest first: suggestions, which `viga model probe` decides. */
  parsers: z.array(z.string()).default([]),
  measured: measured.optional(),
});
const knownModel = z.union([
  common.extend({ config: z.record(z.string(), z.unknown()) }),
  common.extend(architecture.shape),
]);
export type KnownModel = z.infer<typeof common> &
  z.infer<typeof architecture> & { assumed: string[]; quant?: OwnQuant };

function normalised(model: z.infer<typeof knownModel>): KnownModel {
  return "config" in model ? { ...model, ...planned(fromHfConfig(model.config)) } : { ...model, assumed: [] };
}

const planned = ({
  architecture,
  assumed,
  quant,
}: HfModel): Pick<KnownModel, "text" | "vision" | "max_context" | "assumed" | "quant"> => ({
  ...architecture,
  assumed,
  ...(quant ? { quant } : {}),
});

let shipped: ReadonlyMap<string, KnownModel> | undefined;

/** The models whose numbers ship with viga, by name. They are read once. */
export function knownModels(): ReadonlyMap<string, KnownModel> {
  shipped ??= readKnown();
  return shipped;
}

function readKnown(): Map<string, KnownModel> {
  const found = new Map<string, KnownModel>();
  for (const file of readdirSync(folder).sort()) {
    if (file === "gpus.yaml" || !file.endsWith(".yaml")) continue;
    const { models } = z
      .object({ models: z.record(z.string(), knownModel) })
      .parse(parse(readFileSync(folder + file, "utf8")));
    for (const [name, model] of Object.entries(models)) found.set(name, normalised(model));
  }
  return found;
}

/** A model to plan for. */
export interface PlanModel extends KnownModel {
  name: string;
}

/**
 * A model by its name (`qwen3-vl-32b`, `Qwen3-VL-32B-Instruct-FP8`, `Qwen/Qwen3-VL-32B-Instruct`) or by the path of a
 * config.json or the folder that holds it. Throws `not_found` or `input_invalid`.
 */
export function findModel(name: string): PlanModel {
  const all = knownModels();
  const { plain, quant } = quantOfName(basename(name).toLowerCase());
  const short = plain.replace(/-(instruct|thinking|it|chat)(-\d{4})?$/, "").replace(/^meta-/, "");
  const known = all.get(short);
  const path = configPath(name);
  if (known && path === undefined) {
    return {
      ...known,
      name: short,
      hf: quant ? besides(known.hf, name) : known.hf,
      ...(quant ? { quant: { quant } } : {}),
    };
  }
  if (path === undefined) {
    throw new VigaError("not_found", `no numbers for a model named "${name}"${suggest(short, all.keys())}`, {
      hint: `known: ${[...all.keys()].join(", ")}; or give the path of a config.json`,
    });
  }
  const own = basename(dirname(path)).toLowerCase() || "model";
  return { ...planned(readConfig(path)), name: own, hf: dirname(path), parsers: [] };
}

/** The id of a quantised checkpoint: as it was given, in the owner's name where none was. */
const besides = (hf: string, given: string): string => (given.includes("/") ? given : `${dirname(hf)}/${given}`);

function readConfig(path: string): HfModel {
  const not = (hint: string, cause?: unknown): VigaError =>
    new VigaError("input_invalid", `${path} is not a model's config.json`, { hint, cause });
  if (statSync(path).size > configBytes) throw not(`it has more than ${configBytes / 1024 / 1024} MiB`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw not("it is not JSON", cause);
  }
  try {
    return fromHfConfig(json);
  } catch (cause) {
    const issue = cause instanceof z.ZodError ? cause.issues[0] : undefined;
    const where = issue ? `${issue.path.join(".") || "the file"}: ${issue.message}; ` : "";
    throw not(
      `${where}it must give at least num_hidden_layers, hidden_size and num_attention_heads, at its top or in text_config`,
      cause,
    );
  }
}

function configPath(name: string): string | undefined {
  for (const path of [name, join(name, "config.json")]) {
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  }
  return undefined;
}
