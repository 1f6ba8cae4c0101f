import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findProgram } from "../../bridge/processes/find-program.ts";
import { type Workplace, workplace } from "../harness/cli.ts";

let at: Workplace;
beforeEach(async () => {
  at = await workplace();
});
afterEach(() => at.close());

describe("settings that reach the engine", () => {
  it.each(["inline", "processes"])(
    "programs.blender and limits.memory_mb hold with --hosts %s",
    async (hosts) => {
      const real = await findProgram(process.env.VIGA_BLENDER ?? "blender");
      const own = join(at.dir, "my-blender");
      const seen = join(at.dir, "seen");
      await writeFile(own, `#!/bin/sh\necho started >> ${JSON.stringify(seen)}\nexec ${JSON.stringify(real)} "$@"\n`);
      await chmod(own, 0o755);
      const greedy = "import bpy\nkept = [bytearray(64 << 20) for _ in range(40)]\n";
      await writeFile(join(at.dir, "recording.json"), JSON.stringify({ generator: [{ t: 1, code: greedy }] }));
      const set = ["--set", `programs.blender=${own}`, "--set", "limits.memory_mb=1500", "--hosts", hosts];
      const result = await at.viga(...at.run, ...set, "--out", "out");
      expect(result.exitCode, result.all).toBe(0);
      expect(await readFile(seen, "utf8")).toContain("started");
      const scores = JSON.parse(await readFile(join(at.dir, "out/scores.json"), "utf8"));
      expect(scores.rounds[1]).toMatchObject({
        t: 1,
        ok: false,
        error: { kind: expect.stringMatching(/memory|program/) },
      });
      expect(scores.rounds[1].error.message).toMatch(/memory/i);
    },
    120_000,
  );

  it("a program path that is none is named before anything starts", async () => {
    const result = await at.viga(...at.run, "--set", "programs.blender=/no/such/blender", "--out", "none");
    expect(result.exitCode).toBe(3);
    expect(result.all).toContain("blender");
  });

  it("init: sam3d without a service that makes the scene is refused in one line", async () => {
    const result = await at.viga(...at.run, "--set", "init=sam3d", "--out", "none");
    expect(result.exitCode).toBe(2);
    expect(result.all).toContain("init: sam3d needs who makes the scene: assets: { services: [{ kind: sam3d,");
  });
});
