import type { ModeDefinition } from "./mode.ts";

/** Design2Code: a page's screenshot becomes one HTML file. Tasks lie flat: `<id>.png`, its html is ground truth. */
export const design2code: ModeDefinition = {
  name: "design2code",
  aliases: [],
  title: "write a web page that looks like a screenshot",
  recognises: ({ kind }) => (kind === "picture" ? 1 : 0),
  engine: "web",
  language: "html",
  output: "index.html",
  codeEnding: "html",
  views: [{ camera: null, name: "page" }],
  frames: "single",
  skills: {
    generator: ["make_plan", "execute_code", "get_page_info", "end_process"],
    verifier: ["get_page_info", "measure_difference", "end_process"],
  },
  prompts: "design2code",
  plan: "slides",
  promptSettings: ["none", "paper"],
  initSettings: ["none"],
  needs: { start: false, base: false, target: "required" },
  defaults: {
    memory: { rounds: 12 },
    stop: { max_rounds: 10 },
    // Pictures are as wide as their targets; only wider ones than this are drawn smaller.
    render: { preview: { px: 1920, samples: 1 }, final: { px: 1920, samples: 1 } },
  },
  layout: {
    kind: "file",
    start: { from: ["initialize/{id}.html"], required: false },
    base: null,
    text: null,
    targets: [{ from: ["{id}.png"], required: true }],
    assets: "rick.jpg",
    truth: ["{id}.html"],
  },
  evaluator: "pages",
  programs: ["nats-server", "chromium", "bubblewrap"],
};
