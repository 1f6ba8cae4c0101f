import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { checkLogs, vllmTable } from "../../../../bench/vllm.ts";
import { findModel, knownModels } from "../../../../bridge/models/vllm/models.ts";
import { planVllm } from "../../../../bridge/models/vllm/plan.ts";

it("start-up logs of vLLM: weights within 5 %, the cache within 15 %, no verdict wrong, few left open", () => {
  const checks = checkLogs();
  expect(checks).toHaveLength(21);
  for (const { log, weightsError, kvError, verdict } of checks) {
    expect(Math.abs(weightsError ?? 0), `${log.source}: weights`).toBeLessThan(5);
    expect(Math.abs(kvError ?? 0), `${log.source}: cache`).toBeLessThan(15);
    expect(verdict, `${log.source}: ${log.model}`).not.toBe("wrong");
  }
  expect(checks.filter(({ verdict }) => verdict === "open").length).toBeLessThanOrEqual(21 / 5);
});

it("the table of the logs stands in the docs as the benchmark prints it", () => {
  const docs = readFileSync(fileURLToPath(new URL("../../../../docs/models.md", import.meta.url)), "utf8");
  expect(docs).toContain(vllmTable());
});

it("it is too close to say only within 5 % of a GPU's memory, and seldom", () => {
  const plans = [...knownModels().keys()].flatMap((name) =>
    [
      { gpus: 1, gpuGb: 24 },
      { gpus: 2, gpuGb: 80 },
      { gpus: 8, gpuGb: 80 },
    ].map((machine) => planVllm({ model: findModel(name), ...machine })),
  );
  for (const plan of plans) expect(plan.uncertain_gib).toBeLessThanOrEqual(0.05 * plan.options.gpuGb);
  expect(plans.filter(({ verdict }) => verdict === "too close to say").length).toBeLessThanOrEqual(plans.length / 5);
});
