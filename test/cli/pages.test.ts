import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { defaultLimits } from "../../bridge/engines/contract.ts";
import { openEngine } from "../../bridge/engines/open.ts";
import { transformersIfThere } from "../../evaluators/features/library.ts";
import { tinyClip } from "../evaluators/features/tiny-models.ts";
import { main } from "../harness/cli.ts";
import { expectEveryTool, type Script, scripted, verdict, writes } from "../harness/scripted-roles.ts";
import { scriptedServer } from "../servers/openai.ts";

const page = (height: number, size: number, colour: string) => `<!DOCTYPE html><style>
body { margin: 0; font-family: Arial } h1 { margin: 10px; font-size: ${size}px } .top { height: ${height}px; background: ${colour} }
</style><body><div class=top></div><h1>A heading</h1><p>Some words below it</p></body>`;

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-pages-"));
  const engine = await openEngine("web", { scratch: join(dir, "engine") });
  try {
    const views = [{ name: "goal", camera: null, aspect: { width: 480, height: 720 } }];
    const job = { job: "goal", program: page(60, 30, "#336699"), views, quality: { px: 480 }, limits: defaultLimits };
    await engine.run({ ...job, dir });
  } finally {
    await engine.close();
  }
  await mkdir(join(dir, "initialize"));
  await writeFile(join(dir, "initialize/goal.html"), page(95, 40, "#cc3366"));
}, 120_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

it("a page whose numbers and colours are wrong is put right offline, and taken home", async () => {
  const args = [main, "run", "goal.png", "--out", "out"];
  const { exitCode, all } = await execa(process.execPath, args, {
    cwd: dir,
    reject: false,
    stdin: "ignore",
    all: true,
  });
  expect(exitCode, all).toBe(0);
  const { start, best, mode } = JSON.parse(await readFile(join(dir, "out/scores.json"), "utf8"));
  expect(mode).toBe("design2code");
  expect(best.pl).toBeLessThan(start.pl * 0.1);
  expect(await readFile(join(dir, "out/index.html"), "utf8")).toContain("<h1>A heading</h1>");
  expect(JSON.parse(await readFile(join(dir, "out/renders/1/scene.json"), "utf8"))).toMatchObject({ size: [480, 720] });
}, 240_000);

async function score(prediction: string, reference: string, ...more: string[]) {
  const args = [main, "score", "design2code", "--prediction", prediction, "--reference", reference, "--json", ...more];
  const { stdout } = await execa(process.execPath, args, { cwd: dir, stdin: "ignore" });
  return JSON.parse(stdout);
}

it("two pages are scored by the benchmark's own parts, and a page beside a picture as a run measures it", async () => {
  await writeFile(join(dir, "right.html"), page(60, 30, "#336699"));
  const parts = { block: 1, text: 1, position: 1, colour: 1 };
  const same = await score("right.html", "right.html");
  expect(same).toMatchObject({ loss: 0, metrics: parts, notes: [expect.stringContaining("give --clip FOLDER")] });
  expect(same.metrics).not.toHaveProperty("clip");
  const wrong = await score("initialize/goal.html", "right.html");
  expect(wrong.metrics).toMatchObject({ text: 1, position: expect.closeTo(0.93, 1) });
  expect(wrong.metrics.position).toBeLessThan(1);
  expect(await score("right.html", "goal.png")).toMatchObject({ loss: 0, metrics: { ...parts, pl: 0 } });
}, 240_000);

it("runs of a batch are scored again by the benchmark's own parts where the task's page lies beside its screenshot", async () => {
  const batch = join(dir, "batch");
  await cp(join(dir, "out"), join(batch, "goal"), { recursive: true });
  await cp(join(dir, "out"), join(batch, "bare"), { recursive: true });
  await cp(join(dir, "goal.png"), join(dir, "bare.png"));
  await writeFile(join(dir, "goal.html"), page(60, 30, "#336699"));
  const task = (id: string) => ({ id, source: `${id}.png`, dir: id, status: "done", attempts: 1, seconds: 1 });
  const tasks = ["goal", "bare"].map((id) => ({ ...task(id), start_hash: {} }));
  const kept = { schema: 1, mode: "design2code", data: dir, started: "2026-11-26T10:00:00.000Z", tasks };
  await writeFile(join(batch, "batch.json"), JSON.stringify(kept));
  const { stdout } = await execa(process.execPath, [main, "eval", batch, "--json"], { cwd: dir, stdin: "ignore" });
  const found = JSON.parse(stdout);
  const [{ numbers: goal }, { numbers: bare }] = found.tasks;
  expect(goal.start).toMatchObject({ html_block: 1, html_text: 1 });
  expect(goal.start.html_position).toBeLessThan(0.99);
  expect(goal.chosen.html_position).toBeGreaterThan(goal.start.html_position);
  expect(goal.final).toMatchObject({ html_block: 1, html_text: 1, html_position: goal.chosen.html_position });
  expect(bare.chosen).not.toHaveProperty("html_block");
  expect(found.missing.map(({ why }: { why: string }) => why).join()).toMatch(/its data set has none here \(bare\)/);
  expect(found.missing).toContainEqual({
    label: "Design2Code's CLIP part, and so its final score",
    why: expect.stringContaining("give --clip"),
  });
}, 240_000);

it("--clip is refused where there are no two pages", async () => {
  const args = [
    main,
    "score",
    "design2code",
    "--prediction",
    "goal.png",
    "--reference",
    "goal.png",
    "--clip",
    "weights",
  ];
  const { exitCode, stderr } = await execa(process.execPath, args, { cwd: dir, stdin: "ignore", reject: false });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("of two pages (.html)")]);
});

const noLibrary = "needs @huggingface/transformers, which is not among viga's packages";
const there = (await transformersIfThere()) !== null;
it(`with a CLIP model two pages, and runs, have the benchmark's fifth part and final score${there ? "" : ` (${noLibrary})`}`, async ({
  skip,
}) => {
  if (!there) skip(noLibrary);
  const model = tinyClip(join(dir, "clip"));
  const { metrics, loss, notes } = await score("initialize/goal.html", "right.html", "--clip", model);
  const { final, ...parts } = metrics as Record<string, number>;
  expect(Object.keys(parts)).toEqual(["block", "text", "position", "colour", "clip"]);
  expect(final).toBeCloseTo(0.2 * Object.values(parts).reduce((sum, value) => sum + value, 0), 12);
  expect([loss, notes]).toEqual([expect.closeTo(1 - final!, 12), []]);
  expect(parts.clip).toBeLessThan(1);
  const args = [main, "eval", join(dir, "batch"), "--clip", model, "--json"];
  const { stdout } = await execa(process.execPath, args, { cwd: dir, stdin: "ignore" });
  const found = JSON.parse(stdout);
  const { start, chosen } = found.tasks[0].numbers;
  // The batch's start is the page that was just scored.
  expect([start.html_clip, start.html_final]).toEqual([expect.closeTo(parts.clip!, 6), expect.closeTo(final!, 6)]);
  expect(chosen.html_final).toBeGreaterThan(start.html_final);
  expect(found.missing.map(({ label }: { label: string }) => label).join()).not.toContain("CLIP");
}, 240_000);

it("a run in which both roles call every tool they have ends with its result", async () => {
  const server = await scriptedServer({ m: {} });
  const generator: Script = [
    ["make_plan", { overall_description: "a bar, a heading, words", detailed_plan: "1. bar 2. heading" }],
    writes(page(95, 40, "#336699")),
    ["get_page_info", {}],
    writes(page(60, 30, "#336699")),
    ["end_process", { reason: "good enough" }],
  ];
  const verifier: Script = [
    ["get_page_info", {}],
    ["measure_difference", { left: 0, top: 0, right: 1, bottom: 0.5 }],
    ["end_process", verdict("the bar is too high", "make the bar 60 px high")],
  ];
  try {
    server.otherwise("m", scripted(generator, verifier));
    await writeFile(
      join(dir, "pages.yaml"),
      `mode: design2code
roles: { generator: m, verifier: m }
stop: { max_rounds: 3, plateau: false }
models: { m: { like: qwen3-vl-8b, base_url: "${server.url}", model: m, tools: native } }
`,
    );
    const out = join(dir, "every");
    const args = [main, "run", "goal.png", "--config", "pages.yaml", "--out", out];
    const run = await execa(process.execPath, args, { cwd: dir, reject: false, stdin: "ignore", all: true });
    expect(run.exitCode, run.all).toBe(0);
    await expectEveryTool("design2code", out, server);
    const scores = JSON.parse(await readFile(join(out, "scores.json"), "utf8"));
    expect(scores).toMatchObject({ status: "done", best: { t: 2, pl: 0 } });
    expect(await readFile(join(out, "index.html"), "utf8")).toBe(`${page(60, 30, "#336699")}\n`);
  } finally {
    await server.close();
  }
}, 240_000);
