import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BlenderOptions, startBlender } from "../../../bridge/engines/blender.ts";
import type { Engine, Limits, OpReply, RunRequest, RunState } from "../../../bridge/engines/contract.ts";

export const limits: Limits = { seconds: 20, memoryMb: 3072, logKb: 8, fileMb: 32, processes: 128 };
export const quality = { px: 64, samples: 2 };

/** A cube in the middle, a sun, and a camera named Cam that sees them. */
export const cube = `
import bpy
bpy.ops.mesh.primitive_cube_add(size=2)
bpy.ops.object.light_add(type='SUN', location=(0, 0, 5))
bpy.ops.object.camera_add(location=(5, -5, 5), rotation=(0.95, 0, 0.785))
bpy.context.object.name = 'Cam'
bpy.context.scene.camera = bpy.context.object
`;

type Job = Partial<Omit<RunRequest, "op" | "program">>;

/** An engine with a scratch folder of its own, and short ways to ask it. */
export interface Lab {
  engine: Engine;
  scratch: string;
  folder(): Promise<string>;
  run(program: string, job?: Job): Promise<RunState & { dir: string }>;
  probe(scene: string, action: string, args?: Record<string, unknown>): Promise<OpReply & { dir: string }>;
  call(
    name: string,
    args?: Record<string, unknown>,
    base?: string,
    session?: string,
  ): Promise<OpReply & { dir: string }>;
  close(): Promise<void>;
}

export async function openLab(options: Partial<BlenderOptions> = {}): Promise<Lab> {
  const scratch = await mkdtemp(join(tmpdir(), "viga-lab-"));
  const engine = await startBlender({ scratch, cpus: 2, ...options });
  await mkdir(join(scratch, "jobs"));
  const folder = (): Promise<string> => mkdtemp(join(scratch, "jobs", "job-"));
  return {
    engine,
    scratch,
    folder,
    async run(program, job = {}) {
      const dir = job.dir ?? (await folder());
      const state = await engine.run({ job: "test", program, views: [], quality, limits, ...job, dir });
      return { ...state, dir };
    },
    async probe(scene, action, args = {}) {
      const dir = await folder();
      return { ...(await engine.probe({ job: "test", scene, action, args, limits, dir })), dir };
    },
    async call(name, args = {}, base, session) {
      const dir = await folder();
      const more = { ...(base === undefined ? {} : { base }), ...(session === undefined ? {} : { session }) };
      const request = { job: "test", name, args, limits, dir, ...more };
      return { ...(await engine.call(request)), dir };
    },
    async close() {
      await engine.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

export const picture = { camera: null, name: "a" };

/** Polls until a condition holds; false when it never did. */
export async function eventually(condition: () => boolean, ms = 5000): Promise<boolean> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) return false;
    await new Promise((done) => setTimeout(done, 10));
  }
  return true;
}

/** Whether a process is there, zombies not counted. */
export function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}/exe`);
}
