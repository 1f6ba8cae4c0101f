import type { ModeDefinition } from "./mode.ts";

/** SlideBench (AutoPresent): an instruction becomes a slide, by a program for PptxGenJS. */
export const autopresent: ModeDefinition = {
  name: "autopresent",
  aliases: ["slidebench"],
  title: "write a slide by an instruction",
  // Surer than a folder with a target.png alone: an instruction may lie beside one.
  recognises: ({ kind, has }) =>
    kind === "folder" && ["instruction.txt", "instruction_no_image.txt", "instruction_high_level.txt"].some(has)
      ? 3
      : 0,
  engine: "slides",
  language: "javascript",
  output: "output.pptx",
  codeEnding: "js",
  views: [{ camera: null, name: "slide" }],
  frames: "single",
  skills: {
    generator: ["make_plan", "execute_code", "get_slide_info", "end_process"],
    verifier: ["get_slide_info", "measure_difference", "end_process"],
  },
  prompts: "autopresent",
  plan: "slides",
  promptSettings: ["none", "paper"],
  initSettings: ["none"],
  needs: { start: false, base: false, target: "or_text" },
  defaults: {
    memory: { rounds: 12 },
    stop: { max_rounds: 10 },
    // Slides are as wide as their target, or 1280 px.
    render: { preview: { px: 1920, samples: 1 }, final: { px: 1920, samples: 1 } },
  },
  layout: {
    kind: "folder",
    start: { from: ["start.js"], required: false },
    base: null,
    text: null,
    instructions: {
      sufficient: { text: "instruction.txt", assets: true },
      visual: { text: "instruction_no_image.txt", assets: false },
      creative: { text: "instruction_high_level.txt", assets: false },
    },
    targets: [{ from: ["target.png"], required: false }],
    assets: "media",
    truth: ["../{deck}.pptx"],
    dataset: {
      path: [/^(?<topic>[a-z][a-z_]*)$/, /^slide_\d+$/],
      within: "examples",
      published: {
        slidebench: {
          title: "SlideBench (AutoPresent), 195 slides of ten decks, three instructions each",
          source: "https://github.com/para-lost/AutoPresent",
          licence: "MIT",
          next: "clone the repository and give its folder slidesbench (the one with examples/ in it)",
        },
      },
    },
  },
  evaluator: "slides",
  // SlideBench scores decks that python-pptx wrote, whose placeholders these decks do not have.
  remark:
    "programs are for PptxGenJS: numbers are not comparable with SlideBench's, whose programs are for python-pptx",
  programs: ["nats-server", "libreoffice", "bubblewrap"],
};
