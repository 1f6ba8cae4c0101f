/**
 * A hostile set on its engine: `npm run hostile -- [blender] [--blender PATH] [--isolation KIND] [--cases DIR]`, or
 * `-- web` or `-- slides`; each with `[--only REGEXP] [--json]`.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import type { CapabilityCard } from "../../bridge/engines/contract.ts";
import { exitOnFlags } from "../../cli/exit.ts";
import { isolation } from "../../config/executors.ts";
import { readCases } from "./cases.ts";
import type { HostileDocuments } from "./document.ts";
import { openDocumentGround } from "./document-ground.ts";
import { pages } from "./pages/set.ts";
import { themes } from "./programs.ts";
import { slides } from "./slides/set.ts";
import { held, row, summary, tableHead } from "./table.ts";
import { openGround, type Verdict } from "./trial.ts";

const isolations = ["auto", ...isolation.options] as const;
const sets: Readonly<Record<string, HostileDocuments>> = { web: pages, slides };

function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new InvalidArgumentError("expected a regular expression.");
  }
}

function stop(line: string): never {
  process.stderr.write(`hostile: ${line}\n`);
  process.exit(2);
}

const command = new Command("hostile")
  .description("runs every hostile program against an engine: what escapes, hangs or ends in a wrong state")
  .addArgument(new Argument("[engine]", "whose programs").choices(["blender", ...Object.keys(sets)]).default("blender"))
  .option("--blender <PATH>", "the Blender to try; default: the one viga finds")
  .addOption(new Option("--isolation <KIND>", "how Blender's jobs are kept apart").choices(isolations).default("auto"))
  .option("--only <REGEXP>", 'only programs whose "theme: name" matches', pattern)
  .option("--cases <DIR>", "the programs of a folder instead: .py files whose first line says in JSON how they are run")
  .option("--json", "verdicts as JSON on stdout, the summary on stderr")
  .exitOverride(exitOnFlags)
  .parse();
const flags = command.opts<{
  blender?: string;
  isolation: (typeof isolations)[number];
  only?: RegExp;
  cases?: string;
  json?: boolean;
}>();
const engine = command.processedArgs[0] as string;
const alone = ["blender", "isolation", "cases"].find((name) => command.getOptionValueSource(name) === "cli");
if (engine !== "blender" && alone !== undefined) stop(`--${alone} goes with Blender's programs only`);

interface Tried<P> {
  theme: string;
  mustNot: string;
  program: P;
}
interface Ground<P> {
  readonly card: CapabilityCard;
  try(program: P): Promise<Verdict>;
  close(): Promise<void>;
}

/** Tries those that --only leaves, one after the other on one engine, and prints a row for each. */
async function tryAll<P extends { name: string }>(all: Tried<P>[], open: (scratch: string) => Promise<Ground<P>>) {
  const chosen = all.filter(({ theme, program }) => flags.only?.test(`${theme}: ${program.name}`) ?? true);
  if (chosen.length === 0) stop(`no program matches --only ${flags.only?.source}`);
  const scratch = await mkdtemp(join(tmpdir(), "viga-hostile-"));
  const ground = await open(scratch);
  const verdicts: Verdict[] = [];
  try {
    if (!flags.json) process.stdout.write(`${tableHead(ground.card)}\n`);
    for (const { theme, mustNot, program } of chosen) {
      const verdict = await ground.try(program);
      verdicts.push(verdict);
      if (!flags.json) process.stdout.write(`${row(theme, mustNot, verdict)}\n`);
    }
  } finally {
    await ground.close();
    await rm(scratch, { recursive: true, force: true });
  }
  return { card: ground.card, verdicts };
}

async function tryChosen() {
  const documents = sets[engine];
  if (documents !== undefined) {
    const all = Object.entries(documents.themes).flatMap(([theme, { mustNot, programs }]) =>
      programs.map((program) => ({ theme, mustNot, program })),
    );
    return await tryAll(all, (scratch) => openDocumentGround(scratch, documents));
  }
  const tried = flags.cases === undefined ? themes : { cases: await readCases(flags.cases) };
  const all = Object.entries(tried).flatMap(([theme, programs]) =>
    programs.map((program) => ({ theme, mustNot: program.mustNot, program })),
  );
  const blender = flags.blender === undefined ? {} : { blender: flags.blender };
  return await tryAll(all, (scratch) => openGround(scratch, { isolation: flags.isolation, ...blender }));
}

const { card, verdicts } = await tryChosen();
if (flags.json) process.stdout.write(`${JSON.stringify({ schema: 1, card, programs: verdicts }, null, 1)}\n`);
(flags.json ? process.stderr : process.stdout).write(`${summary(verdicts)}\n`);
process.exitCode = verdicts.every(held) ? 0 : 1;
