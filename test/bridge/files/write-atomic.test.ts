import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { linkAtomic, placeAtomic, writeAtomic } from "../../../bridge/files/write-atomic.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-atomic-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("a file is written with its folder, and nothing else stays there", async () => {
  await writeAtomic(join(dir, "a", "b.json"), "one");
  await writeAtomic(join(dir, "a", "b.json"), Buffer.from("two"));
  expect(await readFile(join(dir, "a", "b.json"), "utf8")).toBe("two");
  expect(await readdir(join(dir, "a"))).toEqual(["b.json"]);
});

test("a private file is private also where an open one was before", async () => {
  const path = join(dir, "secret");
  await writeFile(path, "old", { mode: 0o644 });
  await writeAtomic(path, "token", { mode: 0o600 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("many writers of one path at once leave one of their contents, whole", async () => {
  const path = join(dir, "shared");
  const contents = Array.from({ length: 20 }, (_, n) => String(n).repeat(50_000));
  await Promise.all(contents.map((content) => writeAtomic(path, content)));
  expect(contents).toContain(await readFile(path, "utf8"));
  expect(await readdir(dir)).toEqual(["shared"]);
});

test("readers see the old file until the new one is whole, and keep it where writing fails", async () => {
  const path = join(dir, "kept");
  await writeAtomic(path, "old");
  const failing = placeAtomic(path, async (beside) => {
    await writeFile(beside, "half");
    expect(await readFile(path, "utf8")).toBe("old");
    throw new Error("no space left");
  });
  await expect(failing).rejects.toMatchObject({ code: "internal", message: expect.stringContaining("no space left") });
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(dir)).toEqual(["kept"]);
});

test("what stands in the way is named and nothing is left beside it", async () => {
  await mkdir(join(dir, "folder", "inside"), { recursive: true });
  await expect(writeAtomic(join(dir, "folder"), "x")).rejects.toMatchObject({
    code: "internal",
    message: expect.stringContaining(join(dir, "folder")),
    hint: "is the output folder writable?",
  });
  expect(await readdir(dir)).toEqual(["folder"]);
});

test("a link is pointed elsewhere in one step", async () => {
  const link = join(dir, "output", "latest");
  for (const target of ["a", "a", "../b"]) {
    await linkAtomic(link, target);
    expect(await readlink(link)).toBe(target);
  }
  expect(await readdir(join(dir, "output"))).toEqual(["latest"]);
});
