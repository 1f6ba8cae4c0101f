import { modeOf } from "../../config/modes/index.ts";
import { plainJson } from "../../config/plain-text.ts";
import { drawnText } from "../../config/preview.ts";
import { limitWords } from "../../config/refine.ts";
import type { ResolvedConfig } from "../../config/resolved.ts";
import { withoutSecrets } from "../../config/secrets.ts";
import type { LoadedTask } from "../../config/task.ts";
import { spanText } from "../../observers/text.ts";
import { print } from "../print.ts";
import { costOf } from "./cost.ts";
import { serverUses } from "./foreign-tools.ts";

/** Prints what a run would do, what it costs at most and what it would lack. Starts nothing. */
export function printPlan(config: ResolvedConfig, task: LoadedTask, missing: readonly string[], json: boolean): void {
  const { rounds, programs, roles, engine_seconds, solver_seconds, again_seconds, refine } = costOf(config, task.views);
  const plan = {
    schema: 1,
    mode: config.mode,
    task: task.name,
    ...(config.task.instruction === undefined ? {} : { instruction: config.task.instruction }),
    targets: task.targets.map(({ name, path }) => ({ name, path })),
    start: task.start?.path ?? null,
    start_image: task.startImage,
    base: task.base,
    assets: task.assetsRoot,
    roles,
    skills: serversOf(config),
    executors: config.executors,
    executors_from: config.executors_from ?? "the configuration",
    at_most: {
      rounds,
      programs,
      calls: sum(roles.map((role) => role.calls)),
      input_tokens: sum(roles.map((role) => role.input_tokens)),
      output_tokens: sum(roles.map((role) => role.output_tokens)),
      usd: sum(roles.map((role) => role.usd)),
    },
    render: config.render,
    engine_seconds,
    solver_seconds,
    again_seconds,
    plateau: config.stop.plateau,
    refine,
    budget: config.stop.budget,
    missing,
  };
  if (json) {
    print(`${plainJson(plan)}\n`);
    return;
  }
  const time =
    engine_seconds === null
      ? "engine time was not measured for this mode"
      : `about ${spanText(engine_seconds)} of engine time on two cores${solver_seconds === 0 ? "" : `, ${spanText(solver_seconds)} of it the solver's (it mostly stops after a few rounds)`}`;
  const { remark } = modeOf(config.mode);
  const lines = [
    `${config.mode} ${task.name}: ${task.targets.length} target(s)${task.start ? ", from a start program" : ""}${config.init === "sam3d" ? ", from a scene that SAM 3D makes of the target" : ""}${task.startImage ? ", from a start picture" : ""}`,
    ...roles.map(({ role, player, model, calls, input_tokens, output_tokens, usd }) =>
      model
        ? `${role}: ${player}, at most about ${calls} calls, ${input_tokens} + ${output_tokens} tokens, $${usd.toFixed(2)}`
        : `${role}: ${player}, no model`,
    ),
    ...(remark === undefined ? [] : [remark]),
    ...(refine === null
      ? []
      : [
          `refine: ${refine.player} tunes the numbers of each program, about ${spanText(refine.seconds_each)} for each of at most ${refine.programs}${limitWords(refine) === "" ? "" : `: ${limitWords(refine)}`}`,
        ]),
    ...plan.skills.map(
      ({ name, runs, sees, uses }) =>
        `server ${name}: ${runs}${sees.length === 0 ? "" : `, sees ${sees.join(", ")}`}; outside the sandbox, for ${uses.join(", ") || "nobody"}`,
    ),
    `executors: ${config.executors.map(executorText).join(", ") || "started elsewhere"}${config.executors_from === undefined ? "" : ` (${config.executors_from})`}`,
    drawnText(config),
    `at most ${rounds} rounds, ${programs} programs, ${time}`,
    ...(again_seconds === null
      ? []
      : [`up to ${spanText(again_seconds)} more to tell rounds apart that the renderer's noise hides`]),
    config.stop.plateau === false
      ? "no plateau ends it"
      : `${config.stop.plateau.patience} rounds without a gain end it (stop.plateau.patience)`,
    ...missing.map((what) => `missing: ${what}; a run would be refused`),
    "nothing was started",
  ];
  print(`${lines.join("\n")}\n`);
}

function executorText({ slot, gpu, isolation }: ResolvedConfig["executors"][number]): string {
  const facts = [...(gpu === undefined ? [] : [`GPU ${gpu}`]), ...(isolation === undefined ? [] : [isolation])];
  return facts.length === 0 ? slot : `${slot} (${facts.join(", ")})`;
}

/** Users' own MCP servers: what runs, which environment variables it is given, which roles ask for which of its tools. */
function serversOf(config: ResolvedConfig): { name: string; runs: string; sees: string[]; uses: string[] }[] {
  const uses = serverUses(config);
  return Object.entries(config.skills).map(([name, server]) => ({
    name,
    runs: "url" in server ? server.url : withoutSecrets(server.command.join(" ")),
    sees: "url" in server ? Object.values(server.headers) : server.env,
    uses: uses.filter((use) => use.server === name).map(({ where, tool }) => `${where} (${name}/${tool})`),
  }));
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
