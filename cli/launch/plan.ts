import type { ResolvedConfig } from "../../config/resolved.ts";
import type { LoadedTask } from "../../config/task.ts";
import { serverUses } from "./foreign-tools.ts";

/** Seconds per program on two CPU cores, as measured for the demo (docs/benchmarks.md): exec + preview, solver round. */
const measured = { preview: 0.3, solverRound: 12 } as const;

/** Prints what a run would do and about what it costs. Starts nothing. */
export function printPlan(config: ResolvedConfig, task: LoadedTask, json: boolean): void {
  const rounds = config.baseline === "one_shot" ? 1 : config.stop.max_rounds;
  const programs = rounds * config.candidates;
  const roles = Object.entries(config.roles).map(([role, { player, profile }]) => ({
    role,
    player,
    model: profile !== null,
    calls: profile === null ? 0 : (role === "generator" ? programs : rounds) * 2,
    usd: profile === null ? 0 : callPrice(profile) * (role === "generator" ? programs : rounds) * 2,
  }));
  const seconds =
    programs * measured.preview + (config.roles.generator.player === "solver" ? rounds * measured.solverRound : 0);
  const plan = {
    schema: 1,
    mode: config.mode,
    task: task.name,
    targets: task.targets.map(({ name, path }) => ({ name, path })),
    start: task.start?.path ?? null,
    start_image: task.startImage,
    base: task.base,
    assets: task.assetsRoot,
    roles,
    skills: serversOf(config),
    executors: config.executors,
    executors_from: config.executors_from ?? "the configuration",
    at_most: { rounds, programs, calls: sum(roles.map((role) => role.calls)), usd: sum(roles.map((role) => role.usd)) },
    engine_seconds: Math.round(seconds),
    budget: config.stop.budget,
  };
  if (json) {
    process.stdout.write(`${JSON.stringify(plan)}\n`);
    return;
  }
  const lines = [
    `${config.mode} ${task.name}: ${task.targets.length} target(s)${task.start ? ", from a start program" : ""}${task.startImage ? ", from a start picture" : ""}`,
    ...roles.map(({ role, player, model, calls, usd }) =>
      model ? `${role}: ${player}, at most about ${calls} calls, $${usd.toFixed(2)}` : `${role}: ${player}, no model`,
    ),
    ...plan.skills.map(
      ({ name, runs, sees, uses }) =>
        `server ${name}: ${runs}${sees.length === 0 ? "" : `, sees ${sees.join(", ")}`}; outside the sandbox, for ${uses.join(", ") || "nobody"}`,
    ),
    `executors: ${config.executors.map(({ slot, gpu }) => (gpu === undefined ? slot : `${slot} (GPU ${gpu})`)).join(", ") || "started elsewhere"}${config.executors_from === undefined ? "" : ` (${config.executors_from})`}`,
    `at most ${rounds} rounds, ${programs} programs, about ${Math.round(seconds)} s of engine time on two cores`,
    "nothing was started",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

/** Users' own MCP servers: what runs, which environment variables it is given, which roles ask for which of its tools. */
function serversOf(config: ResolvedConfig): { name: string; runs: string; sees: string[]; uses: string[] }[] {
  const uses = serverUses(config);
  return Object.entries(config.skills).map(([name, server]) => ({
    name,
    runs: "url" in server ? server.url : server.command.join(" "),
    sees: "url" in server ? Object.values(server.headers) : server.env,
    uses: uses.filter((use) => use.server === name).map(({ where, tool }) => `${where} (${name}/${tool})`),
  }));
}

/** About what one call costs: a window of rounds in, a program out. */
function callPrice(profile: NonNullable<ResolvedConfig["roles"]["generator"]["profile"]>): number {
  const prices = profile.prices;
  if (!prices) return 0;
  return (8000 * prices.input_per_mtok + 2000 * prices.output_per_mtok) / 1_000_000;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
