import { describe, expect, it } from "vitest";
import { makeContext } from "../../../machines/memory/window.ts";
import { aRound, aTask, ref } from "../../actors/players/fakes.ts";

const asset = (name: string) => ({ name, path: `/assets/${name}.glb`, about: "1 x 1 x 1" });

describe("what a generator is handed", () => {
  it("keeps every fetched model in sight when its round has left the window, each once, the newest last", () => {
    const program = { t: 1, candidate: 0, thought: "", code_diff: "", code: ref("pass") };
    const rounds = [
      aRound(1, { program: { ...program, assets: [asset("cup"), asset("chair")] } }),
      aRound(2, { program: { ...program, assets: [asset("cup")] } }),
      aRound(3),
      aRound(4),
    ];
    const past = { rounds, best: null, judge: 0, stage: null, stageName: undefined };
    const given = { t: 5, task: aTask(), plan: null, analysis: null, candidates: 1 };
    const context = makeContext(given, past, 1);
    expect(context.rounds.map(({ t }) => t)).toEqual([4]);
    expect(context.assets).toEqual([asset("chair"), asset("cup")]);
    expect(makeContext(given, { ...past, rounds: rounds.slice(2) }, 1)).not.toHaveProperty("assets");
  });
});
