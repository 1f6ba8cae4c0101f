import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBlender } from "../../../bridge/engines/blender.ts";
import { cube, eventually, isThere, type Lab, openLab, picture } from "./lab.ts";

/** All descendants of a process. */
function family(pid: number): number[] {
  const found: number[] = [];
  const waiting = [pid];
  while (waiting.length > 0) {
    const next = waiting.pop() as number;
    try {
      const children = readFileSync(`/proc/${next}/task/${next}/children`, "utf8").trim().split(" ").filter(Boolean);
      for (const child of children.map(Number)) {
        found.push(child);
        waiting.push(child);
      }
    } catch {
      // It ended in between.
    }
  }
  return found;
}

describe("the life of an engine's process", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab.close());

  it("a job whose engine is killed settles as a crash, and the next job has a fresh engine", async () => {
    const first = lab.engine.pid as number;
    const running = lab.run(cube, { views: [picture], quality: { px: 2048, samples: 4096 } });
    expect(await eventually(() => family(first).length >= 2)).toBe(true);
    const below = family(first);
    process.kill(first, "SIGKILL");
    expect(await running).toMatchObject({ ok: false, error: { kind: "crash", type: "EngineEnded" } });
    expect(await lab.run(cube, { views: [picture] })).toMatchObject({ ok: true });
    expect(lab.engine.pid).not.toBe(first);
    expect(await eventually(() => !below.some(isThere))).toBe(true);
  });

  it("two engines side by side do not see each other's scenes", async () => {
    const other = await openLab();
    try {
      await lab.run(cube, { keep: "mine" });
      expect((await other.probe("mine", "bounds")).error?.type).toBe("NoScene");
    } finally {
      await other.close();
    }
  });

  it("calls run beside each other", async () => {
    const replies = await Promise.all([1, 2, 3].map(() => lab.call("boot")));
    expect(replies.map((reply) => reply.ok)).toEqual([true, true, true]);
  });

  it("a base that is missing or no .blend is an engine's error, not a crash", async () => {
    const missing = await lab.run("pass", { base: "/nowhere/base.blend" });
    expect(missing.error).toMatchObject({ kind: "engine", type: "BaseMissing" });
    const wrong = await lab.run("pass", { base: fileURLToPath(import.meta.url) });
    expect(wrong.error).toMatchObject({ kind: "engine", type: "BaseUnreadable" });
  });

  it("a job folder that is missing is refused", async () => {
    const state = await lab.run("pass", { dir: "/nowhere" });
    expect(state.error).toMatchObject({ kind: "engine", type: "BadFolder" });
  });

  it("close leaves no process and no file", async () => {
    const scratch = await mkdtemp(join(tmpdir(), "viga-close-"));
    const engine = await startBlender({ scratch, cpus: 1 });
    const dir = await mkdtemp(join(scratch, "job-"));
    const limits = { seconds: 20, memoryMb: 2048, logKb: 8, fileMb: 32, processes: 64 };
    const quality = { px: 64, samples: 1 };
    await engine.run({ job: "a", program: cube, views: [], quality, limits, dir, keep: "kept" });
    const processes = [engine.pid as number, ...family(engine.pid as number)];
    expect(processes.length).toBeGreaterThan(2);
    await engine.close();
    expect(await eventually(() => !processes.some(isThere), 1000)).toBe(true);
    expect(await readdir(scratch)).toEqual([dir.slice(scratch.length + 1)]);
    await rm(scratch, { recursive: true });
  });

  it("an engine dies with the node process that started it", async () => {
    const scratch = await mkdtemp(join(tmpdir(), "viga-orphan-"));
    const module = fileURLToPath(new URL("../../../bridge/engines/blender.ts", import.meta.url));
    const script = `const { startBlender } = await import(${JSON.stringify(module)});
      const engine = await startBlender({ scratch: ${JSON.stringify(scratch)}, cpus: 1 });
      console.log(engine.pid);
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<number>((resolve) => owner.stdout.once("data", (line) => resolve(Number(line))));
    expect(isThere(pid)).toBe(true);
    const gone = new Promise((resolve) => owner.once("exit", resolve));
    owner.kill("SIGKILL");
    await gone;
    expect(await eventually(() => !isThere(pid))).toBe(true);
    const next = await startBlender({ scratch, cpus: 1 });
    await next.close();
    expect(await readdir(scratch)).toEqual([]);
    await rm(scratch, { recursive: true });
  });

  it("a machine without Blender is told how to get it", async () => {
    const scratch = await mkdtemp(join(tmpdir(), "viga-none-"));
    await expect(startBlender({ scratch, blender: "/nowhere/blender" })).rejects.toMatchObject({
      code: "dependency_missing",
      hint: expect.stringContaining("apt-get install blender"),
    });
    expect(existsSync(scratch)).toBe(true);
    await rm(scratch, { recursive: true });
  });
});
