import { access } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cube, type Lab, openLab } from "../../bridge/engines/lab.ts";

describe("the scene that a job saves", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab({ isolation: "fork" });
  });
  afterAll(() => lab.close());

  it("is kept when it is a .blend", async () => {
    const made = await lab.run(cube, { save: "scene.blend" });
    expect(made.error).toBeUndefined();
    await access(join(made.dir, "scene.blend"));
  });

  it("is refused and removed when a program put something else in its place", async () => {
    const program = `${cube}
import sys
def save(path):
    with open(path, 'wb') as file: file.write(bytes([127]) + b'ELF' + bytes(60))
sys.modules['viga_engine.blender.backend.runner'].scene_file.save = save`;
    const made = await lab.run(program, { save: "scene.blend" });
    expect(made).toMatchObject({ ok: false, error: { kind: "output", type: "NoSceneFile" } });
    await expect(access(join(made.dir, "scene.blend"))).rejects.toThrow();
  });
});
