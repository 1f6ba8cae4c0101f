import type { VllmOptions } from "../bridge/models/vllm/plan.ts";

/** A public start-up log of vLLM: how the server was started, and what it printed (GiB per GPU). */
export interface StartUpLog {
  /** The thread or report it stands in. */
  source: string;
  model: string;
  options: Omit<Partial<VllmOptions>, "model"> & { gpus: number; gpuGb: number; context: number };
  weights?: number;
  kvGib?: number;
  kvTokens?: number;
  starts: boolean;
}

const llmd = "llm-d-benchmark, empirical-vllm-memory-results.md";
const planner = "llm-d-planner, accuracy report of v0.19.0";

/** Where a thread does not say which version ran, none is given and the planner takes its own default. */
export const startUpLogs: readonly StartUpLog[] = [
  {
    source: "vllm#16570",
    model: "qwen2.5-vl-72b",
    options: { gpus: 4, gpuGb: 40, util: 0.95, context: 8192, maxSeqs: 2, version: 8 },
    weights: 34.43,
    kvGib: 0.13,
    starts: false,
  },
  {
    source: "vllm#13061",
    model: "qwen2.5-14b",
    options: { gpus: 2, gpuGb: 24, util: 0.98, context: 131072, version: 7 },
    weights: 13.95,
    kvTokens: 81_536,
    starts: false,
  },
  {
    source: "vllm#13882",
    model: "qwen2.5-7b",
    options: { gpus: 1, gpuGb: 8, util: 0.7, context: 4096, quant: "bitsandbytes", version: 7 },
    weights: 5.2,
    kvGib: -1.05,
    starts: false,
  },
  {
    source: "vllm#21348",
    model: "qwen3-235b-a22b-fp8",
    options: { gpus: 4, gpuGb: 80, context: 40960, version: 9 },
    kvGib: 8.11,
    kvTokens: 178_880,
    starts: true,
  },
  {
    source: "vllm#10517",
    model: "llama-3.1-8b",
    options: { gpus: 1, gpuGb: 24, context: 20000, version: 6 },
    kvGib: 3.81,
    starts: true,
  },
  {
    source: "vllm#10517",
    model: "llama-3.1-8b",
    options: { gpus: 1, gpuGb: 24, context: 29000, version: 6 },
    kvGib: 2.89,
    kvTokens: 23_648,
    starts: false,
  },
  {
    source: "vllm#18124",
    model: "qwen2.5-vl-3b",
    options: { gpus: 1, gpuGb: 80, gpu: "a100-80", util: 0.3, context: 128000, version: 8 },
    starts: false,
  },
  {
    source: "Qwen3-VL#1684",
    model: "qwen3-vl-235b-a22b-fp8",
    options: { gpus: 8, gpuGb: 80, gpu: "a100-80", context: 100_000, version: 11 },
    starts: false,
  },
  {
    source: "Qwen3-VL#1489",
    model: "qwen3-vl-235b-a22b",
    options: { gpus: 8, gpuGb: 80, gpu: "a100-80", context: 262_144, version: 11 },
    starts: false,
  },
  {
    source: "Qwen3-VL#1489",
    model: "qwen3-vl-235b-a22b",
    options: { gpus: 8, gpuGb: 80, context: 41960, batched: 128, version: 11 },
    starts: true,
  },
  {
    source: "spark-vllm-docker#396",
    model: "minimax-m2-awq",
    options: { gpus: 2, gpuGb: 128, util: 0.8, context: 196_608, version: 29 },
    kvGib: 22.5,
    kvTokens: 190_272,
    starts: false,
  },
  {
    source: "spark-vllm-docker#396",
    model: "minimax-m2-awq",
    options: { gpus: 2, gpuGb: 128, util: 0.85, context: 196_608, version: 29 },
    kvGib: 28.74,
    kvTokens: 240_816,
    starts: true,
  },
  {
    source: "club-3090#612",
    model: "qwen3.6-35b-a3b-nvfp4",
    options: {
      gpus: 1,
      gpuGb: 32,
      util: 0.92,
      context: 131_072,
      kvType: "fp8",
      maxSeqs: 1,
      batched: 8192,
      version: 24,
    },
    kvGib: 5.98,
    kvTokens: 567_978,
    starts: true,
  },
  {
    source: llmd,
    model: "llama-3.1-8b",
    options: { gpus: 1, gpuGb: 80, context: 16000, version: 15 },
    weights: 14.99,
    kvGib: 51.38,
    starts: true,
  },
  {
    source: llmd,
    model: "llama-3.1-70b-fp8",
    options: { gpus: 2, gpuGb: 80, context: 16000, version: 15 },
    weights: 33.88,
    kvGib: 32,
    starts: true,
  },
  {
    source: llmd,
    model: "llama-3.1-70b-fp8",
    options: { gpus: 1, gpuGb: 80, context: 16000, version: 15 },
    weights: 67.72,
    kvGib: -1.44,
    starts: false,
  },
  {
    source: llmd,
    model: "qwen3-32b",
    options: { gpus: 1, gpuGb: 80, context: 32000, version: 15 },
    weights: 61.03,
    kvGib: 4.45,
    starts: false,
  },
  {
    source: llmd,
    model: "gpt-oss-120b",
    options: { gpus: 1, gpuGb: 80, util: 0.95, context: 16000, version: 15 },
    weights: 64.38,
    kvGib: 3.33,
    starts: true,
  },
  {
    source: planner,
    model: "qwen3-14b",
    options: { gpus: 1, gpuGb: 80, util: 0.95, context: 8192, version: 18 },
    weights: 27.52,
    kvGib: 45.23,
    kvTokens: 296_400,
    starts: true,
  },
  {
    source: planner,
    model: "qwen2.5-7b",
    options: { gpus: 1, gpuGb: 80, util: 0.95, context: 8192, version: 19 },
    weights: 14.25,
    kvGib: 58.53,
    kvTokens: 1_096_000,
    starts: true,
  },
  {
    source: planner,
    model: "llama-3.1-8b",
    options: { gpus: 1, gpuGb: 80, util: 0.95, context: 8192, kvType: "fp8", version: 19 },
    weights: 14.99,
    kvGib: 58.11,
    kvTokens: 952_032,
    starts: true,
  },
];
