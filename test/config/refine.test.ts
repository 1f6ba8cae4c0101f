import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withRefining } from "../../actors/players/model/prompt/system.ts";
import { costOf } from "../../cli/launch/cost.ts";
import { resolveConfig } from "../../config/loader.ts";
import { limitWords } from "../../config/refine.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-refine-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function withFile(yaml: string, sets: string[] = []) {
  const file = join(folder, "viga.yaml");
  writeFileSync(file, `mode: static_scene\n${yaml}\n`);
  return resolveConfig({ config: file, cwd: folder, sets });
}

describe("what a solver is held to", () => {
  it("stands beside the short form, and --set changes one of it", () => {
    expect(withFile("refine: solver").refine).toBe("solver");
    expect(withFile("refine: { player: solver }").refine).toBe("solver");
    const limits = { player: "solver", tune: ["light"], lock: ["Cup*"], seconds: 60 };
    const yaml = "refine: { player: solver, tune: [light], lock: [Cup*], seconds: 60 }";
    expect(withFile(yaml).refine).toEqual(limits);
    expect(withFile(yaml, ["refine.seconds=30"]).refine).toEqual({ ...limits, seconds: 30 });
    expect(withFile("refine: solver", ["refine.seconds=30"]).refine).toEqual({ player: "solver", seconds: 30 });
    expect(withFile(yaml, ["refine=none"]).refine).toBe("none");
  });

  it("is a setting of a solver that plays the generator, and of nobody else", () => {
    const { generator } = withFile("roles: { generator: { player: solver, tune: [place], seconds: 9 } }").roles;
    expect(generator).toMatchObject({ tune: ["place"], seconds: 9 });
    expect(() => withFile("roles: { generator: { player: gpt-6.1-sol, tune: [place] } }")).toThrow("it is for solver");
    expect(() => withFile("roles: { verifier: { player: pixels, lock: [a] } }")).toThrow("roles.verifier.lock");
  });

  it.each([
    ["refine: { tune: [lihgt] }", 'refine.tune[0]: expected one of light, colour, .* did you mean "light"'],
    ["refine: { player: solvr }", 'did you mean "solver"'],
    ["refine: { lokc: [a] }", 'did you mean "refine.lock"'],
    ["refine: { tune: [] }", "refine.tune: expected at least 1 entry"],
    ["refine: { seconds: 0 }", "refine.seconds: expected"],
  ])("%s is refused with what was meant", (yaml, said) => {
    expect(() => withFile(yaml)).toThrow(new RegExp(said.replaceAll(/[[\]]/g, "\\$&")));
  });

  it("is in the prompt, in the plan's cost and in a few words", () => {
    const config = withFile(
      "refine: { tune: [light, place], lock: [Cup*], seconds: 20 }\npreset: openai\nstop: { max_rounds: 3 }",
    );
    const cost = costOf(config, []);
    expect(cost.refine).toMatchObject({ seconds_each: 20, programs: 3, lock: ["Cup*"] });
    expect(cost.solver_seconds).toBe(60);
    expect(limitWords(cost.refine!)).toBe("light, place only; Cup* locked; at most 20 s each");
    const prompt = withRefining("PROMPT", { tune: ["light", "place"], lock: ["Cup*"] });
    expect(prompt).toContain("moves what shows in the picture: light and world, places and angles.");
    expect(prompt).toContain("leaves alone, and to you: colours, material values, camera, sizes.");
    expect(prompt).toContain("Locked by name, with their materials and data: Cup*.");
    expect(withRefining("PROMPT", {})).not.toMatch(/\{\{|by name/);
    expect(withRefining("PROMPT", null)).toBe("PROMPT");
  });
});
