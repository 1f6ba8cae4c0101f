import type { Feedback } from "../feedback.ts";
import type { Measurement, Measures } from "../measures.ts";
import type { Program } from "../program.ts";
import type { Round } from "../round.ts";
import type { State } from "../state.ts";
import type { Task } from "../task.ts";
import type { Usage } from "../usage.ts";

/** Words of the ring as they may stand in an event, for the examples of events. */

/** A reference to an artifact; the digit tells one from another. */
export const ref = (digit: number): string => `sha256:${String(digit).repeat(64)}`;

export const task: Task = {
  mode: "blendergym",
  name: "lighting",
  text: "The lamps are wrong; find their power, colour and place.",
  targets: [{ name: "render1", image: ref(1) }],
  start: ref(2),
  base: { artifact: ref(3), path: "/data/lighting/blender_file.blend" },
  prompt: "none",
};

const pl = { name: "pl", label: "PL", title: "photometric loss", better: "lower", unit: "", digits: 4 } as const;
export const measurement: Measurement = { evaluator: "photometric", loss: pl, metrics: [pl] };

export const program: Program = {
  t: 1,
  candidate: 0,
  thought: "The key light is too warm.",
  code_diff: "-key.color = (1, 0.7, 0.5)\n+key.color = (1, 0.9, 0.8)",
  code: ref(4),
};

export const state: State = {
  t: 1,
  candidate: 0,
  ok: true,
  renders: [{ name: "render1", image: ref(5) }],
  log: "",
  slot: "cpu",
  epoch: 1,
  seconds: { execute: 0.2, render: 1.1, total: 1.3 },
};

export const failedState: State = {
  ...state,
  ok: false,
  renders: [],
  error: { kind: "program", type: "NameError", message: "name 'lamp' is not defined", line: 12 },
};

export const measures: Measures = {
  loss: 0.0031,
  noise: 0.00001,
  metrics: { pl: 0.0031 },
  views: [{ name: "render1", loss: 0.0031, metrics: { pl: 0.0031 } }],
};

export const feedback: Feedback = {
  visual_difference: { critical: [], major: ["the vase is too warm"], minor: [] },
  edit_suggestion: ["make the key light cooler"],
  overall_similarity: 82,
  thought: "The shapes agree, the light does not.",
};

export const round: Round = { t: 1, program, state, measures, feedback };

export const usage: Usage = { calls: 3, input_tokens: 5120, output_tokens: 640, usd: 0.021 };

export const error = { code: "model_timeout", message: "no answer within 600 s", retry: "same" } as const;
