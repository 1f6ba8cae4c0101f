import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import sharp from "sharp";
import { expect, test } from "vitest";
import { generatorReply, verifierReply } from "../../actors/players/command/protocol.ts";

const players = join(import.meta.dirname, "../../examples/players");
const start = "lamp.energy = 60.0\ncube.location = (0.3, 0.2, 0.4)\nfor i in range(3):\n    pass\n";

async function turn(program: string, file: string, request: object): Promise<Record<string, unknown>> {
  const { stdout } = await execa(program, [join(players, file)], { input: JSON.stringify(request) });
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

test("the random search changes three numbers, by seed and round, and goes on from the best program", async () => {
  const task = { start };
  const ask = (t: number, best: object | null, seed = 0) =>
    turn("python3", "random_search.py", { op: "write", t, seed, task, best, from: { code: start } });
  const first = await ask(1, null);
  expect(generatorReply.safeParse(first).success).toBe(true);
  expect(await ask(1, null)).toEqual(first);
  expect((await ask(1, null, 1)).code).not.toBe(first.code);
  const before = start.match(/\d+\.\d+/g)!;
  const after = String(first.code).match(/\d+(?:\.\d+)?/g)!;
  expect(first.code).not.toBe(start);
  expect(String(first.code)).toContain("range(3)");
  expect(after.length).toBe(before.length + 1);
  const next = await ask(2, { program: { code: "a = 5.0\n" } });
  expect(next.code).toMatch(/^a = \d/);
});

test("the verifier that sees the mean colour tells equal from unequal, and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "viga-test-players-"));
  try {
    const files = await Promise.all(
      ["#204060", "#a04060", "#204060"].map(async (background, i) => {
        const file = join(folder, `${i}.png`);
        await sharp({ create: { width: 8, height: 8, channels: 3, background } })
          .png()
          .toFile(file);
        return file;
      }),
    );
    const judge = (file: string) =>
      turn(process.execPath, "mean-colour.ts", {
        op: "judge",
        task: { targets: [{ name: "render1", file: files[0] }] },
        state: { renders: [{ name: "render1", file }] },
      });
    const off = await judge(files[1]!);
    expect(verifierReply.parse(off).visual_difference.major[0]).toMatch(/red too high by 128/);
    expect(off.overall_similarity).toBe(50);
    expect(await judge(files[2]!)).toMatchObject({ overall_similarity: 100, visual_difference: { major: [] } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
