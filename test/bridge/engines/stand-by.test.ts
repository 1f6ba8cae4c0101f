import { copyFile, mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killTree, treeOf } from "../../../bridge/processes/tree.ts";
import { cube, eventually, type Lab, openLab, picture } from "./lab.ts";

/** A name that the lint warns of, in a function that nothing calls. */
const warned = `${cube}\ndef later():\n    bpy.data.lihgts.new("a", "SUN")\n`;

describe("the processes that wait for the next job", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ isolation: "fork" });
  });
  afterAll(() => lab?.close());

  const bytesOf = async ({ dir }: { dir: string }) => await readFile(join(dir, "a.png"));
  const warnings = (checks: readonly { check: string }[] = []) => checks.filter(({ check }) => check === "program");
  /** All below the engine's server and supervisors: what waits for a job, and what reads programs. */
  function inside(): number[] {
    const tree = treeOf(lab.engine.pid!);
    const near = new Set([
      lab.engine.pid!,
      ...tree.filter(({ parent }) => parent === lab.engine.pid).map((one) => one.pid),
    ]);
    return tree.filter(({ pid }) => !near.has(pid)).map(({ pid }) => pid);
  }

  it("are there before the job, and another is there after it", async () => {
    expect(await eventually(() => inside().length > 0)).toBe(true);
    const before = inside();
    expect((await lab.run("import os\nprint(os.getpid())", { keep: "scene" })).ok).toBe(true);
    expect(await eventually(() => inside().some((pid) => !before.includes(pid)))).toBe(true);
    await lab.engine.drop("scene");
  });

  it("hold memory that a job can write to at once", async ({ skip }) => {
    const said = await lab.run(`
import ctypes, resource
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
kept = [bytearray(b"x") * (1 << 20) for _ in range(16)]
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before, hasattr(ctypes.CDLL(None), "mallctl"))
`);
    const [faults, allocator] = said.log.trim().split(" ");
    if (allocator === "False") skip("this Blender allocates by another library than jemalloc");
    // Pages of memory that are new to the job: 16 MiB are 4096.
    expect(Number(faults)).toBeLessThan(400);
  });

  it("may be killed while they wait: the job runs, is read and draws the same picture", async () => {
    const first = await lab.run(warned, { views: [picture] });
    expect(first.ok).toBe(true);
    expect(warnings(first.checks)).toHaveLength(1);
    for (const pid of inside()) killTree(pid);
    const second = await lab.run(warned, { views: [picture] });
    expect(second.ok).toBe(true);
    expect(warnings(second.checks)).toEqual(warnings(first.checks));
    expect((await bytesOf(second)).equals(await bytesOf(first))).toBe(true);
  });

  it("are those of the base that the job before was on, and do no job on another", async () => {
    const folder = await mkdtemp(join(lab.scratch, "bases-"));
    const bases = ["one", "two"].map((name) => join(folder, `${name}.blend`));
    for (const [index, base] of bases.entries()) {
      const made = await lab.run(
        `import bpy\nbpy.data.objects.new("Thing${index}", None)\nbpy.data.texts.new("t${index}")`,
        {
          save: "saved.blend",
        },
      );
      expect(made.ok).toBe(true);
      await copyFile(join(made.dir, "saved.blend"), base);
    }
    const tell = "import bpy\nprint([t.name for t in bpy.data.texts])";
    for (const [base, said] of [
      [bases[0], "['t0']"],
      [bases[0], "['t0']"],
      [bases[1], "['t1']"],
      [undefined, "[]"],
      [bases[1], "['t1']"],
    ] as const) {
      expect((await lab.run(tell, base === undefined ? {} : { base })).log.trim()).toBe(said);
    }
  });

  it("go on waiting while a kept scene is looked at", async () => {
    const { dir } = await lab.run(cube, { save: "saved.blend" });
    const base = join(dir, "saved.blend");
    expect((await lab.run("pass", { base, keep: "looked-at" })).ok).toBe(true);
    await lab.run("pass", { base });
    const settled = async () => {
      const before = inside().join();
      await new Promise((resolve) => setTimeout(resolve, 400));
      return inside().join() === before;
    };
    while (!(await settled()));
    const before = inside();
    expect((await lab.probe("looked-at", "scene_info")).ok).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(before.filter((pid) => !inside().includes(pid))).toEqual([]);
    await lab.engine.drop("looked-at");
  }, 30_000);

  it("cost a program that the lint cannot read nothing", async () => {
    const nested = `${cube}\nx = ${"(".repeat(150)}1${")".repeat(150)}\n`;
    const odd = await lab.run(nested, { views: [picture] });
    expect(odd.ok).toBe(true);
    expect(warnings((await lab.run(warned)).checks)).toHaveLength(1);
  });
});
