import { relative, resolve } from "node:path";
import { Command } from "commander";
import { plainJson } from "../../config/plain-text.ts";
import { stopSignal } from "../exit.ts";
import { type FoundRun, runsIn, runsOn } from "../launch/found-run.ts";
import { joinBus } from "../launch/join.ts";
import { existingFolder } from "../launch/out.ts";
import { print } from "../print.ts";

/** `viga runs`: what runs there are, and how far they came. */
export function runsCommand(): Command {
  return new Command("runs")
    .description("list runs with their state, the newest first: running, interrupted, done, failed, other_version")
    .argument("[DIR...]", "folders to look in; default: output")
    .option("--bus <URL>", "also the runs of this NATS server")
    .option("--creds <FILE>", "NATS credentials file")
    .option("--json", "answer as JSON")
    .addHelpText(
      "after",
      `
An interrupted run goes on with: viga run --resume FOLDER. A run of another version goes on with that version only;
viga report and replay: read it all the same.

Examples:
  viga runs
  viga runs output/static_scene /data/runs
  viga runs --bus nats://gpu-box:4222 --creds run.creds --json`,
    )
    .action(async (dirs: string[], options: { bus?: string; creds?: string; json?: boolean }) => {
      const found = (await Promise.all(foldersOf(dirs).map((dir) => runsIn(dir)))).flat();
      const runs = [...new Map(found.map((one) => [one.out, one])).values()];
      if (options.bus !== undefined) {
        const signal = stopSignal();
        const { bus } = await joinBus(options, "viga runs", signal, () => undefined);
        try {
          const here = new Set(runs.map(({ run }) => run));
          runs.push(...(await runsOn(bus, signal)).filter(({ run }) => !here.has(run)));
        } finally {
          await bus.close();
        }
      }
      runs.sort((a, b) => (b.started ?? "").localeCompare(a.started ?? ""));
      if (options.json) {
        const told = runs.map(({ output: _, touched: __, ...run }) => run);
        print(`${plainJson({ schema: 1, runs: told })}\n`);
      } else {
        print(runs.length === 0 ? "no runs\n" : table(runs));
      }
    });
}

/** Folders given by the user, each of which must be there; without any, `output`, which need not. */
function foldersOf(dirs: string[]): string[] {
  return dirs.length === 0 ? [resolve("output")] : dirs.map(existingFolder);
}

function table(runs: readonly FoundRun[]): string {
  const rows = [
    ["STATE", "STARTED (UTC)", "MODE", "TASK", "LOSS", "ROUNDS", "FOLDER"],
    ...runs.map((run) => [
      run.state === "other_version" ? `other_version (${run.viga ?? "0.1.0 or older"})` : run.state,
      run.started?.slice(0, 19).replace("T", " ") ?? "-",
      run.mode ?? "-",
      run.task ?? "-",
      run.loss?.toPrecision(4) ?? "-",
      String(run.rounds),
      run.touched === null ? run.out : relative(process.cwd(), run.out) || ".",
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, n) => cell.padEnd(widths[n] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
