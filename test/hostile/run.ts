// The hostile set on one Blender: `npm run hostile -- [--blender PATH] [--isolation KIND] [--only REGEXP] [--cases DIR] [--json]`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { exitOnFlags } from "../../cli/exit.ts";
import { isolation } from "../../config/executors.ts";
import { readCases } from "./cases.ts";
import { themes } from "./programs.ts";
import { row, summary, tableHead } from "./table.ts";
import { openGround, type Verdict } from "./trial.ts";

const isolations = ["auto", ...isolation.options] as const;

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new InvalidArgumentError("expected a regular expression.");
  }
}

const flags = new Command("hostile")
  .description("runs every hostile program against the engine: what escapes, hangs or ends in a wrong state")
  .option("--blender <PATH>", "the Blender to try; default: the one viga finds")
  .addOption(new Option("--isolation <KIND>", "how jobs are kept apart").choices(isolations).default("auto"))
  .option("--only <REGEXP>", 'only programs whose "theme: name" matches', pattern)
  .option("--cases <DIR>", "the programs of a folder instead: .py files whose first line says in JSON how they are run")
  .option("--json", "verdicts as JSON on stdout, the summary on stderr")
  .exitOverride(exitOnFlags)
  .parse()
  .opts<{ blender?: string; isolation: (typeof isolations)[number]; only?: RegExp; cases?: string; json?: boolean }>();

const tried = flags.cases === undefined ? themes : { cases: await readCases(flags.cases) };
const chosen = Object.entries(tried).flatMap(([theme, programs]) =>
  programs
    .filter((hostile) => flags.only?.test(`${theme}: ${hostile.name}`) ?? true)
    .map((hostile) => ({ theme, hostile })),
);
if (chosen.length === 0) {
  process.stderr.write(`hostile: no program matches --only ${flags.only?.source}\n`);
  process.exit(2);
}
const scratch = await mkdtemp(join(tmpdir(), "viga-hostile-"));
const ground = await openGround(scratch, {
  isolation: flags.isolation,
  ...(flags.blender === undefined ? {} : { blender: flags.blender }),
});
const verdicts: Verdict[] = [];
try {
  if (!flags.json) process.stdout.write(`${tableHead(ground.card)}\n`);
  for (const { theme, hostile } of chosen) {
    const verdict = await ground.try(hostile);
    verdicts.push(verdict);
    if (!flags.json) process.stdout.write(`${row(theme, hostile, verdict)}\n`);
  }
} finally {
  await ground.close();
  await rm(scratch, { recursive: true, force: true });
}
if (flags.json)
  process.stdout.write(`${JSON.stringify({ schema: 1, card: ground.card, programs: verdicts }, null, 1)}\n`);
(flags.json ? process.stderr : process.stdout).write(`${summary(verdicts)}\n`);
process.exitCode = verdicts.every((v) => !v.hung && v.escapes.length === 0 && v.faults.length === 0) ? 0 : 1;
