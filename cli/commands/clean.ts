import { relative, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { plainJson } from "../../config/plain-text.ts";
import { type Cleaned, cleanLeftovers, mendLatest, removeRun } from "../launch/clean.ts";
import { type RunState, runStates, runsIn } from "../launch/found-run.ts";
import { existingFolder } from "../launch/out.ts";
import { print } from "../print.ts";

const removable = runStates.filter((state) => state !== "running");

/** `viga clean`: removes what may go. */
export function cleanCommand(): Command {
  return new Command("clean")
    .description("remove what finished runs need no more (or, with --runs, whole runs); never a running one")
    .argument("[OUT...]", "run folders, or folders of runs; default: output")
    .option("--runs <STATES>", `remove whole runs in these states: ${removable.join(", ")}`, states)
    .option("--older-than <AGE>", "only runs that wrote nothing for so long, like 7d, 12h, 30m", age)
    .option("--dry-run", "say what would go; remove nothing")
    .option("--json", "answer as JSON")
    .addHelpText(
      "after",
      `
Without --runs only leftovers go: a finished run's own bus store and the files of trials. Programs, pictures, tape and
report stay, and an interrupted run keeps all it needs to go on. It asks nothing: see with --dry-run first.

Examples:
  viga clean --dry-run
  viga clean --older-than 7d
  viga clean --runs failed,interrupted --older-than 30d
  viga clean output/static_scene/20260102-030405/cup --runs done`,
    )
    .action(async (outs: string[], options: Options) => {
      const dirs = outs.length === 0 ? [resolve("output")] : outs.map(existingFolder);
      const found = (await Promise.all(dirs.map((dir) => runsIn(dir)))).flat();
      const runs = [...new Map(found.map((one) => [one.out, one])).values()];
      const dryRun = options.dryRun === true;
      const cleaned: Cleaned[] = [];
      for (const run of runs) {
        if (options.olderThan !== undefined && Date.now() - (run.touched ?? 0) < options.olderThan) continue;
        const done = options.runs?.includes(run.state)
          ? await removeRun(run, dryRun)
          : await cleanLeftovers(run, dryRun);
        if (done !== null) cleaned.push(done);
      }
      if (!dryRun && cleaned.some(({ whole }) => whole)) await mendLatest(await runsIn(resolve("output")));
      const bytes = cleaned.reduce((sum, one) => sum + one.bytes, 0);
      if (options.json) {
        print(`${plainJson({ schema: 1, dry_run: dryRun, bytes, cleaned })}\n`);
        return;
      }
      for (const one of cleaned) print(`${lineOf(one)}\n`);
      const verb = dryRun ? "would free" : "freed";
      print(cleaned.length === 0 ? "nothing to clean\n" : `${verb} ${sizeText(bytes)}\n`);
    });
}

interface Options {
  runs?: RunState[];
  olderThan?: number;
  dryRun?: boolean;
  json?: boolean;
}

function lineOf({ out, state, whole, bytes, kept }: Cleaned): string {
  const stays = kept.length === 0 ? "" : `; stays: ${kept.join(", ")}`;
  const where = relative(process.cwd(), out) || ".";
  return `${sizeText(bytes).padStart(9)}  ${whole ? "run" : "leftovers"} (${state})  ${where}${stays}`;
}

function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function states(text: string, before: RunState[] = []): RunState[] {
  const named = text.split(",").map((word) => word.trim());
  return [
    ...before,
    ...named.map((word) => {
      const state = removable.find((one) => one === word);
      if (state === undefined) throw new InvalidArgumentError(`expected some of ${removable.join(", ")}.`);
      return state;
    }),
  ];
}

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of an age like 7d. */
function age(text: string): number {
  const [, number, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined)
    throw new InvalidArgumentError("expected an age like 30m, 12h, 7d, 2w.");
  return Number(number) * (units[unit] ?? 0);
}
