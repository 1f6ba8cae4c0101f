import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import { VigaError } from "../../config/errors.ts";
import { resolveConfig } from "../../config/loader.ts";
import { stopSignal } from "../exit.ts";
import type { HostMode } from "../launch/hosts.ts";
import { resumeRun, type StartOptions, startRun } from "../launch/start.ts";

const collect = (value: string, all: string[]) => [...all, value];

/** `viga run`: one run from a target to its best program. */
export function runCommand(): Command {
  return new Command("run")
    .description("write, run, render, compare, revise: until the render matches the target")
    .argument("[TASK_DIR]", "a task folder in a mode's layout (see examples/)")
    .option("--target <IMG>", "target picture; repeat for more views", collect, [])
    .option("--text <T>", "what is asked for, in words")
    .option("--start <FILE>", "program to start from")
    .option("--base <FILE>", ".blend that programs run on")
    .option("--mode <M>", "mode; default: told from the task folder")
    .option("--config <PRESET|FILE>", "offline, openai, claude, gemini, qwen-cloud, qwen-local, hybrid, or a viga.yaml")
    .option("--set <K=V>", "set one key of the configuration, like stop.max_rounds=5; repeat", collect, [])
    .option("--out <DIR>", "output folder; default: output/<mode>/<time>/<task>")
    .option("--resume <OUT>", "continue a run that was interrupted, from its output folder")
    .addOption(
      new Option(
        "--hosts <WHERE>",
        "where roles and executors live: inline (this process), processes (one each), apart (you start them: viga role, viga executor)",
      )
        .choices(["inline", "processes", "apart"])
        .default("inline"),
    )
    .option("--dry-run", "print the plan and its cost; start nothing")
    .option("--json", "progress and result as JSON lines")
    .action(async (dir: string | undefined, options: Options) => {
      const signal = stopSignal();
      const start: StartOptions = { hosts: options.hosts, json: options.json === true, signal };
      if (options.resume !== undefined) {
        process.exitCode = await resumeRun(options.resume, start);
        return;
      }
      if (dir !== undefined && !existsSync(dir)) {
        throw new VigaError("not_found", `there is no task folder ${dir}`, {
          hint: "the tasks that come with viga are under examples/",
        });
      }
      const config = resolveConfig({
        ...(options.mode === undefined ? {} : { mode: options.mode }),
        ...(options.config === undefined ? {} : { config: options.config }),
        sets: options.set,
        task: {
          ...(dir === undefined ? {} : { dir }),
          ...(options.target.length === 0 ? {} : { targets: options.target }),
          ...(options.text === undefined ? {} : { text: options.text }),
          ...(options.start === undefined ? {} : { start: options.start }),
          ...(options.base === undefined ? {} : { base: options.base }),
        },
      });
      process.exitCode = await startRun(config, {
        ...start,
        dryRun: options.dryRun === true,
        ...(options.out === undefined ? {} : { out: options.out }),
      });
    });
}

interface Options {
  target: string[];
  text?: string;
  start?: string;
  base?: string;
  mode?: string;
  config?: string;
  set: string[];
  out?: string;
  resume?: string;
  hosts: HostMode;
  dryRun?: boolean;
  json?: boolean;
}
