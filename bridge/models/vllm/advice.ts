import { planVllm, type VllmOptions, type VllmPlan } from "./plan.ts";
import { type Quant, quantKind } from "./quant.ts";

const down = (value: number, step: number): number => Math.floor(value / step + 1e-9) * step;

/** What to change so that a plan that does not fit will; each line was checked to fit. Empty for a plan that fits. */
export function adviceFor(options: VllmOptions, plan: VllmPlan): string[] {
  if (plan.fits === true) return [];
  const advice: string[] = [];
  const fits = (change: Partial<VllmOptions>): VllmPlan | undefined => {
    const other = planVllm({ ...options, ...change });
    return other.fits === true ? other : undefined;
  };
  const { util, maxSeqs, context, quant } = plan.options;
  if (plan.fails === "sampler") {
    for (let lower = down(util, 0.05); lower >= 0.5; lower = down(lower - 0.05, 0.01)) {
      if (lower < util && fits({ util: lower })) {
        advice.push(`lower --util to ${lower.toFixed(2)}`);
        break;
      }
    }
    for (let fewer = 2 ** Math.floor(Math.log2(maxSeqs)); fewer >= 1; fewer /= 2) {
      if (fewer < maxSeqs && fits({ maxSeqs: fewer })) {
        advice.push(`lower --max-seqs to ${fewer}`);
        break;
      }
    }
  } else {
    const shorter = down(plan.longestContext, 1024);
    if (shorter >= 1024 && shorter < context && fits({ context: shorter }))
      advice.push(`lower --context to ${shorter}`);
    for (const higher of [0.92, 0.95]) {
      if (higher > util && fits({ util: higher })) {
        advice.push(`raise --util to ${higher}`);
        break;
      }
    }
  }
  const bytes = quantKind(quant).bytes;
  for (const smaller of ["fp8", "awq"] satisfies Quant[]) {
    if (plan.fails !== "sampler" && quantKind(smaller).bytes < bytes && fits({ quant: smaller }))
      advice.push(`quantise: --quant ${smaller}`);
  }
  if (options.kvType !== "fp8" && plan.fails !== "sampler" && fits({ kvType: "fp8" })) {
    advice.push("keep the cache in 8 bits: --kv-dtype fp8");
  }
  if (options.model.vision?.any_size && plan.options.video && fits({ video: false }))
    advice.push("take no films: --no-video");
  for (const more of [2, 4, 8, 16]) {
    if (more <= options.gpus || options.model.text.heads % more !== 0) continue;
    if (fits({ gpus: more })) {
      advice.push(`use ${more} GPUs`);
      break;
    }
  }
  return advice;
}

/** Stands in the command for the id of a checkpoint that viga cannot know. */
const checkpoint = (quant: Quant): string => `YOUR_${quant.toUpperCase()}_CHECKPOINT`;

/** The command that serves the model as planned. Parsers are suggestions: `viga model probe` decides. */
export function vllmCommandLine(options: VllmOptions, plan: VllmPlan): string[] {
  const { hf, parsers, quant: own } = options.model;
  const { tensor, copies, util, context, maxSeqs, quant, kvType, video } = plan.options;
  const served = hf.split("/").at(-1) ?? hf;
  // A checkpoint that is quantised already says so itself, and needs no flag.
  const ready = own?.quant === quant;
  const made = ready || quantKind(quant).whileLoading;
  return [
    "vllm",
    "serve",
    made ? hf : checkpoint(quant),
    "--served-model-name",
    served,
    ...(ready ? [] : quantKind(quant).flags),
    "--tensor-parallel-size",
    String(tensor),
    ...(copies > 1 ? ["--data-parallel-size", String(copies)] : []),
    "--gpu-memory-utilization",
    String(util),
    "--max-model-len",
    String(context),
    "--max-num-seqs",
    String(maxSeqs),
    ...(options.batched === undefined ? [] : ["--max-num-batched-tokens", String(options.batched)]),
    ...(kvType === "fp8" ? ["--kv-cache-dtype", "fp8"] : []),
    ...(options.model.vision ? ["--limit-mm-per-prompt", video ? '{"image": 16}' : '{"image": 16, "video": 0}'] : []),
    ...(parsers[0] === undefined ? [] : ["--enable-auto-tool-choice", "--tool-call-parser", parsers[0]]),
  ];
}

/** What has to be known of the quantisation to use the command. */
export function quantNotes(options: VllmOptions, plan: VllmPlan): string[] {
  const { quant } = plan.options;
  if (options.model.quant?.quant === quant || quantKind(quant).whileLoading) return [];
  const notes = [
    `${quant} is not made while loading: put the id of a checkpoint quantised so in the place of ${checkpoint(quant)}`,
  ];
  if (quant === "int8") {
    notes.push(
      "int8 is planned at 8 bits, as a run of the 72B model measured (72 GB); vLLM's --quantization bitsandbytes loads 4 bits, which --quant bitsandbytes plans",
    );
  }
  return notes;
}

export const shellWord = (word: string): string =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
