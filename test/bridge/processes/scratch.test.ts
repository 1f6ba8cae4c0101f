import { spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { identityOf, isAlive, namespaceOf, startOf } from "../../../bridge/processes/identity.ts";
import { sweepScratch } from "../../../bridge/processes/scratch.ts";

const module = join(import.meta.dirname, "../../../bridge/processes/scratch.ts");
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "scratch-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

test("a process is alive by its own name until it ends, and not by the name of one with the same number", async () => {
  const child = spawn("sleep", ["60"]);
  const identity = identityOf(child.pid) ?? "";
  expect(isAlive(identity)).toBe(true);
  const [boot, namespace, pid, start] = identity.split("/");
  expect(isAlive([boot, namespace, pid, Number(start) + 1].join("/"))).toBe(false);
  expect(isAlive(["another-boot", namespace, pid, start].join("/"))).toBeNull();
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
  expect(isAlive(identity)).toBe(false);
});

test("the scratch folder of a process that was killed is swept, everybody else's stays", async () => {
  const code = `import { makeScratch } from ${JSON.stringify(module)}; await makeScratch("cpu"); process.kill(process.pid, "SIGKILL");`;
  spawnSync(process.execPath, ["--input-type=module", "-e", code], { env: { ...process.env, TMPDIR: root } });
  const [killed = ""] = await readdir(root);
  expect(killed).toMatch(/^viga-cpu\./);
  const own = `viga-cpu.${process.pid}.${startOf(process.pid)}.${namespaceOf()}.AAAAAA`;
  const elsewhere = "viga-cpu.1.1.1.BBBBBB";
  for (const name of [own, elsewhere, "viga-notes", "other"]) await mkdir(join(root, name));
  expect(await sweepScratch(root)).toEqual([killed]);
  expect((await readdir(root)).sort()).toEqual(["other", elsewhere, own, "viga-notes"].sort());
});
