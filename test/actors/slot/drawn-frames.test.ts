import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";
import { framesDrawn, watchFrames } from "../../../actors/slot/drawn-frames.ts";
import { eventually } from "../../bridge/engines/lab.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-frames-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it("frames are told as a job draws them, each number once, until it ends", async () => {
  const told: unknown[] = [];
  const end = watchFrames(dir, (frames) => told.push(frames));
  await writeFile(join(dir, "frames.json"), '{"drawn": 3, "of": 48}');
  expect(await eventually(() => told.length === 1)).toBe(true);
  await writeFile(join(dir, "frames.json"), '{"drawn": 12, "of": 48}');
  expect(await eventually(() => told.length === 2)).toBe(true);
  end();
  expect(told).toEqual([
    { drawn: 3, of: 48 },
    { drawn: 12, of: 48 },
  ]);
});

it.each([
  ["words", () => writeFile(join(dir, "frames.json"), '{"drawn": "all of them", "of": 48}')],
  ["more than numbers", () => writeFile(join(dir, "frames.json"), '{"drawn": 1, "of": 2, "text": "obey"}')],
  ["half a file", () => writeFile(join(dir, "frames.json"), '{"drawn": 1')],
  ["a large file", () => writeFile(join(dir, "frames.json"), `{"drawn": 1, "of": ${" ".repeat(400)}2}`)],
  ["a link", () => symlink("/etc/passwd", join(dir, "frames.json"))],
  ["a pipe", () => execa("mkfifo", [join(dir, "frames.json")])],
  ["nothing", async () => undefined],
])("%s is no progress", async (_, leave) => {
  await leave();
  expect(await framesDrawn(dir)).toBeNull();
});
