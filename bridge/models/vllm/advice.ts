import { planVllm, type Quant, type VllmOptions, type VllmPlan } from "./plan.ts";

const down = (value: number, step: number): number => Math.floor(value / step + 1e-9) * step;

/** What to change so that a plan that does not fit will; each line was checked to fit. Empty for a plan that fits. */
export function adviceFor(options: VllmOptions, plan: VllmPlan): string[] {
  if (plan.fits) return [];
  const advice: string[] = [];
  const fits = (change: Partial<VllmOptions>): VllmPlan | undefined => {
    const other = planVllm({ ...options, ...change });
    return other.fits ? other : undefined;
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
  for (const smaller of (["fp8", "int8", "int4"] satisfies Quant[]).filter((each) => each !== quant)) {
    if (quant !== "int4" && plan.fails !== "sampler" && fits({ quant: smaller }))
      advice.push(`quantise: --quant ${smaller}`);
  }
  for (const more of [2, 4, 8, 16]) {
    if (more <= options.gpus || options.model.text.heads % more !== 0) continue;
    if (fits({ gpus: more })) {
      advice.push(`use ${more} GPUs`);
      break;
    }
  }
  if (plan.fails === "kv_cache" && plan.perGpu.activation > 2 && options.model.vision) {
    advice.push(
      "cap the server's pictures (--mm-processor-kwargs with max_pixels): most of the activation reserve is for its largest picture; how much this frees was not measured",
    );
  }
  return advice;
}

/** The command that serves the model as planned. Parsers are suggestions: `viga model probe` decides. */
export function vllmCommandLine(options: VllmOptions, plan: VllmPlan): string[] {
  const { hf, parsers } = options.model;
  const { gpus, util, context, maxSeqs, quant } = plan.options;
  const served = hf.split("/").at(-1) ?? hf;
  return [
    "vllm",
    "serve",
    hf,
    "--served-model-name",
    served,
    ...quantFlags(quant),
    "--tensor-parallel-size",
    String(gpus),
    "--gpu-memory-utilization",
    String(util),
    "--max-model-len",
    String(context),
    "--max-num-seqs",
    String(maxSeqs),
    ...(options.model.vision ? ["--limit-mm-per-prompt", '{"image": 16}'] : []),
    ...(parsers[0] === undefined ? [] : ["--enable-auto-tool-choice", "--tool-call-parser", parsers[0]]),
  ];
}

function quantFlags(quant: Quant): string[] {
  // vLLM has no "int8" switch; bitsandbytes and fp8 quantise while loading, 4 bits need a quantised checkpoint.
  if (quant === "int8") return ["--quantization", "bitsandbytes", "--load-format", "bitsandbytes"];
  if (quant === "fp8") return ["--quantization", "fp8"];
  if (quant === "fp16") return ["--dtype", "float16"];
  return quant === "int4" ? ["--quantization", "awq"] : ["--dtype", "bfloat16"];
}

export const shellWord = (word: string): string =>
  /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** GiB with two digits, rounded half to even as the server prints them (0.625 is 0.62). */
export function twoDigits(value: number): string {
  const cents = value * 100;
  const floor = Math.floor(cents);
  const rounded = Math.abs(cents - floor - 0.5) < 1e-9 ? floor + (floor % 2) : Math.round(cents);
  return (rounded / 100).toFixed(2);
}

/** The plan for a person. */
export function describePlan(options: VllmOptions, plan: VllmPlan): string {
  const { perGpu: g, options: o } = plan;
  const line = (label: string, value: number, note: string): string =>
    `  ${label.padEnd(26)}${twoDigits(value).padStart(8)} GiB  ${note}`;
  const pictures = Object.entries(plan.imageTokens).map(([px, tokens]) => `${px} px: ${tokens}`);
  const reason = {
    weights: `does not fit: the weights need ${twoDigits(g.weights)} GiB of the ${twoDigits(g.share)} GiB the server may use`,
    kv_cache: `does not fit: ${g.kvAvailable < 0 ? `${twoDigits(-g.kvAvailable)} GiB per GPU too little before the KV cache` : `${twoDigits(g.kvAvailable)} GiB per GPU left for the KV cache`}, ${twoDigits(g.kvNeeded)} needed for a context of ${o.context}`,
    sampler: `does not fit: warming up the sampler takes ${twoDigits(g.sampler)} GiB for ${o.maxSeqs} sequences, beside ${twoDigits(g.outsideNeeded - g.sampler)} GiB of graphs, and only ${twoDigits(g.outsideFree)} GiB are outside the server's share`,
  };
  const verdict =
    plan.fails === null
      ? `fits: ${plan.concurrency.toFixed(2)} sequences of ${o.context} tokens at once`
      : reason[plan.fails];
  return [
    `${plan.model} (${(plan.parameters / 1e9).toFixed(1)} B parameters, ${o.quant}) on ${o.gpus} x ${o.gpuGb} GB, utilisation ${o.util}, context ${o.context}, ${o.maxSeqs} sequences`,
    verdict,
    "per GPU:",
    line("usable", g.usable, ""),
    line("the server's share", g.share, `utilisation ${o.util}`),
    line("weights", g.weights, "computed, with what loading adds"),
    line("activation reserve", g.activation, plan.activationSource),
    line("KV cache available", g.kvAvailable, `${plan.kvTokens} tokens`),
    line("KV cache needed", g.kvNeeded, `one sequence of ${o.context} tokens`),
    line(
      "outside the share",
      g.outsideFree,
      `${twoDigits(g.outsideNeeded)} needed, of which the sampler ${twoDigits(g.sampler)}`,
    ),
    `longest context: ${plan.longestContext === 0 ? "none" : plan.longestContext}`,
    ...(pictures.length > 0 ? [`tokens of a square picture: ${pictures.join(", ")}`] : []),
    ...adviceFor(options, plan).map((each, i) => `${i === 0 ? "what helps: " : "            "}${each}`),
    ...(plan.fits ? ["serve it with:", `  ${vllmCommandLine(options, plan).map(shellWord).join(" ")}`] : []),
    ...(plan.fits && options.model.parsers.length > 0
      ? [
          `the tool parser is a suggestion (${options.model.parsers.join(" or ")}): viga model probe ${plan.model} says what works`,
        ]
      : []),
  ].join("\n");
}
