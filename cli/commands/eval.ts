import { join, relative } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { writeAtomic } from "../../bridge/files/write-atomic.ts";
import { VigaError } from "../../config/errors.ts";
import { plainJson } from "../../config/plain-text.ts";
import { columnsFor } from "../eval/columns.ts";
import { entriesOf } from "../eval/entries.ts";
import { evaluate } from "../eval/evaluate.ts";
import { csvOf, markdownOf } from "../eval/files.ts";
import { createJudge } from "../eval/judge.ts";
import { pageOf } from "../eval/page.ts";
import { stopSignal } from "../exit.ts";
import { type Label, labels } from "../launch/dataset/filter.ts";
import { profileFor } from "../launch/find-profile.ts";
import { existingFolder, findOut } from "../launch/out.ts";
import { whole } from "../numbers.ts";
import { print, printError } from "../print.ts";

interface Flags {
  baseline?: string;
  by?: Label;
  as?: "viga";
  seed: number;
  clip?: string;
  sentences?: string;
  judge?: string;
  unseen?: boolean;
  config?: string;
  set: string[];
  json?: boolean;
}

/** Modes that the paper has a table of. */
const paperModes = ["blendergym", "blenderbench"];

const collect = (value: string, all: string[]): string[] => [...all, value];

function convention(text: string): "viga" {
  if (text !== "viga") throw new InvalidArgumentError('expected "viga".');
  return text;
}

/** `viga eval [OUT]`: scores runs again, from their folders alone. */
export function evalCommand(): Command {
  return new Command("eval")
    .description("score the runs of a folder or a batch again, without running them, and make tables of them")
    .argument("[OUT]", "folder of a run, of viga batch, or one that holds runs; default: the newest (output/latest)")
    .option("--baseline <OUT>", "compare with the runs there, task by task: Impr. and a paired test")
    .addOption(new Option("--by <WHAT>", "what tables of a batch are made by").choices(labels))
    .option(
      "--as <viga>",
      "also count as the paper's code does: its choice of rounds, its penalties, its divisors",
      convention,
    )
    .option("--seed <N>", "seed of the bootstrap and of the paired test", whole(0), 0)
    .option("--clip <MODEL>", "measure N-CLIP with this CLIP vision model: a local folder, or a name of the hub")
    .option(
      "--sentences <MODEL>",
      "compare slides' texts with this sentence model: a local folder, or a name of the hub",
    )
    .option("--judge <MODEL>", "let this model judge what each run chose; costs calls: four a view, five a slide")
    .option("--unseen", "draw the start's and the chosen program again from cameras whose goal the runs were not given")
    .option("--config <PRESET|FILE>", "where models: are read from for --judge; default: viga.yaml, if there is one")
    .option("--set <KEY=VALUE>", "override, like models.NAME.base_url=http://host:8000/v1", collect, [])
    .option("--json", "answer as JSON")
    .addHelpText(
      "after",
      `
Writes eval.md, eval.csv, eval.json and eval.html into OUT. Runs that failed, that could not be begun or that are not finished
are counted apart: no mean holds them. docs/evaluation.md says what each number is.

Examples:
  viga eval output/blendergym/batch1
  viga eval output/blendergym/batch2 --baseline output/blendergym/batch1
  viga eval output/blendergym/batch1 --as viga --json`,
    )
    .action(async (given: string | undefined, flags: Flags) => {
      const out = await findOut(given);
      const entries = await entriesOf(out, flags.by);
      if (flags.as === "viga" && !paperModes.includes(entries.mode)) {
        throw new VigaError("config_invalid", `the paper has no way of counting runs of ${entries.mode}`, {
          hint: `--as viga is for ${paperModes.join(" and ")}`,
        });
      }
      if (flags.unseen && !paperModes.includes(entries.mode)) {
        throw new VigaError("config_invalid", `no goal of ${entries.mode} is known from further cameras`, {
          hint: `--unseen is for ${paperModes.join(" and ")}`,
        });
      }
      const against = flags.baseline === undefined ? null : existingFolder(flags.baseline);
      const baseline = against === null ? null : { out: against, entries: await entriesOf(against, flags.by) };
      if (baseline !== null && baseline.entries.mode !== entries.mode) {
        throw new VigaError(
          "input_invalid",
          `the baseline's runs are of ${baseline.entries.mode}, these of ${entries.mode}`,
          {
            hint: "compare runs of one mode",
          },
        );
      }
      const { judge: named, clip, sentences } = flags;
      const judge = named === undefined ? undefined : createJudge(profileFor(named, flags), stopSignal());
      const { columns, missing, close } = await columnsFor(entries, {
        ...(clip === undefined ? {} : { clip }),
        ...(sentences === undefined ? {} : { sentences }),
        ...(judge === undefined ? {} : { judge }),
        ...(flags.unseen ? { unseen: true } : {}),
      });
      const scoring = evaluate({
        out,
        entries,
        baseline,
        columns,
        missing,
        ...(judge === undefined ? {} : { usage: judge.usage }),
        asViga: flags.as === "viga",
        seed: flags.seed,
        now: new Date(),
        onRun: (done, of, id) => {
          if (!flags.json) printError(`scoring ${done + 1} of ${of}: ${id}\n`);
        },
      });
      const { evaluation, rescored } = await scoring.finally(close);
      const files = { md: markdownOf(evaluation), csv: csvOf(evaluation), json: `${plainJson(evaluation)}\n` };
      for (const [ending, text] of Object.entries(files)) await writeAtomic(join(out, `eval.${ending}`), text);
      const page = join(out, "eval.html");
      await writeAtomic(page, await pageOf(evaluation, rescored));
      if (flags.json) return print(files.json);
      print(`${files.md}\n${relative(process.cwd(), page)}\n`);
    });
}
