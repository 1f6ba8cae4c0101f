import type { ModeDefinition } from "./mode.ts";

/** SlideBench (AutoPresent): an instruction becomes a slide, by a python-pptx program. */
export const autopresent: ModeDefinition = {
  name: "autopresent",
  aliases: ["slidebench"],
  title: "write a slide by an instruction",
  recognises: ({ kind, has }) =>
    kind === "folder" && ["instruction.txt", "instruction_no_image.txt", "instruction_high_level.txt"].some(has)
      ? 2
      : 0,
  engine: "slides",
  language: "python",
  output: "output.pptx",
  codeEnding: "py",
  views: [{ camera: null, name: "slide" }],
  frames: "single",
  skills: {
    generator: ["make_plan", "execute_code", "end_process"],
    verifier: ["measure_difference", "end_process"],
  },
  prompts: "autopresent",
  plan: "slides",
  promptSettings: ["none", "paper"],
  initSettings: ["none"],
  needs: { start: false, base: false, target: "or_text" },
  defaults: {
    memory: { rounds: 12 },
    stop: { max_rounds: 10 },
    render: { preview: { px: 960, samples: 1 }, final: { px: 1280, samples: 1 } },
  },
  layout: {
    kind: "folder",
    start: { from: ["start.py"], required: false },
    base: null,
    text: { from: ["instruction.txt", "instruction_no_image.txt", "instruction_high_level.txt"], required: true },
    targets: [{ from: ["target.png"], required: false }],
    assets: "media",
    truth: ["../{deck}.pptx"],
  },
  evaluator: "slides",
  programs: ["nats-server", "libreoffice", "bubblewrap"],
};
