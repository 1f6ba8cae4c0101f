import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { locateBlender } from "../../../bridge/engines/locate.ts";
import { cube, type Lab, openLab, picture } from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ isolation: "reset" });
}, 60_000);
afterAll(() => lab.close());

const engine = "import sys\nname = 'viga_engine.blender.backend.'\n";

it("a job's process was there before the job, and no other job had it", async () => {
  await lab.run("");
  // Seconds since the machine started: when the process began, and now.
  const started = "float(open('/proc/self/stat').read().rsplit(')')[1].split()[19]) / os.sysconf('SC_CLK_TCK')";
  const program = `import os, time\nprint(time.clock_gettime(time.CLOCK_BOOTTIME) - ${started}, ${started})`;
  await new Promise((done) => setTimeout(done, 3000));
  const [first, second] = [await lab.run(program), await lab.run(program)];
  const [age = 0, began] = first.log.split(" ").map(Number);
  expect(age).toBeGreaterThan(1);
  expect(Number(second.log.split(" ")[1])).toBeGreaterThan(began ?? 0);
});

it.each([
  [
    "a function of the engine",
    `${engine}p = sys.modules[name + 'program']\ntrue = p.execute\np.execute = lambda text: print('STOLEN') or true(text)`,
  ],
  ["a list of Python's library", "import linecache, sys\nsys.path.insert(0, '/tmp')\nlinecache.cache['STOLEN'] = ()"],
  [
    "a file in its home, and an open descriptor",
    "import os\nos.dup2(1, 77)\nopen(os.environ['HOME'] + '/STOLEN', 'w').close()",
  ],
  [
    "what says that the process is as it was",
    `${engine}import os\nos._exit = sys.exit\nsys.modules[name + 'inner'].serve = lambda *_: print('STOLEN')`,
  ],
])("%s that a program changed does not reach the next job; the kept scene stays", async (_, program) => {
  await lab.run(`${cube}${program}`, { keep: "scene" });
  const look =
    "import linecache, os, sys\nprint(os.listdir(os.environ['HOME']), os.path.exists('/proc/self/fd/77'), sys.path, list(linecache.cache))";
  const after = await lab.run(look);
  expect(after.log).toContain(" False ");
  expect(after.log).not.toMatch(/STOLEN|'\/tmp'/);
  expect((await lab.probe("scene", "bounds")).result).toMatchObject({ center: [0, 0, 0] });
});

it("what lies in a job's folder is there for it, and what it wrote afterwards, pictures and folders too", async () => {
  await lab.run("");
  const dir = await lab.folder();
  await mkdir(join(dir, "given"));
  const program = `${cube}import os\nprint(os.listdir('.'))\nos.makedirs('made/below')\nopen('made/below/file', 'w').write('text')`;
  const state = await lab.run(program, { dir, views: [picture] });
  expect(state).toMatchObject({ ok: true, log: "['given']", renders: [{ name: "a" }] });
  expect(await readFile(join(dir, "made/below/file"), "utf8")).toBe("text");
  expect((await readFile(join(dir, "a.png"))).length).toBeGreaterThan(100);
});

it("a Blender whose starter says where its parts are is started anew with what that says", async () => {
  const folder = await mkdtemp(join(tmpdir(), "viga-starter-"));
  const starter = join(folder, "blender");
  const found = `exec '${await locateBlender()}' "$@"`;
  await writeFile(starter, `#!/bin/sh\nexport BLENDER_SYSTEM_EXTENSIONS=/nowhere/parts\n${found}\n`, { mode: 0o755 });
  const other = await openLab({ isolation: "cold", blender: starter });
  try {
    const { log } = await other.run("import os\nprint(os.environ.get('BLENDER_SYSTEM_EXTENSIONS'))");
    expect(log).toBe("/nowhere/parts");
  } finally {
    await other.close();
    await rm(folder, { recursive: true });
  }
}, 60_000);
