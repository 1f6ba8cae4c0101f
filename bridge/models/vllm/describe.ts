import { adviceFor, quantNotes, shellWord, vllmCommandLine } from "./advice.ts";
import type { VllmOptions, VllmPlan } from "./plan.ts";

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
  const fitting = `${plan.concurrency.toFixed(2)} sequences of ${o.context} tokens at once`;
  const margin = `${twoDigits(Math.abs(plan.margin_gib))} GiB per GPU ${plan.margin_gib < 0 ? "too little" : "to spare"}`;
  const verdict =
    plan.fits === null
      ? `too close to say: ${margin}, and ${twoDigits(plan.uncertain_gib)} GiB are not told apart without a measurement`
      : plan.fails === null
        ? `fits: ${fitting}`
        : reason[plan.fails];
  return [
    `${plan.model} (${(plan.parameters / 1e9).toFixed(1)} B parameters, ${o.quant}) on ${o.gpus} x ${o.gpuGb} GB${o.copies > 1 ? ` (${o.copies} copies on ${o.tensor} each)` : ""}, utilisation ${o.util}, context ${o.context}, ${o.maxSeqs} sequences`,
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
    ...(plan.assumed.length > 0 ? [`assumed, as the config.json does not say: ${plan.assumed.join(", ")}`] : []),
    ...adviceFor(options, plan).map((each, i) => `${i === 0 ? "what helps: " : "            "}${each}`),
    ...(plan.fits !== false ? ["serve it with:", `  ${vllmCommandLine(options, plan).map(shellWord).join(" ")}`] : []),
    ...(plan.fits === false ? [] : quantNotes(options, plan)),
    ...(plan.fits && options.model.parsers.length > 0
      ? [
          `the tool parser is a suggestion (${options.model.parsers.join(" or ")}): viga model probe ${plan.model} says what works`,
        ]
      : []),
  ].join("\n");
}
