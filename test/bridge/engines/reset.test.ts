import { afterAll, beforeAll, expect, it } from "vitest";
import { cube, type Lab, openLab } from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ isolation: "reset" });
}, 60_000);
afterAll(() => lab.close());

/** When the process began. */
const process = "print(open('/proc/self/stat').read().split()[21])";
const next = async () => (await lab.run(process)).log;
const ours = "import sys\np = sys.modules['viga_engine.blender.backend.program']\n";

it("jobs that change nothing share a process, also after a program's error", async () => {
  const first = await next();
  expect((await lab.run(`${cube}import numpy, logging\nraise ValueError('no')`)).ok).toBe(false);
  expect(await next()).toBe(first);
});

it.each([
  ["a function of the engine", `${ours}true = p.execute\np.execute = lambda text: print('STOLEN') or true(text)`],
  ["what a function of the engine runs", `${ours}p._leave_edit_mode.__code__ = (lambda: print('STOLEN')).__code__`],
  ["a builtin, in front of the engine's module", `${ours}p.len = lambda of: print('STOLEN')`],
  ["a function of Python's library", "import os\nos.path.isabs = lambda path: str(path).startswith('/')"],
  ["a method of Python's library", "import json\njson.JSONDecoder.raw_decode = lambda *given: print('STOLEN')"],
])("%s that a program replaced does not reach the next job; the kept scene stays", async (_, program) => {
  const before = await next();
  await lab.run(`${cube}${program}`, { keep: "scene" });
  const after = await next();
  expect(after).not.toContain("STOLEN");
  expect(after).not.toBe(before);
  expect((await lab.probe("scene", "bounds")).result).toMatchObject({ center: [0, 0, 0] });
});
