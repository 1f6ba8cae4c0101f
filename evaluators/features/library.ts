import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { z } from "zod";
import { VigaError } from "../../config/errors.ts";

/** Not among viga's packages: with its runtimes it takes 470 MB, and only two columns of an evaluation need it. */
const library = "@huggingface/transformers";

/** Features of one input: what a model's outputs are flattened to. */
const tensor = z.looseObject({ data: z.instanceof(Float32Array), dims: z.array(z.number()) });
export type Tensor = z.infer<typeof tensor>;
export const readTensor = (value: unknown): Tensor => tensor.parse(value);

type Run = (...args: unknown[]) => Promise<unknown>;
interface Loads {
  from_pretrained: (model: string, options: object) => Promise<Run>;
}

/** What is used of the library. */
export interface Transformers {
  env: { allowRemoteModels: boolean; localModelPath: string };
  AutoProcessor: Loads;
  CLIPVisionModelWithProjection: Loads;
  Tensor: new (type: string, data: Float32Array, dims: number[]) => unknown;
  pipeline: (task: string, model: string, options: object) => Promise<Run>;
}

const isTransformers = (found: object): found is Transformers =>
  ["env", "AutoProcessor", "CLIPVisionModelWithProjection", "Tensor", "pipeline"].every((name) => name in found);

/** The library if it is installed; null otherwise. */
export async function transformersIfThere(): Promise<Transformers | null> {
  // By a variable: the checkout's types must not need a package that is not among its own.
  const name: string = library;
  const found: object | null = await import(name).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ERR_MODULE_NOT_FOUND") return null;
    throw cause;
  });
  return found !== null && isTransformers(found) ? found : null;
}

/** The library. @throws VigaError dependency_missing with the command that installs it */
async function transformers(): Promise<Transformers> {
  const found = await transformersIfThere();
  if (found !== null) return found;
  throw new VigaError("dependency_missing", `${library} is not installed`, {
    hint: `npm install --no-save ${library} (470 MB with its runtimes), in viga's folder`,
  });
}

/** Loads a model from a local folder, or by its name from the hub or the library's cache of it. */
export async function loadModel<T>(
  model: string,
  load: (library: Transformers, name: string, options: object) => Promise<T>,
): Promise<T> {
  const found = await transformers();
  const path = resolve(model);
  const local = existsSync(path) && statSync(path).isDirectory();
  if (local) found.env.localModelPath = dirname(path);
  try {
    return await load(found, local ? basename(path) : model, { dtype: "fp32", local_files_only: local });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new VigaError("not_found", `the model ${model} cannot be loaded: ${why}`, {
      hint: local
        ? "a folder holds config.json, the processor's or tokenizer's files, and onnx/*.onnx in 32 bits"
        : "give a local folder, or a name of the hub that has ONNX weights and can be reached",
      cause,
    });
  }
}

/** Cosine of the angle between two vectors; 0 where one has no length. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, one, other] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    one += a[i]! * a[i]!;
    other += b[i]! * b[i]!;
  }
  return one === 0 || other === 0 ? 0 : dot / Math.sqrt(one * other);
}
