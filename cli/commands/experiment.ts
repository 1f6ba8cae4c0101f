import { Command, InvalidArgumentError, Option } from "commander";
import { stopSignal } from "../exit.ts";
import { startExperiments } from "../launch/experiment/start-experiment.ts";
import { whole } from "../numbers.ts";

const collect = (value: string, before: string[]) => [...before, value];

/** A label after `--only`: axis=label. */
function labels(value: string, before: Record<string, string> = {}): Record<string, string> {
  const [, axis = "", label = ""] = /^([^=]+)=(.+)$/s.exec(value) ?? [];
  if (axis.trim() === "" || label.trim() === "") {
    throw new InvalidArgumentError("expected AXIS=LABEL, like roles.generator=solver.");
  }
  return { ...before, [axis.trim()]: label.trim() };
}

/** `viga experiment FILE`: roles, players and settings crossed over tasks and seeds. */
export function experimentCommand(): Command {
  return new Command("experiment")
    .description(
      "cross players, prompts and settings over tasks and seeds, and tell which is best and how sure that is",
    )
    .argument("<FILE>", "an experiment's YAML file (experiments/ holds some, docs/experiments.md its keys)")
    .option("--dry-run", "list the cells with calls, tokens, money and time; start nothing")
    .option("--only <AXIS=LABEL>", "run only the cells with this label; repeat for other axes", labels)
    .option(
      "--workers <N>",
      "runs under way at once; default: the file's, else three for each executor",
      whole(1, 1000),
    )
    .option("--set <K=V>", "set one key of every cell's configuration; repeat", collect, [])
    .option("--out <DIR>", "its folder; default: output/experiments/<name>")
    .addOption(new Option("--retry <WHAT>", "begin these again, too").choices(["failed"]))
    .option("--trust", "go on with runs that another user or machine began, whatever programs they name")
    .option("--json", "progress and result as JSON lines")
    .addHelpText(
      "after",
      `
A second call goes on: what is finished is found by its content, in this experiment's folder or in one beside it, and is
not run again; a cell that changed runs alone. OUT/experiment.html shows the result (.json, .md and .csv hold it),
OUT/<cell>/ the runs.
Exit: 0 all are done (or the budget is), 1 some failed, 130 interrupted (the same command goes on).

Examples:
  viga experiment experiments/offline.yaml
  viga experiment experiments/hybrid.yaml --dry-run
  viga experiment experiments/paper.yaml --only model=GPT-4o --only "setting=VIGA best of 1"`,
    )
    .action(async (file: string, options: Options) => {
      const { dryRun, only = {}, workers, set: sets, out, retry, trust, json } = options;
      process.exitCode = await startExperiments(file, {
        sets,
        only,
        retry: retry !== undefined,
        trust: trust === true,
        dryRun: dryRun === true,
        json: json === true,
        signal: stopSignal(),
        ...(workers === undefined ? {} : { workers }),
        ...(out === undefined ? {} : { out }),
      });
    });
}

interface Options {
  dryRun?: boolean;
  only?: Record<string, string>;
  workers?: number;
  set: string[];
  out?: string;
  retry?: string;
  trust?: boolean;
  json?: boolean;
}
