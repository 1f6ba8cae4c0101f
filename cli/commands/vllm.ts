import { Command, InvalidArgumentError } from "commander";
import { adviceFor, describePlan, shellWord, vllmCommandLine } from "../../bridge/models/vllm/advice.ts";
import { findModel } from "../../bridge/models/vllm/models.ts";
import { planVllm, type Quant, quants, type VllmOptions } from "../../bridge/models/vllm/plan.ts";
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

interface Options {
  gpus: number;
  gpuGb: number;
  quant: Quant;
  context?: number;
  util: number;
  maxSeqs?: number;
  json?: boolean;
}

/** `viga vllm`: whether a model fits the GPUs, what to lower if not, and the command that serves it. Exit 1: it does not fit. */
export function vllmCommand(): Command {
  return new Command("vllm")
    .description("compute whether vLLM can serve a model on your GPUs, and the command that does")
    .argument("<MODEL>", "a name like qwen3-vl-32b, or the path of a model's config.json")
    .option("--gpus <N>", "GPUs that share the model (tensor parallel)", number, 1)
    .option("--gpu-gb <G>", "memory of one GPU in GB, as it is sold", number, 80)
    .option("--quant <KIND>", `weights: ${quants.join(", ")}`, quantOf, "bf16")
    .option("--context <TOKENS>", "context length; default: what viga's profile of the model uses", number)
    .option("--util <PART>", "part of each GPU's memory that the server may use", number, 0.9)
    .option("--max-seqs <S>", "sequences at once; default: the server's own for this GPU", number)
    .option("--json", "the plan as JSON")
    .action((name: string, given: Options) => {
      const options: VllmOptions = {
        model: findModel(name),
        gpus: given.gpus,
        gpuGb: given.gpuGb,
        quant: given.quant,
        util: given.util,
        ...(given.context === undefined ? {} : { context: given.context }),
        ...(given.maxSeqs === undefined ? {} : { maxSeqs: given.maxSeqs }),
      };
      const plan = planVllm(options);
      if (given.json) {
        const words = vllmCommandLine(options, plan);
        const advice = adviceFor(options, plan);
        const said = { schema: 1, ...plan, advice, command: plan.fits ? words.map(shellWord).join(" ") : null };
        print(`${plainJson(said)}\n`);
      } else print(`${describePlan(options, plan)}\n`);
      if (!plan.fits) process.exitCode = 1;
    });
}
