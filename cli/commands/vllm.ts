import { Command, InvalidArgumentError } from "commander";
import { adviceFor, quantNotes, shellWord, vllmCommandLine } from "../../bridge/models/vllm/advice.ts";
import { describePlan } from "../../bridge/models/vllm/describe.ts";
import { gpuNames } from "../../bridge/models/vllm/gpus.ts";
import { findModel } from "../../bridge/models/vllm/models.ts";
import { planVllm, type VllmOptions } from "../../bridge/models/vllm/plan.ts";
import { type KvType, kvTypes, type Quant, quants } from "../../bridge/models/vllm/quant.ts";
import { plainJson } from "../../config/plain-text.ts";
import { print } from "../print.ts";

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("expected a number.");
  return value;
}

function quantOf(text: string): Quant {
  const found = quants.find((each) => each === text.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`expected one of ${quants.join(", ")}.`);
  return found;
}

function kvTypeOf(text: string): KvType {
  const found = kvTypes.find((each) => each === text.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`expected one of ${kvTypes.join(", ")}.`);
  return found;
}

function versionOf(text: string): number {
  const minor = /^v?0\.(\d{1,3})(\.|$)/.exec(text)?.[1];
  if (minor === undefined) throw new InvalidArgumentError("expected a version of vLLM, like 0.19.");
  return Number(minor);
}

interface Options {
  gpus: number;
  gpuGb: number;
  gpu?: string;
  quant?: Quant;
  kvDtype?: KvType;
  context?: number;
  util: number;
  maxSeqs?: number;
  batchedTokens?: number;
  vllm?: number;
  video: boolean;
  json?: boolean;
}

/** `viga vllm`: whether a model fits the GPUs, what to lower if not, and the command that serves it. Exit 1: it does not fit, or that is too close to say. */
export function vllmCommand(): Command {
  return new Command("vllm")
    .description("compute whether vLLM can serve a model on your GPUs, and the command that does")
    .argument("<MODEL>", "a name like qwen3-vl-32b, or the path of a model's config.json")
    .option("--gpus <N>", "GPUs that share the model (tensor parallel)", number, 1)
    .option("--gpu-gb <G>", "memory of one GPU in GB, as it is sold", number, 80)
    .option("--gpu <NAME>", `the GPU by its name, instead of --gpu-gb: ${gpuNames.join(", ")}`)
    .option("--quant <KIND>", `weights: ${quants.join(", ")}; default: what the checkpoint says, else bf16`, quantOf)
    .option("--kv-dtype <TYPE>", `KV cache: ${kvTypes.join(" (16 bits), ")}`, kvTypeOf)
    .option("--context <TOKENS>", "context length; default: what viga's profile of the model uses", number)
    .option("--util <PART>", "part of each GPU's memory that the server may use", number, 0.9)
    .option("--max-seqs <S>", "sequences at once; default: the server's own for this GPU", number)
    .option("--batched-tokens <T>", "tokens in a batch; default: the server's own for this GPU", number)
    .option(
      "--vllm <VERSION>",
      "the vLLM that serves, like 0.19; default: of those that can, the one that reserves most",
      versionOf,
    )
    .option("--no-video", "take pictures only: the server then reserves nothing for films")
    .option("--json", "the plan as JSON")
    .action((name: string, given: Options) => {
      const options: VllmOptions = {
        model: findModel(name),
        gpus: given.gpus,
        gpuGb: given.gpuGb,
        util: given.util,
        ...(given.gpu === undefined ? {} : { gpu: given.gpu }),
        ...(given.quant === undefined ? {} : { quant: given.quant }),
        ...(given.kvDtype === undefined ? {} : { kvType: given.kvDtype }),
        ...(given.context === undefined ? {} : { context: given.context }),
        ...(given.maxSeqs === undefined ? {} : { maxSeqs: given.maxSeqs }),
        ...(given.batchedTokens === undefined ? {} : { batched: given.batchedTokens }),
        ...(given.vllm === undefined ? {} : { version: given.vllm }),
        ...(given.video ? {} : { video: false }),
      };
      const plan = planVllm(options);
      if (given.json) {
        const words = vllmCommandLine(options, plan);
        const advice = adviceFor(options, plan);
        const command = plan.fits === true ? words.map(shellWord).join(" ") : null;
        const said = { schema: 1, ...plan, advice, notes: quantNotes(options, plan), command };
        print(`${plainJson(said)}\n`);
      } else print(`${describePlan(options, plan)}\n`);
      if (plan.fits !== true) process.exitCode = 1;
    });
}
