import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { programOf } from "../chaos/programs.ts";
import { type Workplace, workplace } from "../harness/cli.ts";

let at: Workplace;
beforeEach(async () => {
  at = await workplace();
});
afterEach(() => at.close());

test("a dry run tells pictures of a folder, start picture, assets, model and executors, and where those come from", async () => {
  await mkdir(join(at.dir, "parts"));
  await writeFile(join(at.dir, "parts", "a.txt"), "x");
  await writeFile(join(at.dir, "task", "start.py"), programOf(0));
  const flags = ["--mode", "static_scene", "--target", "task", "--assets", "parts", "--start-image", "task/target.png"];
  process.env.CUDA_VISIBLE_DEVICES = "1,0";
  try {
    const result = await at.viga("run", ...flags, "--model", "gpt-6-luna", "--dry-run", "--json");
    expect(result.exitCode, result.all).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({
      task: "task",
      targets: [{ name: "render", path: join(at.dir, "task", "target.png") }],
      start_image: join(at.dir, "task", "target.png"),
      assets: join(at.dir, "parts"),
      roles: [
        { role: "generator", player: "gpt-6-luna" },
        { role: "verifier", player: "gpt-6-luna" },
      ],
      executors: [
        { slot: "gpu1", gpu: 1 },
        { slot: "gpu0", gpu: 0 },
      ],
      executors_from: "CUDA_VISIBLE_DEVICES=1,0",
    });
    const text = await at.viga("run", "--target", "task", "--dry-run");
    expect(text.stdout).toContain("executors: gpu1 (GPU 1), gpu0 (GPU 0) (CUDA_VISIBLE_DEVICES=1,0)");
  } finally {
    delete process.env.CUDA_VISIBLE_DEVICES;
  }
});

test.each([
  [["examples", "--text-only", "--target", "x.png"], /'--text-only' cannot be used with option '--target <IMG\|DIR>'/],
  [["--text-only", "--mode", "blendergym", "--start", "task/start.py", "--base", "b.blend"], /cannot go by text alone/],
  [["--start", "a.py", "--start-image", "a.png"], /'--start-image <IMG>' cannot be used with option '--start <FILE>'/],
  [["--target", "task", "--model", "gpt-6-lunar"], /--model gpt-6-lunar: .*did you mean "gpt-6-luna"/],
  [["--target", "task", "--model", "solver"], /--model solver: solver plays generator, not verifier/],
])("%j is refused in one line", async (flags, line) => {
  const result = await at.viga("run", ...flags, "--dry-run");
  expect(result.exitCode).toBe(2);
  expect(result.all).toMatch(line);
});
