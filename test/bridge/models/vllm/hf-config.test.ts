import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { countParameters } from "../../../../bridge/models/vllm/architecture.ts";
import { fromHfConfig } from "../../../../bridge/models/vllm/hf-config.ts";
import { kvShape, longestSequence, sequenceBytes } from "../../../../bridge/models/vllm/kv-cache.ts";
import { findModel } from "../../../../bridge/models/vllm/models.ts";
import { planVllm, tensorSize } from "../../../../bridge/models/vllm/plan.ts";
import { ownQuant, quantOfName } from "../../../../bridge/models/vllm/quant.ts";
import { VigaError } from "../../../../config/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-vllm-"));
afterAll(() => rmSync(folder, { recursive: true }));

const base = { num_hidden_layers: 32, hidden_size: 4096, num_attention_heads: 32, num_key_value_heads: 8 };
const read = (config: Record<string, unknown>) => fromHfConfig({ ...base, ...config });

it("experts are found by each maker's name for them, with the shared ones and the dense layers before them", () => {
  for (const name of ["num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts"]) {
    const { text } = read({ [name]: 64, moe_intermediate_size: 1408, intermediate_size: 10944 }).architecture;
    expect(text.experts).toMatchObject({ count: 64, intermediate: 1408, shared: 0, layers: 32 });
  }
  const shared = { n_routed_experts: 64, n_shared_experts: 2, moe_intermediate_size: 1408, first_k_dense_replace: 3 };
  expect(read(shared).architecture.text.experts).toMatchObject({ shared: 2816, layers: 29 });
});

it("layers with a window or a state do not keep every token", () => {
  const hybrid = { layer_types: [], full_attention_interval: 4, linear_num_value_heads: 32, linear_key_head_dim: 128 };
  expect(read(hybrid).architecture.text.linear?.layers).toBe(24);
  const layer_types = ["sliding_attention", "full_attention"].flatMap((each) => Array<string>(16).fill(each));
  expect(read({ layer_types, sliding_window: 1024 }).architecture.text.sliding).toEqual({ layers: 16, window: 1024 });
  const gemma = read({ model_type: "gemma3_text", sliding_window: 1024, num_hidden_layers: 62 }).architecture;
  expect(gemma.text.sliding?.layers).toBe(52);
  // Qwen's window is switched off, and is none.
  expect(read({ sliding_window: 4096, use_sliding_window: false }).architecture.text.sliding).toBeUndefined();
  const latent = read({ kv_lora_rank: 512, qk_rope_head_dim: 64 }).architecture;
  expect(kvShape(latent, 8, 2).perToken).toBe(32 * 576 * 2);
});

it("what a config.json leaves out is assumed, and said", () => {
  expect(read({}).assumed).toEqual(["intermediate_size 16384", "vocab_size 152064", "max_position_embeddings 32768"]);
  expect(countParameters(read({ model_type: "gpt_neox" }).architecture).linear).toBeLessThan(
    countParameters(read({}).architecture).linear,
  );
});

it.each([
  [{ quant_method: "awq", bits: 4, group_size: 128 }, "awq"],
  [{ quant_method: "gptq", bits: 4, group_size: 32 }, "gptq"],
  [{ quant_method: "gptq", bits: 8, group_size: 128 }, "int8"],
  [{ quant_method: "fp8" }, "fp8"],
  [{ quant_method: "modelopt", quant_algo: "NVFP4" }, "nvfp4"],
  [{ quant_method: "mxfp4" }, "mxfp4"],
  [{ quant_method: "bitsandbytes", load_in_4bit: true }, "bitsandbytes"],
  [{ quant_method: "compressed-tensors", config_groups: { g: { weights: { num_bits: 8, type: "float" } } } }, "fp8"],
  [{ quant_method: "compressed-tensors", config_groups: { g: { weights: { num_bits: 4, type: "int" } } } }, "awq"],
])("a checkpoint's own quantisation is read: %j is %s", (config, quant) => {
  expect(ownQuant(config)?.quant).toBe(quant);
});

it("a model's id may end with its quantisation", () => {
  expect(quantOfName("qwen3-235b-a22b-fp8")).toEqual({ plain: "qwen3-235b-a22b", quant: "fp8" });
  expect(findModel("Qwen/Qwen2.5-VL-72B-Instruct-AWQ")).toMatchObject({
    name: "qwen2.5-vl-72b",
    quant: { quant: "awq" },
  });
});

it("GPUs that cannot share the heads serve copies", () => {
  expect([tensorSize(8, 28), tensorSize(8, 64), tensorSize(3, 28), tensorSize(6, 28)]).toEqual([4, 8, 1, 2]);
  expect(planVllm({ model: findModel("qwen2.5-7b"), gpus: 8, gpuGb: 80 }).options).toMatchObject({
    tensor: 4,
    copies: 2,
  });
});

it("whatever a config.json holds, it is planned or refused in plain words", () => {
  const keys = [
    ...["model_type", "text_config", "llm_config", "vision_config", "thinker_config", "quantization_config"],
    ...["num_hidden_layers", "hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim", "vocab_size"],
    ...[
      "intermediate_size",
      "num_experts",
      "n_routed_experts",
      "moe_intermediate_size",
      "layer_types",
      "sliding_window",
    ],
    ...["full_attention_interval", "linear_num_value_heads", "kv_lora_rank", "max_position_embeddings", "patch_size"],
    ...["hybrid_override_pattern", "attn_layer_indices", "mamba_expand", "depth", "image_size", "moe_layer_freq"],
  ];
  const value = fc.oneof(
    fc.integer(),
    fc.integer({ min: 1, max: 200 }),
    fc.double(),
    fc.jsonValue({ maxDepth: 2 }),
    fc.string(),
  );
  const part = fc.dictionary(fc.constantFrom(...keys), fc.oneof(value, fc.dictionary(fc.constantFrom(...keys), value)));
  const usual = fc.record({
    ...Object.fromEntries(Object.keys(base).map((key) => [key, fc.integer({ min: 1, max: 512 })])),
  });
  const config = fc.oneof(
    fc.tuple(usual, part).map(([a, b]) => ({ ...a, ...b })),
    part,
    fc.jsonValue(),
  );
  const path = join(folder, "config.json");
  fc.assert(
    fc.property(config, (json) => {
      writeFileSync(path, JSON.stringify(json));
      try {
        const plan = planVllm({ model: findModel(path), gpus: 2, gpuGb: 80 });
        expect(Number.isFinite(plan.margin_gib)).toBe(true);
        expect(plan.kvTokens).toBeGreaterThanOrEqual(0);
      } catch (thrown) {
        if (!(thrown instanceof VigaError)) throw thrown;
        expect(thrown.code).toBe("input_invalid");
      }
    }),
    { numRuns: 500 },
  );
});

it("the longest sequence is the longest that fits", () => {
  const shape = fc.record({
    perToken: fc.integer({ min: 0, max: 1_000_000 }),
    perWindowToken: fc.integer({ min: 0, max: 1_000_000 }),
    window: fc.integer({ min: 0, max: 4096 }),
    perSequence: fc.integer({ min: 0, max: 1_000_000_000 }),
  });
  fc.assert(
    fc.property(shape, fc.integer({ min: 0, max: 2 ** 40 }), (each, room) => {
      const longest = longestSequence(each, room, 100_000, 2048);
      if (longest > 0) expect(sequenceBytes(each, longest, 2048)).toBeLessThanOrEqual(room);
      if (longest < 100_000) expect(sequenceBytes(each, longest + 16, 2048)).toBeGreaterThan(room);
    }),
  );
});
