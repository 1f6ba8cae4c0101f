import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Workplace, workplace } from "../harness/cli.ts";

let at: Workplace;
beforeAll(async () => {
  at = await workplace();
  await mkdir(join(at.dir, "empty"));
  await mkdir(join(at.dir, "broken"));
  await writeFile(join(at.dir, "not-a-picture.png"), "no picture");
  await writeFile(join(at.dir, "bad.yaml"), "roles:\n  generatr: solver\n");
  await writeFile(join(at.dir, "binary.yaml"), Buffer.from([0, 1, 2, 255, 254]));
  await writeFile(join(at.dir, "broken", "run.json"), "{ half");
  await writeFile(join(at.dir, "empty.py"), "");
  await writeFile(join(at.dir, "file"), "x");
  await writeFile(join(at.dir, "half.json"), JSON.stringify({ generator: ["import bpy\n"] }));
});
afterAll(() => at.close());

const played = (role: string, player: string): string[] => [
  ...["run", "--target", "task/target.png", "--start", "task/start.py", "--set", `roles.${role}=${player}`],
];

/** Arguments, exit code, what the one line says. */
const cases: [string[], number, RegExp][] = [
  [["run", "nowhere"], 2, /nowhere/],
  [["run", "empty"], 2, /mode/],
  [["run", "--mode", "static_scene"], 2, /target/],
  [["run", "--mode", "statik_scene", "--text", "x"], 2, /static_scene/],
  [["run", "--target", "not-a-picture.png", "--start", "task/start.py"], 2, /picture/],
  [["run", "--target", "missing.png", "--start", "task/start.py"], 2, /missing\.png/],
  [["run", "--target", "task/target.png", "--start", "empty.py"], 2, /empty/],
  [["run", "--config", "bad.yaml", "--target", "task/target.png"], 2, /bad\.yaml:2: roles\.generatr.*generator/],
  [["run", "--config", "binary.yaml", "--target", "task/target.png"], 2, /binary\.yaml/],
  [["run", "--config", "offlin"], 2, /offline/],
  [["run", "--set", "stop.max_rounds=many", "--target", "task/target.png"], 2, /stop\.max_rounds/],
  [["run", "--set", "nonsense", "--target", "task/target.png"], 2, /nonsense/],
  [["run", "--set", "render.preview.px=0", "--target", "task/target.png"], 2, /px/],
  [["run", "--target", "task/target.png", "--start", "task/start.py", "--out", "file"], 2, /output folder/],
  [
    [
      "run",
      ...["--target", "task/target.png", "--config", "qwen-local", "--set", "roles.verifier.skills=[get_scene_inof]"],
      "--dry-run",
    ],
    2,
    /did you mean "get_scene_info"/,
  ],
  [played("generator", "replay:nowhere.yaml"), 2, /roles\.generator: .*nowhere\.yaml: there is no recording/],
  [[...played("generator", "replay:file"), "--dry-run"], 2, /file is no recording/],
  [played("verifier", "replay:half.json"), 2, /half\.json holds no feedback/],
  [played("generator", "command:no-such-writer --fast"), 3, /roles\.generator: there is no program no-such-writer/],
  [played("generator", "command:./file"), 3, /\/file to run/],
  [["run", "--hosts", "everywhere"], 2, /inline/],
  [["run", "--resume", "empty"], 2, /no run/],
  [["run", "--resume", "broken"], 2, /damaged/],
  [["run", "--resume", "nowhere"], 2, /nowhere/],
  [["run", "--what"], 2, /unknown option/],
  [["run", "--config", "claude", "--target", "task/target.png", "--start", "task/start.py"], 3, /ANTHROPIC_API_KEY/],
  [["observe", "--out", "nowhere"], 2, /nowhere/],
  [["observe", "--from", "yesterday"], 2, /start or now/],
  [["observe", "--bus", "nats://127.0.0.1:9"], 1, /127\.0\.0\.1:9/],
  [["ctl", "-", "dance"], 2, /pause/],
  [["ctl", "-"], 2, /VERB/],
  [["role", "director"], 2, /generator/],
  [["executor"], 2, /--slot/],
  [["executor", "--slot", "a.b"], 2, /A-Z/],
  [["executor", "--slot", "cpu", "--gpu", "first"], 2, /GPU/],
  [["skill", "pottery"], 2, /blender/],
  [["skill", "blender", "--base", "file"], 2, /Blender file/],
  [["init", "file"], 2, /there already/],
  [["doctor", "--mode", "golf"], 2, /blendergym/],
  [["model", "probe", "no-such-model"], 2, /no-such-model/],
  [["vllm", "no-such-model"], 2, /no-such-model/],
  [["paint"], 2, /unknown command/],
];

test("bad input to any command is one clear line and the right exit code, and leaves nothing half-written", async () => {
  const before = (await readdir(at.dir)).sort();
  const wrong: string[] = [];
  for (let index = 0; index < cases.length; index += 3) {
    const batch = cases.slice(index, index + 3).map(async ([args, code, line]) => {
      const result = await at.viga(...args);
      const said = result.all.trim();
      const problems = [
        ...(result.exitCode === code ? [] : [`exit ${result.exitCode}, expected ${code}`]),
        ...(line.test(said) ? [] : [`does not match ${line}`]),
        ...(/\n\s+at /.test(said) ? ["shows a stack"] : []),
        ...(said.split("\n").length > 6 ? ["says too much"] : []),
      ];
      if (problems.length > 0) wrong.push(`viga ${args.join(" ")}: ${problems.join("; ")}\n${said}`);
    });
    await Promise.all(batch);
  }
  expect(wrong.join("\n\n")).toBe("");
  expect((await readdir(at.dir)).sort()).toEqual(before);
}, 180_000);
