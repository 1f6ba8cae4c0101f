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
    .option("--target <IMG|DIR>", "target picture, or a folder of them in number order; repeat for more", collect, [])
    .option("--text <T>", "what is asked for, in words")
    .addOption(new Option("--text-only", "leave the task's target pictures out").conflicts("target"))
    .option("--start <FILE>", "program to start from")
    .addOption(
      new Option(
        "--start-image <IMG>",
        "picture of the start, where no program draws it: shown, not measured",
      ).conflicts("start"),
    )
    .option("--base <FILE>", ".blend that programs run on")
    .option("--assets <DIR>", "folder (or one file) that programs may load from")
    .option("--model <NAME>", "who plays both roles; --set roles.verifier=... still changes one")
    .option("--mode <M>", "mode; default: told from the task folder")
    .option("--config <PRESET|FILE>", "offline, openai, claude, gemini, qwen-cloud, qwen-local, hybrid, or a viga.yaml")
    .option("--set <K=V>", "set one key of the configuration, like stop.max_rounds=5; repeat", collect, [])
    .option("--out <DIR>", "output folder; default: output/<mode>/<time>/<task>")
    .option("--resume <OUT>", "continue a run that was interrupted, from its output folder")
    .option(
      "--trust",
      "with --resume: start the programs that the folder names, even if another user or machine wrote it",
    )
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
        process.exitCode = await resumeRun(options.resume, { ...start, trust: options.trust === true });
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
        ...(options.model === undefined ? {} : { model: options.model }),
        sets: options.set,
        task: {
          ...(dir === undefined ? {} : { dir }),
          ...(options.textOnly || options.target.length > 0 ? { targets: options.target } : {}),
          ...(options.text === undefined ? {} : { text: options.text }),
          ...(options.start === undefined ? {} : { start: options.start }),
          ...(options.startImage === undefined ? {} : { start_image: options.startImage }),
          ...(options.base === undefined ? {} : { base: options.base }),
          ...(options.assets === undefined ? {} : { assets: options.assets }),
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
  textOnly?: boolean;
  start?: string;
  startImage?: string;
  base?: string;
  assets?: string;
  model?: string;
  mode?: string;
  config?: string;
  set: string[];
  out?: string;
  resume?: string;
  trust?: boolean;
  hosts: HostMode;
  dryRun?: boolean;
  json?: boolean;
}
