import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cube, type Lab, openLab, picture } from "../../bridge/engines/lab.ts";

const isolations = ["fork", "reset", "cold"] as const;

describe.each(isolations)("a job in isolation %s", (isolation) => {
  let lab: Lab;
  let beside: string;
  beforeAll(async () => {
    lab = await openLab({ isolation });
    // Not under the engine's own scratch folder, and not under the system's temporary one, which jobs have of their own.
    beside = await mkdtemp(join(import.meta.dirname, ".assets-"));
  });
  afterAll(async () => {
    await lab.close();
    await rm(beside, { recursive: true, force: true });
  });

  it("draws the same noise and the same random numbers for the same seed, and others for another", async () => {
    const program = `${cube}\nimport random\nprint(random.random())\nbpy.context.scene.cycles.seed = 99\n`;
    const quality = { px: 32, samples: 1 };
    const drawn = async (seed: number) => {
      const state = await lab.run(program, { views: [picture], quality, seed });
      expect(state.error).toBeUndefined();
      return { log: state.log, pixels: (await sharp(join(state.dir, "a.png")).raw().toBuffer()).toString("hex") };
    };
    const [first, again, other] = [await drawn(3), await drawn(3), await drawn(4)];
    expect(again).toEqual(first);
    expect(other.log).not.toBe(first.log);
    expect(other.pixels).not.toBe(first.pixels);
  });

  it("reads the task's assets, and nothing else that lies beside them", async () => {
    await mkdir(join(beside, "assets", "cup"), { recursive: true });
    await writeFile(join(beside, "assets", "cup", "model.obj"), "v 0 0 0\n");
    await writeFile(join(beside, "goal.py"), "secret");
    const program = (path: string) => `print(open(${JSON.stringify(path)}).read())`;
    const assets = [join(beside, "assets")];
    expect(await lab.run(program(join(beside, "assets", "cup", "model.obj")), { assets })).toMatchObject({
      ok: true,
      log: expect.stringContaining("v 0 0 0"),
    });
    expect(await lab.run(program(join(beside, "goal.py")), { assets })).toMatchObject({ ok: false });
    expect(await lab.run(program(join(beside, "assets", "cup", "model.obj")))).toMatchObject({ ok: false });
    expect(await lab.run(`open(${JSON.stringify(join(beside, "assets", "new.txt"))}, "w")`, { assets })).toMatchObject({
      ok: false,
    });
  });
});
