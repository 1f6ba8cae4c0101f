import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { programOf } from "../chaos/programs.ts";
import { type Workplace, workplace } from "../harness/cli.ts";

let at: Workplace;
beforeAll(async () => {
  at = await workplace();
});
afterAll(() => at.close());

/** Appends what it is asked to a file, and always says the same. */
const judge = (file: string) => `import { appendFileSync, readFileSync } from "node:fs";
const request = JSON.parse(readFileSync(0, "utf8"));
appendFileSync(${JSON.stringify(file)}, JSON.stringify(request) + "\\n");
console.log(JSON.stringify({ visual_difference: ["off in round " + request.t], overall_similarity: 10 * request.t }));
`;

interface Asked {
  t: number;
  plan: string | null;
  program: { thought: string; code: string };
  previous: { t: number; feedback: { visual_difference: { major: string[] } } } | null;
  earlier: { t: number }[];
}

test("photographs are all measured; a verifier and its shadow are told plan, program and as much of the past as they have memory for", async () => {
  for (const [name, width, height] of [
    ["a", 40, 30],
    ["b", 30, 40],
  ] as const) {
    await sharp({ create: { width, height, channels: 3, background: "#787878" } })
      .png()
      .toFile(join(at.dir, `${name}.png`));
  }
  for (const name of ["own", "shadow"]) await writeFile(join(at.dir, `${name}.mjs`), judge(join(at.dir, name)));
  const second = `bpy.ops.object.camera_add(location=(6, 0, 3), rotation=(1.1, 0, 1.5708))\nbpy.context.object.name = "target2"\n`;
  const generator = [1, 2, 3, 4].map((t) => ({
    t,
    thought: `thought ${t}`,
    // The first program lacks the second photograph's camera; the plan comes with it and with no other.
    ...(t === 1 ? { plan: "THE PLAN" } : {}),
    code: t === 1 ? programOf(t) : programOf(t) + second,
  }));
  await writeFile(join(at.dir, "moves.json"), JSON.stringify({ generator }));
  // A command runs in a folder of its own, so it is named by its whole path.
  const player = (name: string) => JSON.stringify(`command:node ${join(at.dir, name)}.mjs`);
  await writeFile(
    join(at.dir, "viga.yaml"),
    `mode: static_scene
task: { targets: [a.png, b.png] }
roles: { generator: "replay:moves.json", verifier: { player: ${player("own")}, memory: none } }
shadow: { verifier: { player: ${player("shadow")}, memory: window } }
render: { preview: { px: 32, samples: 1 }, final: { px: 32, samples: 1 } }
`,
  );
  const run = await at.viga("run", "--config", "viga.yaml", "--out", "out");
  expect(run.exitCode, run.all).toBe(0);

  const scores = JSON.parse(await readFile(join(at.dir, "out", "scores.json"), "utf8"));
  const [first, ...others] = scores.rounds as { ok: boolean; error?: { message: string }; views: { name: string }[] }[];
  expect(first).toMatchObject({ ok: false, error: { message: "there is no camera 'target2'" } });
  expect(others).toHaveLength(3);
  for (const { views } of others) expect(views.map(({ name }) => name)).toEqual(["render", "target2"]);

  const heard = async (name: string): Promise<Asked[]> =>
    (await readFile(join(at.dir, name), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Asked);
  const [own, shadow] = await Promise.all([heard("own"), heard("shadow")]);
  for (const asked of [own, shadow]) {
    expect(asked.map(({ t, plan, program }) => [t, plan, program.thought])).toEqual(
      [2, 3, 4].map((t) => [t, "THE PLAN", `thought ${t}`]),
    );
    expect(asked[0]!.program.code).toContain("target2");
  }
  expect(own.map(({ previous, earlier }) => [previous, earlier])).toEqual([2, 3, 4].map(() => [null, []]));
  expect(shadow.map(({ previous, earlier }) => [previous?.t, earlier.map(({ t }) => t)])).toEqual([
    [undefined, []],
    [2, []],
    [3, [2]],
  ]);
  // What is remembered is what the role said, not what its shadow did.
  expect(shadow[2]!.previous!.feedback.visual_difference.major).toEqual(["off in round 3"]);
}, 120_000);
