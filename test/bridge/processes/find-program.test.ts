import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findProgram } from "../../../bridge/processes/find-program.ts";

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-path-"));
  path = ["a", "b", "c"].map((name) => join(dir, name)).join(delimiter);
  for (const name of ["a", "b", "c"]) await mkdir(join(dir, name));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function program(...parts: string[]): Promise<string> {
  const file = join(dir, ...parts);
  await writeFile(file, "#!/bin/sh\n");
  await chmod(file, 0o755);
  return file;
}

test("the first folder of PATH that has a program wins", async () => {
  const found = await program("b", "tool");
  await program("c", "tool");
  expect(await findProgram("tool", path)).toBe(found);
  expect(await findProgram("other", path)).toBeNull();
});

test("a folder of that name and a file that may not be run are passed over", async () => {
  await mkdir(join(dir, "a", "tool"));
  await writeFile(join(dir, "b", "tool"), "", { mode: 0o644 });
  const found = await program("c", "tool");
  expect(await findProgram("tool", path)).toBe(found);
});

test("a name with a slash is taken as it stands, absolute or from the working folder", async () => {
  const found = await program("a", "tool");
  expect(await findProgram(found, "")).toBe(found);
  const from = relative(process.cwd(), found);
  expect(await findProgram(from, path)).toBe(from);
  expect(await findProgram(join(dir, "b", "tool"), path)).toBeNull();
});

test("an empty entry of PATH is not the working folder", async () => {
  await program("tool");
  const before = process.cwd();
  process.chdir(dir);
  try {
    expect(await findProgram("./tool", "")).toBe("./tool");
    for (const empty of ["", delimiter, `${delimiter}${join(dir, "a")}`]) {
      expect(await findProgram("tool", empty)).toBeNull();
    }
  } finally {
    process.chdir(before);
  }
});
