import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { assetServices } from "../harness/asset-services.ts";
import { type Workplace, workplace } from "../harness/cli.ts";

let at: Workplace;
let services: Awaited<ReturnType<typeof assetServices>>;
let run: string[];
beforeEach(async () => {
  at = await workplace();
  services = await assetServices();
  services.behave({ polls: 0 });
  vi.stubEnv("XDG_CACHE_HOME", join(at.dir, "cache"));
  const service = `[{ kind: sam3d, url: "${services.url}/fal-ai/sam-3/3d-objects" }]`;
  const without = at.run.filter((word, index) => word !== "--start" && at.run[index - 1] !== "--start");
  run = [...without, "--set", "init=sam3d", "--set", `assets.services=${service}`];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await services.close();
  await at.close();
});

const events = async () =>
  (await readFile(join(at.dir, "out/tape.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; data: Record<string, never> });

describe("init: sam3d", () => {
  it("starts from a scene that the service makes of the target, and tells a program that drops it", async () => {
    const forgets =
      "import bpy\nbpy.ops.mesh.primitive_cube_add()\nbpy.ops.object.camera_add(location=(0, -6, 0), rotation=(1.57, 0, 0))\nbpy.context.scene.camera = bpy.context.object\n";
    await writeFile(join(at.dir, "recording.json"), JSON.stringify({ generator: [{ t: 1, code: forgets }] }));
    const result = await at.viga(...run, "--out", "out");
    expect(result.exitCode, result.all).toBe(0);
    expect(result.all).toContain("SAM 3D makes the start scene: 100 %");
    const [asked] = services.asked;
    expect(asked!.body).toMatchObject({ prompt: "object", image_url: expect.stringMatching(/^data:image\/png/) });
    const [scene] = await readdir(join(at.dir, "out/assets"));
    expect(scene).toMatch(/^start_scene-\w{8}\.glb$/);
    expect(await readFile(join(at.dir, "out/codes/0.py"), "utf8")).toContain(`out/assets/${scene}`);
    const { channels } = await sharp(join(at.dir, "out/renders/0/render.png")).stats();
    expect(channels[0]!.max - channels[0]!.min).toBeGreaterThan(10);
    const told = JSON.stringify((await events()).filter(({ type }) => type === "state"));
    expect(told).toContain("but the program no longer loads");
  }, 240_000);

  it("makes no folder and tells why where the service cannot", async () => {
    services.behave({ polls: 0, fails: "no object was found" });
    const result = await at.viga(...run, "--out", "out");
    expect(result.exitCode).toBe(1);
    expect(result.all).toContain("sam3d failed at model: no object was found");
    expect(await readdir(at.dir)).not.toContain("out");
  }, 120_000);

  it("is refused beside a start program, and told by --dry-run, which asks nobody", async () => {
    const both = await at.viga(...run, "--start", "task/start.py", "--out", "out");
    expect([both.exitCode, both.all]).toEqual([2, expect.stringContaining("init: sam3d makes the start program")]);
    const plan = await at.viga(...run, "--dry-run");
    expect(plan.all).toContain("from a scene that SAM 3D makes of the target");
    expect(services.asked).toEqual([]);
  }, 120_000);
});
