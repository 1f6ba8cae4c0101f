import type { GeneratorMove } from "../../../../actors/players/player.ts";
import type { Program } from "../../../../machines/domain/index.ts";
import { call, type FakeIO, type Line } from "../fakes.ts";

export const execute = (code: string, more: Record<string, unknown> = {}): Line =>
  call("execute_code", { thought: "t", code_diff: "", code, ...more });

export const programOf = (io: FakeIO, t: number, code: string): Program => ({
  t,
  candidate: 0,
  thought: `thought of ${t}`,
  code_diff: `+line of ${t}`,
  code: io.store(code),
});

export function codes(move: GeneratorMove): string[] {
  return move.type === "programs" ? move.candidates.map((candidate) => candidate.code) : [];
}
