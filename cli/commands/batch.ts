import { Command, Option } from "commander";
import { VigaError } from "../../config/errors.ts";
import { modeNames, modes } from "../../config/modes/index.ts";
import { stopSignal } from "../exit.ts";
import { resumeBatch, startBatch } from "../launch/batch/start-batch.ts";
import { whole } from "../numbers.ts";

/** Names after a flag, repeated or with commas. */
const names = (value: string, before: string[]) => [...before, ...value.split(",").map((name) => name.trim())];
const collect = (value: string, before: string[]) => [...before, value];

const withDatasets = modeNames.filter((name) => modes.get(name)?.layout.dataset !== undefined);

/** `viga batch MODE`: every task of a dataset. */
export function batchCommand(): Command {
  return new Command("batch")
    .description("run every task of a dataset on one bus and its executors, and tell honestly where each stands")
    .argument("[MODE]", `${withDatasets.join(", ")}; with --resume it may be left out`)
    .option("--data <DIR>", "the dataset's folder, as it lies on disk")
    .option("--task <T>", "only these: a type, level, topic, setting or id; repeat, or use commas", names, [])
    .option("--id <ID>", "only tasks of these ids", names, [])
    .option("--type <T>", "only these types (geometry, material, ...)", names, [])
    .option("--level <N>", "only these levels (1, 2, 3)", names, [])
    .option("--topic <T>", "only these topics (art_photos, ...)", names, [])
    .option(
      "--setting <S>",
      "instructions in these settings (sufficient, visual, creative, all); default: the first",
      names,
      [],
    )
    .option(
      "--workers <N>",
      "tasks under way at once; default: three for each executor; 1: one after the other",
      whole(1, 1000),
    )
    .option("--model <NAME>", "who plays both roles; --set roles.verifier=... still changes one")
    .option("--config <PRESET|FILE>", "offline, openai, claude, gemini, qwen-cloud, qwen-local, hybrid, or a viga.yaml")
    .option("--set <K=V>", "set one key of the configuration, like stop.max_rounds=5; repeat", collect, [])
    .option("--out <DIR>", "output folder; default: output/<mode>/<time>")
    .option("--resume <OUT>", "go on with a batch: what is unfinished; what has ended is not touched")
    .addOption(new Option("--retry <WHAT>", "with --resume: begin these again, too").choices(["failed"]))
    .option(
      "--trust",
      "with --resume: start the programs that the batch names, even if another user or machine wrote it",
    )
    .option("--json", "progress and table as JSON lines")
    .addHelpText(
      "after",
      `
Each task's run lies in OUT/<id>, like any run; OUT/batch.json says where each stands (done, failed, error, unfinished),
OUT/tasks.md, tasks.csv and tasks.json are its table. One bad task never stops the rest.
Exit: 0 all are done, 1 some failed, 130 interrupted (go on with --resume).

Examples:
  viga batch blendergym --data data/blendergym --task geometry --workers 4
  viga batch design2code --data testset_final --id 2,36 --model gpt-6.1-sol
  viga batch autopresent --data slidesbench --topic art_photos --setting all
  viga batch --resume output/latest --retry failed`,
    )
    .action(async (mode: string | undefined, options: Options) => {
      const common = {
        json: options.json === true,
        signal: stopSignal(),
        ...(options.workers === undefined ? {} : { workers: options.workers }),
      };
      if (options.resume !== undefined) {
        refuseBeside(options);
        process.exitCode = await resumeBatch(options.resume, {
          ...common,
          retry: options.retry !== undefined,
          trust: options.trust === true,
          ...(mode === undefined ? {} : { mode }),
        });
        return;
      }
      if (options.retry !== undefined) {
        throw new VigaError("input_invalid", "--retry goes with --resume", {
          hint: "viga batch --resume OUT --retry failed",
        });
      }
      if (mode === undefined || options.data === undefined) {
        throw new VigaError("input_invalid", `${mode === undefined ? "MODE" : "--data DIR"} is missing`, {
          hint: `viga batch ${mode ?? withDatasets.join("|")} --data DIR`,
        });
      }
      const { data, task, id, type, level, topic, setting, config, model, set: sets, out } = options;
      process.exitCode = await startBatch(
        {
          mode,
          data,
          filter: { task, id, type, level, topic, setting },
          sets,
          ...(config === undefined ? {} : { config }),
          ...(model === undefined ? {} : { model }),
        },
        { ...common, ...(out === undefined ? {} : { out }) },
      );
    });
}

/** What a batch was begun with stays: its tasks would not be comparable otherwise. */
function refuseBeside(options: Options): void {
  const set = (["data", "config", "model", "out"] as const).filter((key) => options[key] !== undefined);
  const listed = (["task", "id", "type", "level", "topic", "setting", "set"] as const).filter(
    (key) => options[key].length > 0,
  );
  const [first] = [...set, ...listed];
  if (first === undefined) return;
  throw new VigaError("input_invalid", `--${first} does not go with --resume: a batch keeps what it was begun with`, {
    hint: "leave it out, or start another batch; --workers and --retry may be given",
  });
}

interface Options {
  data?: string;
  task: string[];
  id: string[];
  type: string[];
  level: string[];
  topic: string[];
  setting: string[];
  workers?: number;
  model?: string;
  config?: string;
  set: string[];
  out?: string;
  resume?: string;
  retry?: string;
  trust?: boolean;
  json?: boolean;
}
