import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { execa } from "execa";

/** What a plain Blender, without anything of ours, does with a program: executes it, then renders. */
export interface PlainJob {
  program: string;
  /** Python that runs between the program and the render: a move of the camera, for example. */
  after?: string;
  /** The longer side and the shape of the picture; no `size`: the scene's own shape at `px`. */
  px: number;
  samples: number;
  shape?: readonly [number, number];
  /** Where the picture goes. */
  path: string;
  /** A .blend to open instead of an empty scene, and one to save afterwards. */
  open?: string;
  save?: string;
}

const flags = ["-b", "--factory-startup", "-noaudio", "--python-exit-code", "1", "--python"];

const functions = `
import bpy, json, sys

def reset(open_path=None):
    if open_path:
        bpy.ops.wm.open_mainfile(filepath=open_path)
    else:
        bpy.ops.wm.read_factory_settings(use_empty=True)

def work(job):
    exec(compile(job["program"], "program.py", "exec"), {"__name__": "__main__"})
    exec(compile(job.get("after", ""), "after.py", "exec"), {"__name__": "__main__"})
    scene = bpy.context.scene
    if scene.camera is None:
        scene.camera = next(thing for thing in scene.objects if thing.type == "CAMERA")
    if job.get("save"):
        bpy.ops.wm.save_as_mainfile(filepath=job["save"], copy=True)
    scene.render.engine = "CYCLES"
    scene.cycles.samples = job["samples"]
    scene.cycles.use_denoising = False
    wide, high = job.get("shape") or (scene.render.resolution_x, scene.render.resolution_y)
    part = job["px"] / max(wide, high)
    scene.render.resolution_x, scene.render.resolution_y = round(wide * part), round(high * part)
    scene.render.resolution_percentage = 100
    scene.render.filepath = job["path"]
    bpy.ops.render.render(write_still=True)
`;

const once = `${functions}
with open(sys.argv[-1]) as file:
    job = json.load(file)
reset(job.get("open"))
work(job)
`;

/** A line is a job, done at once; the scene is reset after the answer, while nobody waits. */
const resident = `${functions}
reset()
for line in sys.stdin:
    work(json.loads(line))
    print("\\nDONE", flush=True)
    reset()
    print("\\nREADY", flush=True)
`;

/** One job by a Blender that is started for it and ends with it. -> seconds */
export async function coldBlender(blender: string, scratch: string, job: PlainJob): Promise<number> {
  const [script, given] = [join(scratch, "once.py"), join(scratch, "job.json")];
  await writeFile(script, once);
  await writeFile(given, JSON.stringify(job));
  const began = performance.now();
  await execa(blender, [...flags, script, "--", given], { stdin: "ignore", stdout: "ignore" });
  return (performance.now() - began) / 1000;
}

export interface WarmBlender {
  /** -> seconds from the request to the picture; those of the reset afterwards are `resets`. */
  run(job: PlainJob): Promise<number>;
  readonly resets: number[];
  close(): Promise<void>;
}

/** A Blender that stays: no sandbox, no fork, no checks, a whole reset between jobs. */
export async function warmBlender(blender: string, scratch: string): Promise<WarmBlender> {
  const script = join(scratch, "resident.py");
  await writeFile(script, resident);
  const child = execa(blender, [...flags, script], { stdout: "pipe", stdin: "pipe", buffer: false, reject: false });
  const heard: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout as Readable }).on("line", (line) => {
    if (line === "DONE" || line === "READY") heard.shift()?.(line);
  });
  const next = (): Promise<string> =>
    new Promise((resolve, reject) => {
      heard.push(resolve);
      void child.then(({ exitCode }) => reject(new Error(`the plain Blender ended with ${exitCode}`)));
    });
  const resets: number[] = [];
  return {
    resets,
    async run(job) {
      const began = performance.now();
      const done = next();
      child.stdin.write(`${JSON.stringify(job)}\n`);
      await done;
      const seconds = (performance.now() - began) / 1000;
      await next();
      resets.push((performance.now() - began) / 1000 - seconds);
      return seconds;
    },
    async close() {
      child.stdin.end();
      await child;
    },
  };
}
