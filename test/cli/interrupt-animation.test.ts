import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { main } from "../harness/cli.ts";

/** A box that slides past the camera, in as many frames as an animation has at most; at the quality below they take seconds. */
const program = `import bpy
bpy.ops.mesh.primitive_cube_add()
box = bpy.context.object
for frame, x in ((1, -2), (48, 2)):
    box.location.x = x
    box.keyframe_insert("location", frame=frame)
bpy.ops.object.light_add(type="SUN", rotation=(0.5, 0.3, 0))
bpy.ops.object.camera_add(location=(0, -9, 2), rotation=(1.4, 0, 0))
scene = bpy.context.scene
scene.camera, scene.frame_start, scene.frame_end = bpy.context.object, 1, 48
`;

/** Processes that a SIGINT to the group reached, or those that they started and left. */
async function leftOf(group: number): Promise<string[]> {
  const found = await Promise.all(
    (await readdir("/proc"))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        const stat = await readFile(join("/proc", pid, "stat"), "utf8").catch(() => "");
        const [state, , inGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return Number(inGroup) === group && state !== "Z" ? [pid] : [];
      }),
  );
  return found.flat();
}

test("Ctrl-C while the animation's frames are drawn leaves a whole folder and nothing running, and the run goes on", async () => {
  const dir = await mkdtemp(join(tmpdir(), "viga-frames-"));
  try {
    const played = {
      generator: [{ t: 1, thought: "slides", code: program }],
      verifier: [{ thought: "Nobody judged it.", overall_similarity: 50 }],
    };
    await writeFile(join(dir, "moves.json"), JSON.stringify(played));
    const sets = ["stop.max_rounds=1", "render.preview={px: 256, samples: 96}", "render.final={px: 64, samples: 1}"];
    const roles = ["roles.generator=replay:moves.json", "roles.verifier=replay:moves.json"];
    const asked = ["run", "--mode", "dynamic_scene", "--text-only", "--text", "A box slides.", "--out", "out"];
    const args = [main, ...asked, ...[...sets, ...roles].flatMap((set) => ["--set", set])];
    const options = { cwd: dir, stdin: "ignore", reject: false } as const;
    // A group of its own, as a shell gives it, so that Ctrl-C reaches Blender, the bus and ffmpeg too.
    const running = execa(process.execPath, args, { ...options, detached: true });
    await new Promise<void>((resolve) => {
      const look = (text: Buffer) => /drawing the animation: frame \d+ of 48/.test(String(text)) && resolve();
      running.stdout.on("data", look);
      running.stderr.on("data", look);
      void running.then(() => resolve());
    });
    process.kill(-running.pid!, "SIGINT");
    const { exitCode, stdout, stderr } = await running;
    expect(exitCode, stdout + stderr).toBe(130);
    expect(stdout + stderr).toContain("interrupted; continue with: viga run --resume out");
    expect(await leftOf(running.pid!)).toEqual([]);
    expect(existsSync(join(dir, "out", "animation.gif"))).toBe(false);
    expect(JSON.parse(await readFile(join(dir, "out", "scores.json"), "utf8"))).toMatchObject({ best: { t: 1 } });

    const resumed = await execa(process.execPath, [main, "run", "--resume", "out"], options);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(await readdir(join(dir, "out"))).toEqual(
      expect.arrayContaining(["animation.gif", "animation.png", "report.html"]),
    );
  } finally {
    await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}, 240_000);
