import { existsSync, readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type ExperimentResult, type ExperimentRun, experimentResult } from "../../../machines/domain/index.ts";
import { main } from "../../harness/cli.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-experiment-"));
  await cp("examples/lighting", join(dir, "lighting"), { recursive: true });
});
afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const players = resolve("examples/players");
const random = `command:python3 ${players}/random_search.py`;
/** Another command that comes to the same. */
const alike = `command:env python3 ${players}/random_search.py`;
/** An experiment over one task; `generator` is the last value of its only axis. */
const fileOf = (name: string, generator: string, more = "") => `name: ${name}
tasks: [lighting]
set:
  stop.max_rounds: 1
  roles.verifier: "command:node ${players}/mean-colour.ts"
  render: { preview: { px: 32, samples: 2 }, final: { px: 32, samples: 2 } }
matrix:
  roles.generator:
    - { label: random, value: "${random}" }
    - { label: other, value: "${generator}" }
${more}`;

const start = (...args: string[]) =>
  execa(process.execPath, [main, "experiment", ...args], { cwd: dir, reject: false, stdin: "ignore" });

async function resultIn(name: string): Promise<ExperimentResult> {
  return experimentResult.parse(
    JSON.parse(await readFile(join(dir, "output/experiments", name, "experiment.json"), "utf8")),
  );
}
const runsOf = ({ cells }: ExperimentResult) => cells.flatMap(({ runs }) => runs);
const tapeOf = (name: string, { dir: run }: ExperimentRun) => join(dir, "output/experiments", name, run, "tape.jsonl");

test("an experiment is run once: a second call starts nothing, a changed cell runs alone, another file finds its runs", async () => {
  await writeFile(join(dir, "e.yaml"), fileOf("first", alike));
  const dry = await start("e.yaml", "--dry-run", "--json");
  expect(JSON.parse(dry.stdout)).toMatchObject({ total: { runs: 2, reused: 0, calls: 0, usd: 0 } });
  expect(existsSync(join(dir, "output"))).toBe(false);

  const first = await start("e.yaml");
  expect(first.exitCode, first.stderr).toBe(0);
  const result = await resultIn("first");
  expect(runsOf(result)).toMatchObject([
    { task: "lighting", seed: 1, status: "done", reused: false, rounds: 1 },
    { task: "lighting", seed: 1, status: "done", reused: false, rounds: 1 },
  ]);
  expect(runsOf(result)[0]?.pins).toMatchObject({
    engine: expect.stringMatching(/^blender \d/),
    device: "cpu",
    evaluator: expect.stringMatching(/^photometric /),
    inputs: expect.stringMatching(/^[0-9a-f]{12}$/),
  });
  // The start is drawn once for both cells.
  expect(runsOf(result)[0]?.start_loss).toBe(runsOf(result)[1]?.start_loss);
  expect(await readFile(join(dir, "output/experiments/first/experiment.html"), "utf8")).toMatch(
    /<!doctype html>[\s\S]*random/,
  );
  expect(first.stdout).toMatch(/Best: \*\*\w+\*\*, mean gain/);
  const tapes = await Promise.all(runsOf(result).map((run) => readFile(tapeOf("first", run))));
  const bus = await stat(join(dir, "output/experiments/first/bus.json"));

  const second = await start("e.yaml");
  expect([second.exitCode, second.stderr]).toEqual([0, ""]);
  expect(await Promise.all(runsOf(await resultIn("first")).map((run) => readFile(tapeOf("first", run))))).toEqual(
    tapes,
  );
  expect((await stat(join(dir, "output/experiments/first/bus.json"))).mtimeMs).toBe(bus.mtimeMs);

  await writeFile(join(dir, "e.yaml"), fileOf("first", "command:false"));
  const third = await start("e.yaml");
  expect(third.exitCode).toBe(1);
  expect(third.stderr).toMatch(/1 of 2 runs of first, 1 at once/);
  const [kept, changed] = runsOf(await resultIn("first"));
  expect(await readFile(tapeOf("first", kept!))).toEqual(tapes[0]);
  expect(changed).toMatchObject({ status: "failed", reused: false });
  expect((await resultIn("first")).warnings[0]).toMatch(/1 run of other failed and is in no mean/);
  const again = await start("e.yaml", "--retry", "failed");
  expect(again.stderr).toMatch(/1 of 2 runs of first, 1 at once/);
  expect(runsOf(await resultIn("first"))[1]?.dir).toBe(`${changed?.dir}.2`);

  await writeFile(join(dir, "other.yaml"), fileOf("second", alike));
  const other = await start("other.yaml", "--json");
  expect(JSON.parse(other.stdout.trimEnd().split("\n").at(-1)!)).toMatchObject({ name: "second" });
  const reused = runsOf(await resultIn("second"));
  expect(reused.map((run) => [run.reused, run.status])).toEqual([
    [true, "done"],
    [true, "done"],
  ]);
  expect(reused[1]?.dir).toMatch(/^\.\.\/first\/other\//);
  expect(existsSync(tapeOf("second", reused[1]!))).toBe(true);
}, 240_000);

test("SIGKILL in the middle loses nothing: what had ended stays as it is, what was under way goes on", async () => {
  // Its second generator waits for a file to go, which keeps the second run under way.
  const slow = join(dir, "slow.sh");
  await writeFile(slow, `while [ -e ${dir}/wait ]; do sleep 0.1; done; exec python3 ${players}/random_search.py\n`);
  await writeFile(join(dir, "wait"), "");
  await writeFile(join(dir, "k.yaml"), fileOf("killed", `command:sh ${slow}`, "seeds: [5]\n"));
  const first = start("k.yaml", "--workers", "1");
  onTestFinished(() => void first.kill("SIGKILL"));
  const batchFile = join(dir, "output/experiments/killed/batch.json");
  const under = () => {
    const { tasks } = JSON.parse(existsSync(batchFile) ? readFileSync(batchFile, "utf8") : '{"tasks":[]}');
    const [done, open] = tasks as { status: string; dir: string }[];
    const tape = join(dir, "output/experiments/killed", open?.dir ?? "", "tape.jsonl");
    return done?.status === "done" && existsSync(tape) && readFileSync(tape, "utf8").includes('"type":"round"')
      ? tape
      : null;
  };
  let tape: string | null = null;
  while (tape === null) {
    await new Promise((wake) => setTimeout(wake, 50));
    tape = under();
  }
  first.kill("SIGKILL");
  await first;
  const [ended] = runsOf(await resultIn("killed"));
  const before = await readFile(tapeOf("killed", ended!));
  const cut = await readFile(tape, "utf8");
  await rm(join(dir, "wait"));

  const second = await start("k.yaml");
  expect(second.exitCode, second.stderr).toBe(0);
  expect(second.stderr).toMatch(/1 of 2 runs of killed/);
  expect(await readFile(tapeOf("killed", ended!))).toEqual(before);
  const whole = await readFile(tape, "utf8");
  expect(whole.startsWith(cut.slice(0, cut.lastIndexOf("\n") + 1))).toBe(true);
  expect(runsOf(await resultIn("killed")).map(({ status }) => status)).toEqual(["done", "done"]);

  const alone = await execa(process.execPath, [main, "run", "--resume", `output/experiments/killed/${ended!.dir}`], {
    cwd: dir,
    reject: false,
  });
  expect(alone.stderr).toMatch(/finished already/);
  const batch = await execa(process.execPath, [main, "batch", "--resume", "output/experiments/killed"], {
    cwd: dir,
    reject: false,
  });
  expect([batch.exitCode, batch.stderr]).toEqual([
    2,
    expect.stringMatching(/holds an experiment\n.*viga experiment k\.yaml/),
  ]);
}, 240_000);

test("wrong keys and values are told by file and line before anything is made", async () => {
  const bad = fileOf("bad", "solvr", "baseline: { roles.generator: others }\n");
  await writeFile(join(dir, "bad.yaml"), bad);
  const label = await start("bad.yaml");
  expect([label.exitCode, label.stderr]).toEqual([
    2,
    expect.stringMatching(/bad\.yaml:11: baseline\."roles\.generator"/),
  ]);
  await writeFile(
    join(dir, "bad.yaml"),
    bad.replace("others", "other").replace("stop.max_rounds: 1", "stop.max_round: 1"),
  );
  const key = await start("bad.yaml");
  expect(key.stderr).toMatch(/bad\.yaml:4: stop\.max_round: unknown key; did you mean "stop\.max_rounds"\?/);
  expect(key.stderr).toMatch(
    /bad\.yaml:10: roles\.generator\.player: expected a player .* got "solvr"; did you mean "solver"\?/,
  );
  expect((await start("e.yaml", "--only", "roles.generator=othr")).stderr).toMatch(
    /--only: expected one of random, other, got "othr"; did you mean "other"/,
  );
  expect((await start("e.yaml", "--set", "seed=3")).stderr).toMatch(/seed: an experiment has its seeds from seeds:/);
  expect(existsSync(join(dir, "output/experiments/bad"))).toBe(false);
}, 60_000);
