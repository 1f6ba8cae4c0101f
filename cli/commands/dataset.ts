import { resolve } from "node:path";
import { Command } from "commander";
import { modeName, modeNames, modeOf, modes } from "../../config/modes/index.ts";
import { plainJson } from "../../config/plain-text.ts";
import { stopSignal } from "../exit.ts";
import { checkDataset } from "../launch/dataset/check-dataset.ts";
import { fetchDataset, publishedNames } from "../launch/dataset/fetch-dataset.ts";
import { print } from "../print.ts";

const withDatasets = modeNames.filter((name) => modes.get(name)?.layout.dataset !== undefined);

/** `viga dataset check` and `viga dataset fetch`. */
export function datasetCommand(): Command {
  const dataset = new Command("dataset").description("check a dataset's folder, or fetch a published one");
  dataset
    .command("check")
    .description("tell everything that is wrong with a dataset's folder at once; exit 1 when something is")
    .argument("<MODE>", withDatasets.join(", "))
    .requiredOption("--data <DIR>", "the dataset's folder, as it lies on disk")
    .option("--json", "answer as JSON")
    .action(async (mode: string, options: { data: string; json?: boolean }) => {
      const report = await checkDataset(resolve(options.data), modeOf(modeName(mode)));
      const { problems, warnings, tasks } = report;
      process.exitCode = problems.length === 0 ? 0 : 1;
      if (options.json === true) return print(`${plainJson(report)}\n`);
      const lines = [
        ...problems.map(({ source, text }) => `${source}: ${text}`),
        ...warnings.map(({ source, text }) => `warning: ${source}: ${text}`),
        `${tasks} tasks, ${problems.length} problem${problems.length === 1 ? "" : "s"}, ${warnings.length} warning${warnings.length === 1 ? "" : "s"}`,
      ];
      print(`${lines.join("\n")}\n`);
    });
  dataset
    .command("fetch")
    .description("say where a published dataset comes from and its licence, and fetch it where a hub has it")
    .argument("<NAME>", publishedNames().join(", "))
    .option("--out <DIR>", "folder to write; default: data/<NAME>")
    .option("--json", "answer as JSON")
    .addHelpText(
      "after",
      "\nFiles that are there in their size already are not fetched again. HF_ENDPOINT names another hub, HF_TOKEN a key for it.",
    )
    .action(async (name: string, options: { out?: string; json?: boolean }) => {
      await fetchDataset(name, resolve(options.out ?? `data/${name}`), {
        signal: stopSignal(),
        json: options.json === true,
      });
    });
  return dataset;
}
