import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { adviceFor, quantNotes, vllmCommandLine } from "../../../../bridge/models/vllm/advice.ts";
import { countParameters, total } from "../../../../bridge/models/vllm/architecture.ts";
import { describePlan, twoDigits } from "../../../../bridge/models/vllm/describe.ts";
import { fromHfConfig } from "../../../../bridge/models/vllm/hf-config.ts";
import { kvShape } from "../../../../bridge/models/vllm/kv-cache.ts";
import { findModel, knownModels } from "../../../../bridge/models/vllm/models.ts";
import { planVllm, type VllmOptions } from "../../../../bridge/models/vllm/plan.ts";
import { type Quant, quants } from "../../../../bridge/models/vllm/quant.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-vllm-"));
afterAll(() => rmSync(folder, { recursive: true }));

const on = (name: string, over: Partial<VllmOptions> = {}): VllmOptions => ({
  model: findModel(name),
  gpus: 2,
  gpuGb: 80,
  ...over,
});

describe("what two 80 GB GPUs did", () => {
  it("72B in BF16 fails: 68.5 GiB of weights leave 0.04 GiB where 0.62 are needed", () => {
    const options = on("Qwen2-VL-72B-Instruct", { util: 0.95, context: 4096 });
    const plan = planVllm(options);
    expect(plan).toMatchObject({ fits: false, fails: "kv_cache" });
    expect(plan.perGpu.weights).toBeCloseTo(68.5, 1);
    expect(twoDigits(plan.perGpu.kvAvailable)).toBe("0.04");
    expect(twoDigits(plan.perGpu.kvNeeded)).toBe("0.62");
    expect(describePlan(options, plan)).toContain("0.04 GiB per GPU left for the KV cache, 0.62 needed");
    expect(planVllm(on("qwen2-vl-72b", { context: 4096 })).fits).toBe(false);
  });

  it("72B in INT8 takes about 72 GB and fits 8192 tokens", () => {
    const plan = planVllm(on("qwen2-vl-72b", { quant: "int8", context: 8192 }));
    expect(plan).toMatchObject({ fits: true, fails: null });
    expect(plan.perGpu.weights * 2).toBeGreaterThan(70);
    expect(plan.perGpu.weights * 2).toBeLessThan(73);
  });

  it("72B in INT8 at 16384, utilisation 0.95 and 1024 sequences fails in the sampler's warm-up: 1.16 GiB", () => {
    const options = on("qwen2-vl-72b", { quant: "int8", context: 16384, util: 0.95, maxSeqs: 1024 });
    const plan = planVllm(options);
    expect(plan).toMatchObject({ fits: false, fails: "sampler" });
    expect(twoDigits(plan.perGpu.sampler)).toBe("1.16");
    expect(adviceFor(options, plan)).toEqual(["lower --util to 0.90", "lower --max-seqs to 512"]);
    expect(planVllm({ ...options, util: 0.9 }).fits).toBe(true);
    expect(planVllm({ ...options, maxSeqs: 512 }).fits).toBe(true);
  });

  it("7B fits one GPU", () => {
    expect(planVllm(on("Qwen/Qwen2-VL-7B-Instruct", { gpus: 1 })).fits).toBe(true);
  });

  it("32B in BF16 at 32768: 31.6 GiB of weights per GPU, about 220,400 tokens of KV cache in 26.9 GiB", () => {
    const plan = planVllm(on("qwen3-vl-32b", { context: 32768 }));
    expect(plan.fits).toBe(true);
    expect(plan.perGpu.weights.toFixed(1)).toBe("31.6");
    expect(plan.perGpu.kvAvailable.toFixed(1)).toBe("26.9");
    expect(Math.abs(plan.kvTokens - 220_400)).toBeLessThan(220);
    expect(plan.concurrency).toBeCloseTo(6.73, 1);
    expect(plan.activationSource).toMatch(/^measured/);
  });
});

describe("the numbers behind it", () => {
  it.each([
    ["qwen2-vl-7b", 8.29],
    ["qwen2-vl-72b", 73.4],
    ["qwen3-vl-8b", 8.77],
    ["qwen3-vl-32b", 33.4],
    ["glm-4.5v", 107.9],
    ["llama-4-scout", 108.6],
    ["qwen3-235b-a22b", 235.1],
    ["qwen3.6-35b-a3b", 35.1],
    ["gpt-oss-120b", 116.8],
  ])("%s has %d billion parameters", (name, billions) => {
    expect(total(countParameters(findModel(name))) / 1e9).toBeCloseTo(billions, 1);
  });

  it("a config.json gives the same as the shipped numbers, in both layouts", () => {
    const shipped = findModel("qwen3-vl-32b");
    const text = {
      num_hidden_layers: 64,
      hidden_size: 5120,
      num_attention_heads: 64,
      num_key_value_heads: 8,
      head_dim: 128,
      intermediate_size: 25600,
      vocab_size: 151936,
      max_position_embeddings: 262144,
    };
    const vision = {
      depth: 27,
      hidden_size: 1152,
      intermediate_size: 4304,
      patch_size: 16,
      spatial_merge_size: 2,
      deepstack_visual_indexes: [8, 16, 24],
      out_hidden_size: 5120,
    };
    const { architecture: nested } = fromHfConfig({
      model_type: "qwen3_vl",
      tie_word_embeddings: false,
      text_config: text,
      vision_config: vision,
    });
    expect(countParameters(nested)).toEqual(countParameters(shipped));
    expect(kvShape(nested, 1, 2).perToken).toBe(262_144);
    expect(nested.vision?.patch).toBe(32);
    const { architecture: flat } = fromHfConfig({
      num_hidden_layers: 80,
      hidden_size: 8192,
      num_attention_heads: 64,
      num_key_value_heads: 8,
      intermediate_size: 29568,
      vocab_size: 152064,
      max_position_embeddings: 32768,
      vision_config: {
        depth: 32,
        embed_dim: 1280,
        hidden_size: 8192,
        mlp_ratio: 4,
        patch_size: 14,
        spatial_merge_size: 2,
      },
    });
    expect(countParameters(flat)).toEqual(countParameters(findModel("qwen2-vl-72b")));
    writeFileSync(join(folder, "config.json"), JSON.stringify({ text_config: text, vision_config: vision }));
    expect(planVllm({ model: findModel(folder), gpus: 2, gpuGb: 80 }).activationSource).toBe("computed, not measured");
  });

  it("a wrong name, file or number says what was expected", () => {
    expect(() => findModel("qwen3-vl-23b")).toThrow(/did you mean "qwen3-vl-32b"/);
    writeFileSync(join(folder, "other.json"), "{}");
    expect(() => findModel(join(folder, "other.json"))).toThrow(/not a model's config.json/);
    expect(() => planVllm(on("qwen2-vl-7b", { gpu: "a100" }))).toThrow(/did you mean "a100-40"/);
    expect(() => planVllm(on("qwen2-vl-7b", { util: 95 }))).toThrow(/--util 95/);
    expect(() => planVllm(on("qwen2-vl-7b", { context: 100_000 }))).toThrow(/--context 100000/);
  });

  it("less memory never makes room: every figure moves the right way, and advice always fits", () => {
    const options = fc.record({
      name: fc.constantFrom(...knownModels().keys()),
      gpus: fc.constantFrom(1, 2, 4),
      gpuGb: fc.constantFrom(16, 24, 40, 48, 80, 141),
      quant: fc.constantFrom(...quants),
      util: fc.double({ min: 0.5, max: 1, noNaN: true }),
      maxSeqs: fc.integer({ min: 1, max: 2048 }),
      context: fc.integer({ min: 256, max: 32768 }),
    });
    fc.assert(
      fc.property(options, ({ name, ...rest }) => {
        const asked: VllmOptions = { model: findModel(name), ...rest };
        const plan = planVllm(asked);
        const shorter = planVllm({ ...asked, context: 256, maxSeqs: 1 });
        // Margins are rounded to hundredths.
        if (plan.fits === false) expect(shorter.margin_gib).toBeGreaterThanOrEqual(plan.margin_gib - 0.05);
        if (plan.fits === true) expect(shorter.fits).toBe(true);
        if (plan.fits === true) expect(plan.longestContext).toBeGreaterThanOrEqual(rest.context);
        for (const line of adviceFor(asked, plan)) {
          const change = /--(context|util|max-seqs|quant) (?:to )?(\S+)/.exec(line);
          if (!change) continue;
          const key = { context: "context", util: "util", "max-seqs": "maxSeqs", quant: "quant" }[change[1]!]!;
          const value = key === "quant" ? change[2]! : Number(change[2]);
          expect(planVllm({ ...asked, [key]: value }).fits).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("the command names what was planned, and what has to be known of a quantisation", () => {
    const options = on("qwen2-vl-72b", { quant: "bitsandbytes", context: 8192 });
    const words = vllmCommandLine(options, planVllm(options)).join(" ");
    expect(words).toContain("--quantization bitsandbytes --load-format bitsandbytes");
    const eight = on("qwen2-vl-72b", { quant: "int8", context: 8192 });
    expect(vllmCommandLine(eight, planVllm(eight)).join(" ")).toContain("serve YOUR_INT8_CHECKPOINT");
    expect(quantNotes(eight, planVllm(eight)).join(" ")).toMatch(/8 bits.*72 GB.*bitsandbytes loads 4 bits/);
    const ready = on("Qwen/Qwen2-VL-72B-Instruct-AWQ", { context: 8192 });
    expect(vllmCommandLine(ready, planVllm(ready)).join(" ")).toMatch(
      /serve Qwen\/Qwen2-VL-72B-Instruct-AWQ .*(?!--quant)/,
    );
    expect(planVllm(ready).options.quant satisfies Quant).toBe("awq");
    expect(words).toContain("--tensor-parallel-size 2");
    expect(words).toContain("--max-model-len 8192");
    expect(words).toContain("--served-model-name Qwen2-VL-72B-Instruct");
  });
});
