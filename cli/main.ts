import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { controlCommand } from "./commands/ctl.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { executorCommand } from "./commands/executor.ts";
import { initCommand } from "./commands/init.ts";
import { modelCommand } from "./commands/model.ts";
import { observeCommand } from "./commands/observe.ts";
import { roleCommand } from "./commands/role.ts";
import { runCommand } from "./commands/run.ts";
import { skillCommand } from "./commands/skill.ts";
import { vllmCommand } from "./commands/vllm.ts";
import { fail } from "./exit.ts";

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8")) as {
  version: string;
};

const program = new Command("viga")
  .description("Vision as inverse graphics: a target becomes a program that draws it.")
  .version(version)
  .showHelpAfterError("(viga --help, or viga VERB --help, says more)")
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "viga: ")) })
  .exitOverride();

for (const command of [
  runCommand(),
  observeCommand(),
  controlCommand(),
  executorCommand(),
  roleCommand(),
  skillCommand(),
  doctorCommand(),
  modelCommand(),
  vllmCommand(),
  initCommand(),
]) {
  program.addCommand(command.exitOverride());
}

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own message: help and version are no errors, anything else is bad input.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else fail(error, { json: process.argv.includes("--json") });
}
