import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../../config/loader.ts";
import type { ConfigRequest, ResolvedConfig } from "../../config/resolved.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-flags-"));
afterAll(() => rmSync(folder, { recursive: true }));

function withFile(yaml: string, request: ConfigRequest): ResolvedConfig {
  writeFileSync(join(folder, "viga.yaml"), yaml);
  return resolveConfig({ cwd: folder, config: "viga.yaml", ...request });
}

describe("what flags and the environment add to a configuration", () => {
  it("gives --model both roles with the settings they have, under --set", () => {
    const yaml = "preset: openai\nroles: { verifier: { player: pixels } }\n";
    const both = withFile(yaml, { mode: "blendergym", model: "claude-sonnet-5-5" });
    expect(both.roles.generator.profile?.name).toBe("claude-sonnet-5-5");
    expect(both.roles.verifier.profile?.name).toBe("claude-sonnet-5-5");
    const kept = resolveConfig({ mode: "blendergym", config: "openai", model: "gpt-6-luna", cwd: folder });
    expect(kept.roles.verifier).toMatchObject({ player: "gpt-6-luna", analyze_target: true });
    expect(kept.stop.budget).toMatchObject({ usd: 5 });
    const one = resolveConfig({
      mode: "blendergym",
      model: "gpt-6-luna",
      sets: ["roles.verifier=pixels"],
      cwd: folder,
    });
    expect(one.roles).toMatchObject({ generator: { player: "gpt-6-luna" }, verifier: { player: "pixels" } });
  });

  it("answers an unknown --model in one line", () => {
    const wrong = () => resolveConfig({ mode: "blendergym", model: "gpt-6-lunar", cwd: folder });
    expect(wrong).toThrow(/^--model gpt-6-lunar: expected a player .* did you mean "gpt-6-luna"\?$/);
  });

  it.each([
    [{}, [{ slot: "cpu" }], "CUDA_VISIBLE_DEVICES is not set"],
    [
      { CUDA_VISIBLE_DEVICES: "2, 0" },
      [
        { slot: "gpu2", gpu: 2 },
        { slot: "gpu0", gpu: 0 },
      ],
      "CUDA_VISIBLE_DEVICES=2, 0",
    ],
    [
      { CUDA_VISIBLE_DEVICES: "1,-1,3" },
      [{ slot: "gpu1", gpu: 1 }],
      'CUDA_VISIBLE_DEVICES=1,-1,3, read up to "-1" as CUDA does',
    ],
    [{ CUDA_VISIBLE_DEVICES: "1, 1,01," }, [{ slot: "gpu1", gpu: 1 }], "CUDA_VISIBLE_DEVICES=1, 1,01,"],
    [
      { CUDA_VISIBLE_DEVICES: "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6,MIG-8932f937/1/0 ,mig,2" },
      [
        { slot: "gpu-8932f937", gpu: "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6" },
        { slot: "mig-8932f937", gpu: "MIG-8932f937/1/0" },
      ],
      'CUDA_VISIBLE_DEVICES=GPU-8932f937-d72c-4106-c12f-20bd9faed9f6,MIG-8932f937/1/0 ,mig,2, read up to "mig" as CUDA does',
    ],
    [
      { CUDA_VISIBLE_DEVICES: "MIG-GPU-8932f937/1/0,MIG-GPU-8932f937/2/0,mig-gpu-8932f937/1/0" },
      [
        { slot: "mig-gpu-8932", gpu: "MIG-GPU-8932f937/1/0" },
        { slot: "mig-gpu-8932-2", gpu: "MIG-GPU-8932f937/2/0" },
      ],
      'CUDA_VISIBLE_DEVICES=MIG-GPU-8932f937/1/0,MIG-GPU-8932f937/2/0,mig-gpu-8932f937/1/0, read up to "mig-gpu-8932f937/1/0" as CUDA does',
    ],
    ...["", " ", "-1", "NoDevFiles", "none", "void", "all", '"0"', "0x1", "256", ",0"].map(
      (listed): [Record<string, string>, object[], string] => [
        { CUDA_VISIBLE_DEVICES: listed },
        [{ slot: "cpu" }],
        `CUDA_VISIBLE_DEVICES=${listed} lists no GPU`,
      ],
    ),
  ])("takes executors from the environment %j where none are written", (env, executors, from) => {
    const config = resolveConfig({ mode: "blendergym", cwd: folder, env });
    expect(config).toMatchObject({ executors, executors_from: from });
  });

  it("leaves written executors alone, and gives an engine without a renderer on a GPU the CPU", () => {
    const env = { CUDA_VISIBLE_DEVICES: "0,1" };
    const written = withFile("executors: [{ slot: mine }]", { mode: "blendergym", env });
    expect(written.executors).toEqual([{ slot: "mine" }]);
    expect(written.executors_from).toBeUndefined();
    const set = resolveConfig({ mode: "blendergym", cwd: folder, env, sets: ["executors=[]"] });
    expect(set.executors).toEqual([]);
    const page = resolveConfig({ mode: "design2code", cwd: folder, env, model: "gpt-6-luna" });
    expect(page.executors).toEqual([{ slot: "cpu" }]);
  });
});
