import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ReplyCounter } from "../../cli/eval/replies.ts";
import { rescore } from "../../cli/eval/rescore.ts";
import { openUnseen } from "../../cli/eval/unseen.ts";
import { modeOf } from "../../config/modes/index.ts";
import type { Column, Evaluated } from "../../evaluators/columns/column.ts";
import type { State, Task } from "../../machines/domain/index.ts";

const scene = (x: number, cameras: number) => `import bpy
bpy.ops.mesh.primitive_cube_add(size=1, location=(${x}, 0, 0))
bpy.ops.object.light_add(type="SUN", rotation=(0.6, 0.3, 0))
for n, (place, turn) in enumerate([((0, -6, 0), (1.5708, 0, 0)), ((6, 0, 0), (1.5708, 0, 1.5708))][:${cameras}]):
    bpy.ops.object.camera_add(location=place, rotation=turn)
    bpy.context.object.name = "Camera%d" % (n + 1)
`;

let dir: string;
let target: Buffer;
let unseen: Awaited<ReturnType<typeof openUnseen>>;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-unseen-"));
  const grey = { r: 80, g: 80, b: 80 };
  target = await sharp({ create: { width: 32, height: 32, channels: 3, background: grey } })
    .png()
    .toBuffer();
  unseen = await openUnseen(modeOf("blendergym"));
}, 60_000);
afterAll(async () => {
  await unseen?.close();
  await rm(dir, { recursive: true, force: true });
});

async function taskOf(name: string, code: string, truth: Record<string, string>): Promise<Evaluated> {
  const source = join(dir, name);
  await mkdir(join(source, "renders", "goal"), { recursive: true });
  for (const [ending, text] of Object.entries(truth)) await writeFile(join(source, `goal.${ending}`), text);
  return {
    state: { ok: true } as State,
    task: { name, targets: [{ name: "render1", image: "sha256:a" }], base: null } as unknown as Task,
    code,
    read: async () => target,
    truth: new Map(Object.keys(truth).map((ending) => [ending, join(source, `goal.${ending}`)])),
    source,
  };
}

describe("the score of cameras whose goal was not given", () => {
  it("draws goal and program from the goal scene's other cameras: 0 where they agree", async () => {
    const right = await taskOf("both", scene(0, 2), { py: scene(0, 2) });
    // What Camera1 does not show: the cube stands further back.
    const wrong = { ...right, code: scene(0, 2).replace("location=(0, 0, 0)", "location=(0, 1.5, 0)") };
    expect(await unseen.column.measure(right)).toEqual({ unseen_pl: 0 });
    expect((await unseen.column.measure(wrong)).unseen_pl).toBeGreaterThan(0.01);
  }, 120_000);

  it("takes the data set's own pictures where there are any", async () => {
    const task = await taskOf("pictures", scene(0, 2), {});
    const white = { r: 255, g: 255, b: 255 };
    const goal = sharp({ create: { width: 24, height: 24, channels: 3, background: white } });
    await goal.png().toFile(join(dir, "pictures", "renders", "goal", "render2.png"));
    expect((await unseen.column.measure(task)).unseen_pl).toBeGreaterThan(0.3);
    const without = { ...task, code: scene(0, 1) };
    await expect(unseen.column.measure(without)).rejects.toMatchObject({ code: "program_error" });
  }, 120_000);

  it("says of which tasks nothing unseen is known", async () => {
    expect(await unseen.column.measure(await taskOf("single", scene(0, 1), { py: scene(0, 1) }))).toEqual({});
    expect(unseen.column.notes?.().join()).toMatch(/nothing unseen is known of single: no goal picture/);
  }, 120_000);

  it("stands at the start and at what the run chose, and is no oracle over the rounds", async () => {
    const measured: number[] = [];
    const column: Column = {
      metrics: unseen.column.metrics,
      ends: true,
      measure: async ({ state }) => {
        measured.push(state.t);
        return { unseen_pl: state.t };
      },
    };
    const run = join(import.meta.dirname, "../fixtures/runs-ea2bb64/models");
    const entry = { id: "a", group: "a", dir: run, status: null, reason: null, source: null, truth: new Map() };
    const metricsOf = ({ metrics }: { metrics: readonly Column["metrics"][number][] }) => [
      ...metrics,
      ...column.metrics,
    ];
    const { task } = await rescore(entry, [column], metricsOf, new ReplyCounter());
    const { chosenT, numbers } = task;
    expect(new Set(measured)).toEqual(new Set([0, chosenT]));
    expect([numbers.start?.unseen_pl, numbers.chosen?.unseen_pl, numbers.final?.unseen_pl]).toEqual([
      0,
      chosenT,
      chosenT,
    ]);
    expect(numbers.oracle).toHaveProperty("pl");
    expect(numbers.oracle).not.toHaveProperty("unseen_pl");
  }, 60_000);
});
