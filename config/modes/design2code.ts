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
    dataset: {
      path: [/^.+$/],
      published: {
        design2code: {
          title: "Design2Code, 484 pages (testset_final)",
          source: "https://huggingface.co/datasets/SALT-NLP/Design2Code",
          licence: "ODC-By 1.0; its authors ask for research use",
          hub: { repository: "SALT-NLP/Design2Code", files: /\.(?:png|html|jpg)$/ },
          next: "the pages <id>.html and <id>.png and rick.jpg lie in it",
        },
        "design2code-hard": {
          title: "Design2Code-HARD, 80 pages",
          source: "https://huggingface.co/datasets/SALT-NLP/Design2Code-HARD",
          licence: "ODC-By 1.0",
          hub: { repository: "SALT-NLP/Design2Code-HARD", files: /\.(?:png|html|jpg)$/ },
          next: "the pages <id>.html and <id>.png and rick.jpg lie in it",
        },
      },
    },
  },
  evaluator: "pages",
  programs: ["nats-server", "chromium", "bubblewrap"],
};
