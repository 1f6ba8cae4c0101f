import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { fail } from "./exit.ts";
import { guardStreams } from "./streams.ts";
import { enterCallersFolder, fixScratchRoot } from "./surroundings.ts";
import { tellUsage } from "./usage.ts";
import { version } from "./version.ts";

// Roles and executors are processes of their own and start again after a crash: compiled once, they start much faster.
enableCompileCache(join(import.meta.dirname, "..", "node_modules", ".cache", "viga"));

/** Each command with its own imports: a role that starts again should not have to load every other command first. */
const commands: Record<string, () => Promise<Command>> = {
  run: async () => (await import("./commands/run.ts")).runCommand(),
  batch: async () => (await import("./commands/batch.ts")).batchCommand(),
  experiment: async () => (await import("./commands/experiment.ts")).experimentCommand(),
  dataset: async () => (await import("./commands/dataset.ts")).datasetCommand(),
  runs: async () => (await import("./commands/runs.ts")).runsCommand(),
  clean: async () => (await import("./commands/clean.ts")).cleanCommand(),
  report: async () => (await import("./commands/report.ts")).reportCommand(),
  score: async () => (await import("./commands/score.ts")).scoreCommand(),
  eval: async () => (await import("./commands/eval.ts")).evalCommand(),
  bench: async () => (await import("./commands/bench-verifier.ts")).benchCommand(),
  observe: async () => (await import("./commands/observe.ts")).observeCommand(),
  ctl: async () => (await import("./commands/ctl.ts")).controlCommand(),
  executor: async () => (await import("./commands/executor.ts")).executorCommand(),
  role: async () => (await import("./commands/role.ts")).roleCommand(),
  skill: async () => (await import("./commands/skill.ts")).skillCommand(),
  doctor: async () => (await import("./commands/doctor.ts")).doctorCommand(),
  model: async () => (await import("./commands/model.ts")).modelCommand(),
  vllm: async () => (await import("./commands/vllm.ts")).vllmCommand(),
  init: async () => (await import("./commands/init.ts")).initCommand(),
};

const json = process.argv.includes("--json");
guardStreams();
enterCallersFolder();
fixScratchRoot();

const program = new Command("viga")
  .description("Vision as inverse graphics: a target becomes a program that draws it.")
  .version(version);

const named = commands[process.argv[2] ?? ""];
for (const command of named ? [named] : Object.values(commands)) program.addCommand(await command());
tellUsage(program, json);

/** After an error nothing that is still under way (a consumer's timer, a retry) may keep the process, milliseconds. */
const afterError = 3000;

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own message: help and version are no errors, anything else is bad input.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else fail(error, { json });
  setTimeout(() => process.exit(), afterError).unref();
}
