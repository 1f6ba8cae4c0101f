import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LiveScene } from "../../../skills/blender/live-scene.ts";
import { cube, eventually, isThere, type Lab, openLab, quality } from "../../bridge/engines/lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 60_000);
afterAll(() => lab.close());

const { signal } = new AbortController();
const run = async (scene: LiveScene, program: string) =>
  scene.run(program, { views: [], quality, dir: await lab.folder() }, signal);
const look = async (scene: LiveScene) => {
  const reply = await scene.probe("scene_info", {}, await lab.folder());
  return { reply, names: (reply.result as { objects?: { name: string }[] })?.objects?.map(({ name }) => name) };
};

it("a scene is made once more when the engine that kept it was started again", async () => {
  const scene = new LiveScene(lab.engine, undefined);
  expect((await run(scene, cube)).ok).toBe(true);
  const { pid } = lab.engine;
  process.kill(pid!, "SIGKILL");
  expect(await eventually(() => !isThere(pid!))).toBe(true);
  expect((await look(scene)).names).toEqual(["Cam", "Cube", "Sun"]);
  expect(scene.owner).toBe("last_program");
});

it("two clients have scenes of their own, and closing one lets the other be", async () => {
  const [one, two] = [new LiveScene(lab.engine, undefined), new LiveScene(lab.engine, undefined)];
  await run(one, cube);
  expect((await look(two)).names).toEqual([]);
  await two.close();
  expect((await look(one)).names).toContain("Cube");
});

it("a base that cannot be opened is the answer, each time it is asked for", async () => {
  const base = join(lab.scratch, "broken.blend");
  await writeFile(base, "BLENDER and nothing more");
  const scene = new LiveScene(lab.engine, base);
  for (const _ of [1, 2]) {
    const { reply } = await look(scene);
    expect(reply.ok).toBe(false);
    expect(reply.error?.type).not.toBe("NoScene");
    expect(reply.error?.message).toContain("broken.blend");
  }
});
