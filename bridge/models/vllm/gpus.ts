import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { VigaError } from "../../../config/errors.ts";
import { suggest } from "../../../config/suggest.ts";
import { vllmFolder } from "../../../config/vllm.ts";

const int = z.number().int().positive();
const defaults = z.object({ sequences: int, batched: int });

const gpuFile = z.object({
  gib: z.record(z.string(), z.number().positive()),
  /** The server's own defaults by what a GPU offers. */
  defaults: z.array(defaults.extend({ from_gib: z.number() })),
  /** GPUs by name: GB as sold, and where they differ the server's defaults, or memory shared with the machine. */
  named: z.record(
    z.string(),
    z.object({ gb: z.number().positive(), defaults: defaults.optional(), unified: z.boolean().default(false) }),
  ),
  outside: z.object({ gib: z.number(), layers_hidden: z.number(), least_gib: z.number() }),
});

const file = gpuFile.parse(parse(readFileSync(`${vllmFolder}gpus.yaml`, "utf8")));

/** What stays outside the server's share. */
export const outside = file.outside;
export const gpuNames = Object.keys(file.named);

export interface Gpu {
  /** Memory in GB, as it is sold. */
  gb: number;
  /** Memory in GiB that it offers. */
  gib: number;
  /** The server's own default of sequences at once and of tokens in a batch. */
  sequences: number;
  batched: number;
  /** Memory is shared with the machine. */
  unified: boolean;
}

/** A GPU by its memory in GB as it is sold, or by its name (`a100-80`). Throws `input_invalid`. */
export function gpuOf(which: number | string): Gpu {
  if (typeof which === "number" && !(which > 0 && Number.isFinite(which))) {
    throw new VigaError("input_invalid", `--gpu-gb ${which}`, { hint: "expected the GPU's memory in GB, like 80" });
  }
  const named = typeof which === "string" ? file.named[which.toLowerCase()] : undefined;
  if (typeof which === "string" && !named) {
    throw new VigaError("input_invalid", `--gpu ${which} is not known${suggest(which.toLowerCase(), gpuNames)}`, {
      hint: `known: ${gpuNames.join(", ")}; or give --gpu-gb`,
    });
  }
  const gb = named?.gb ?? (which as number);
  const gib = file.gib[String(gb)] ?? gb * 0.985;
  const { sequences, batched } = named?.defaults ??
    file.defaults.find(({ from_gib }) => gib >= from_gib) ?? { sequences: 256, batched: 2048 };
  // Boxes of 128 GB share their memory with the machine; no card is sold with as much.
  return { gb, gib, sequences, batched, unified: named?.unified ?? gb === 128 };
}
