import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, describe, expect, it } from "vitest";
import { main } from "../harness/cli.ts";

const root = mkdtempSync(join(tmpdir(), "viga-eval-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fixtures = join(import.meta.dirname, "../fixtures/runs-ea2bb64");

const runCli = async (args: string[]) => {
  const { stdout, stderr, exitCode } = await execa(process.execPath, [main, ...args], { cwd: root, reject: false });
  return { stdout, stderr, code: exitCode };
};

const task = (id: string, type: string, status: string, more: object = {}) => ({
  id,
  type,
  source: id,
  dir: id,
  status,
  attempts: 1,
  seconds: 1,
  start_hash: {},
  ...more,
});

/** A batch of two runs that ended, one that was cut off, one that was not begun, and one that could not be. */
function makeBatch(name: string, mode = "static_scene"): string {
  const out = join(root, name);
  mkdirSync(out);
  cpSync(join(fixtures, "models"), join(out, "cup1"), { recursive: true });
  cpSync(join(fixtures, "recorded"), join(out, "cup2"), { recursive: true });
  cpSync(join(fixtures, "unfinished"), join(out, "light1"), { recursive: true });
  const tasks = [
    task("cup1", "cup", "done"),
    task("cup2", "cup", "done"),
    task("light1", "light", "unfinished"),
    task("light2", "light", "unfinished", { attempts: 0 }),
    task("light3", "light", "error", { reason: "there is no start.py" }),
  ];
  const data = join(root, "data");
  const batch = { schema: 1, mode, data, started: "2026-11-26T10:00:00.000Z", tasks };
  writeFileSync(join(out, "batch.json"), JSON.stringify(batch));
  return out;
}

describe("viga eval", () => {
  it("scores a batch again: tables by type, failures apart, replies by model, in four files", async () => {
    const out = makeBatch("batch");
    const { stdout, code } = await runCli(["eval", out, "--json"]);
    expect(code).toBe(0);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ schema: 1, mode: "static_scene", kind: "batch", notes: [] });
    expect(found.groups.map((group: { name: string }) => group.name)).toEqual(["cup", "light", "all"]);
    expect(found.groups[0].counts).toEqual({ scored: 2, failed: 0, error: 0, unfinished: 0 });
    expect(found.groups[1].counts).toEqual({ scored: 0, failed: 0, error: 1, unfinished: 2 });
    expect(found.groups[1].cells).toEqual([]);
    // The runs' own numbers, measured anew from their pictures.
    const scores = JSON.parse(readFileSync(join(out, "cup1", "scores.json"), "utf8"));
    expect(found.tasks[0].numbers.chosen.pl).toBeCloseTo(scores.best.pl, 12);
    expect(found.tasks[0].numbers.start.pl).toBeCloseTo(scores.start.pl, 12);
    expect(found.tasks.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      "scored",
      "scored",
      "unfinished",
      "unfinished",
      "error",
    ]);
    expect(found.models).toMatchObject([
      { model: "claude-sonnet-4", role: "generator", calls: 3, refused: 0 },
      { model: "qwen3-vl-32b", role: "verifier", calls: 4 },
    ]);
    expect(JSON.parse(readFileSync(join(out, "eval.json"), "utf8"))).toEqual(found);
    expect(readFileSync(join(out, "eval.csv"), "utf8").split("\r\n")).toHaveLength(1 + 5 * 2 + 1);
    const markdown = readFileSync(join(out, "eval.md"), "utf8");
    expect(markdown).toContain("there is no start.py");
    const page = readFileSync(join(out, "eval.html"), "utf8");
    expect(page.match(/<img /g)?.length).toBeGreaterThanOrEqual(6);
    expect(page).not.toMatch(/<script|src="(?!data:)|https?:/);
  }, 60_000);

  it("compares with a baseline task by task: nothing gained against itself", async () => {
    const out = makeBatch("again");
    const { stdout } = await runCli(["eval", out, "--baseline", join(root, "batch"), "--json"]);
    const { baseline } = JSON.parse(stdout);
    expect(baseline.improvement).toEqual({ chosen: 0, oracle: 0, final: 0 });
    expect(baseline.unpaired).toEqual([]);
    for (const row of baseline.rows) expect(row).toMatchObject({ tasks: 2, gain: 0, p: 1 });
  }, 60_000);

  it("scores the runs of a folder without a batch, and says what a damaged one lacks", async () => {
    const out = join(root, "plain");
    cpSync(fixtures, out, { recursive: true });
    rmSync(join(out, "recorded", "tape.jsonl"));
    rmSync(join(out, "models", "renders"), { recursive: true });
    const { stdout } = await runCli(["eval", out, "--json"]);
    const { tasks, kind } = JSON.parse(stdout);
    expect(kind).toBe("runs");
    const reasons = tasks.map(({ outcome, reason }: { outcome: string; reason: string }) => `${outcome}: ${reason}`);
    expect(reasons[0]).toMatch(/^error: the picture is no longer there/);
    expect(reasons[1]).toMatch(/^error: .*holds no tape/);
    expect(reasons[2]).toMatch(/^unfinished/);
  }, 60_000);

  it("refuses what it cannot count, with exit code 2", async () => {
    const out = makeBatch("paper");
    expect(await runCli(["eval", out, "--as", "viga"])).toMatchObject({ code: 2 });
    writeFileSync(join(out, "batch.json"), '{"schema": 1,');
    const damaged = await runCli(["eval", out]);
    expect(damaged.code).toBe(2);
    expect(damaged.stderr).toContain("not a batch that this version reads");
  }, 60_000);
});
