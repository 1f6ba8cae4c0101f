import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { PlayerIO, VerifierPlayer } from "../../../actors/players/player.ts";
import { startBlender } from "../../../bridge/engines/blender.ts";
import { defaultLimits, type Engine } from "../../../bridge/engines/contract.ts";
import { listGenerator, silentFeedback } from "../../harness/players.ts";
import { type TestRing, testRing } from "../../harness/ring.ts";

/** A plane of one glowing colour that fills the camera. */
const sheet = (colour: string) => `
import bpy
scene = bpy.context.scene
scene.view_settings.view_transform = 'Standard'
bpy.ops.mesh.primitive_plane_add(size=40)
material = bpy.data.materials.new('Sheet')
material.use_nodes = True
nodes = material.node_tree.nodes
nodes.clear()
glow = nodes.new('ShaderNodeEmission')
glow.inputs['Color'].default_value = (${colour}, 1)
out = nodes.new('ShaderNodeOutputMaterial')
material.node_tree.links.new(glow.outputs[0], out.inputs['Surface'])
bpy.context.object.data.materials.append(material)
bpy.ops.object.camera_add(location=(0, 0, 5))
scene.camera = bpy.context.object
`;
const [red, green, blue] = ["1, 0, 0", "0, 1, 0", "0, 0, 1"].map(sheet);
const colours = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255] };

let scratch: string;
const engines: Engine[] = [];
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "viga-probes-"));
  for (const name of ["a", "b"]) engines.push(await startBlender({ scratch: join(scratch, name), cpus: 1 }));
}, 120_000);
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  await rm(scratch, { recursive: true, force: true });
});

let ring: TestRing;
afterEach(() => ring.close());

/** Middle pixel of a picture that the probe takes of the scene at hand. */
async function look(io: PlayerIO): Promise<number[]> {
  const reply = await io.job({ op: "probe", action: "render", args: { px: 16, samples: 1 } });
  expect(reply.error).toBeUndefined();
  const { data, info } = await sharp(await io.bytes(reply.files["probe.png"]!))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const middle = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels;
  // The renderer dithers by one.
  return [...data.subarray(middle, middle + 3)].map((value) => (value < 4 ? 0 : value > 251 ? 255 : value));
}

/** Names of the run's scenes that an engine still keeps, out of a round's three. */
async function keptBy(engine: Engine, t: number): Promise<number[]> {
  const kept: number[] = [];
  for (const candidate of [0, 1, 2]) {
    const dir = await mkdtemp(join(scratch, "look-"));
    const scene = `test-run.${t}.${candidate}`;
    const reply = await engine.probe({ job: "look", scene, action: "bounds", args: {}, limits: defaultLimits, dir });
    if (reply.ok) kept.push(candidate);
    else expect(reply.error?.type).toBe("NoScene");
  }
  return kept;
}

/** Chooses the candidate of that number whatever was measured, and does something at each look. */
function choosing(candidate: number, on: (t: number, io: PlayerIO) => Promise<void>): VerifierPlayer {
  return {
    name: "choosing",
    choose: async () => candidate,
    async judge({ t }, io) {
      await on(t, io);
      return silentFeedback;
    },
  };
}

const bestOfThree = () =>
  testRing((spec) => ({
    ...spec,
    task: { ...spec.task, start: null },
    memory: { ...spec.memory, candidates: 3 },
    render: { preview: { px: 16, samples: 1 }, final: { px: 16, samples: 1 } },
  }));

test("the verifier of a best-of-3 run probes the candidate that was chosen, and the others' scenes are let go", async () => {
  ring = await bestOfThree();
  const seen: number[][] = [];
  const kept: number[][] = [];
  const verifier = choosing(1, async (t, io) => {
    seen.push(await look(io));
    kept.push(await keptBy(engines[0]!, t), t === 1 ? [] : await keptBy(engines[0]!, 1));
  });
  const generator = listGenerator([[red, green, blue].join("|"), [blue, red, green].join("|")]);
  ring.start({ players: { generator, verifier }, slots: { cpu: engines[0]! } });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done" });
  expect(seen).toEqual([colours.green, colours.red]);
  expect(kept).toEqual([[1], [], [1], []]);
}, 120_000);

test("a generator asks about the program that it is to change, the chosen one of the last round", async () => {
  ring = await bestOfThree();
  const seen: number[][] = [];
  const list = listGenerator([[red, green, blue].join("|")]);
  const generator = {
    ...list,
    async write(...[context, io]: Parameters<typeof list.write>) {
      if (context.t === 2) seen.push(await look(io));
      else
        expect(await io.job({ op: "probe", action: "bounds", args: {} })).toMatchObject({ error: { type: "NoScene" } });
      return list.write(context, io);
    },
  };
  ring.start({ players: { generator, verifier: choosing(0, async () => undefined) }, slots: { cpu: engines[0]! } });
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done" });
  expect(seen).toEqual([colours.red]);
}, 120_000);

test("with two slots a probe goes to the one where the candidate ran, and to the run's own when that is lost", async () => {
  ring = await bestOfThree();
  const seen: Record<string, number[]> = {};
  let lose = () => undefined as unknown;
  const verifier = choosing(1, async (_, io) => {
    const states = ring.events.filter((event) => event.type === "state").map((event) => event.data.state);
    const slots = new Map(
      (states as { candidate: number; slot: string }[]).map((state) => [state.candidate, state.slot]),
    );
    expect(new Set(slots.values()).size).toBe(2);
    // The home slot's engine keeps none of this round any more: the losers went, and the winner is elsewhere.
    const home = slots.get(0) === "gpu0" ? 0 : 1;
    seen.there = await look(io);
    expect([await keptBy(engines[home]!, 1), await keptBy(engines[1 - home]!, 1)]).toEqual([[], [1]]);
    process.kill(engines[1 - home]!.pid!, "SIGKILL");
    seen.restarted = await look(io);
    lose = () => parts[1 - home]!.abort();
    lose();
    seen.lost = await look(io);
    expect(await keptBy(engines[home]!, 1)).toEqual([1]);
  });
  const generator = listGenerator([[red, green, blue].join("|")]);
  const players = { generator, verifier };
  const parts = engines.map((engine, index) => ring.start({ players, slots: { [`gpu${index}`]: engine }, roles: [] }));
  ring.start({ players });
  // Both slots must be known before the candidates are spread.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await ring.begin();
  expect(await ring.finished()).toMatchObject({ status: "done" });
  expect(seen).toEqual({ there: colours.green, restarted: colours.green, lost: colours.green });
}, 180_000);
