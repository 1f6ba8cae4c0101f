import { findModel } from "../bridge/models/vllm/models.ts";
import { planVllm, type VllmPlan } from "../bridge/models/vllm/plan.ts";
import { type StartUpLog, startUpLogs } from "./vllm-logs.ts";

/** A log and what the planner says of it; errors in percent of what was measured. */
export interface LogCheck {
  log: StartUpLog;
  plan: VllmPlan;
  weightsError: number | undefined;
  kvError: number | undefined;
  verdict: "right" | "wrong" | "open";
}

const error = (planned: number, real: number | undefined): number | undefined =>
  // Where less than one per cent of a GPU was left, a percentage says nothing.
  real === undefined || real < 1 ? undefined : (100 * (planned - real)) / real;

/** Plans each log as it was started; `versions` says whether the planner is told which vLLM it was. */
export function checkLogs(versions = true): LogCheck[] {
  return startUpLogs.map((log) => {
    const { version, ...rest } = log.options;
    const told = versions && version !== undefined ? { version } : {};
    const plan = planVllm({ model: findModel(log.model), ...rest, ...told });
    return {
      log,
      plan,
      weightsError: error(plan.perGpu.weights, log.weights),
      kvError:
        log.kvTokens === undefined ? error(plan.perGpu.kvAvailable, log.kvGib) : error(plan.kvTokens, log.kvTokens),
      verdict: plan.fits === null ? "open" : plan.fits === log.starts ? "right" : "wrong",
    };
  });
}

const percent = (value: number | undefined): string =>
  value === undefined ? "" : `${value >= 0 ? "+" : ""}${value.toFixed(1)} %`;

/** The planner against public start-up logs: docs/models.md keeps the table. */
export function vllmTable(): string {
  const untold = checkLogs(false);
  const rows = checkLogs().map(({ log, plan, weightsError, kvError, verdict }, i) => {
    const { gpus, gpuGb, util = 0.9, context } = log.options;
    const measured = [
      log.weights === undefined ? "" : `${log.weights} weights`,
      log.kvGib === undefined ? "" : `${log.kvGib} cache`,
      log.kvTokens === undefined ? "" : `${log.kvTokens} tokens`,
      log.starts ? "starts" : "refused",
    ];
    const version = log.options.version === undefined ? "" : `0.${log.options.version}`;
    return `| ${[
      log.source,
      `${log.model} ${gpus}x${gpuGb} ${util}, ${context}`,
      version,
      measured.filter((each) => each !== "").join(", "),
      percent(weightsError),
      percent(kvError),
      `${plan.verdict}${verdict === "wrong" ? " (wrong)" : ""}`,
      `${percent(untold[i]!.kvError)} ${untold[i]!.plan.verdict}${untold[i]!.verdict === "wrong" ? " (wrong)" : ""}`.trim(),
    ].join(" | ")} |`;
  });
  return [
    "| log | server | vLLM | measured, GiB per GPU | weights | cache | verdict | version not given |",
    "|---|---|---|---|---|---|---|---|",
    ...rows,
  ].join("\n");
}
