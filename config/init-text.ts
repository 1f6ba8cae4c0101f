import { modes } from "./modes/index.ts";
import { players } from "./players.ts";
import { presetNames } from "./presets.ts";
import { livingProfileNames } from "./profiles.ts";

const column = 60;

function commented(key: string, comment: string): string {
  return `${key.padEnd(column)} # ${comment}`;
}

/**
 * Text of the viga.yaml that `viga init` writes: a run that works as it stands (offline preset), and every other key
 * as a comment. `schema` is the path or URL of viga.schema.json, for editors that complete and check keys.
 */
export function configTemplate(schema?: string): string {
  return `${[
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    "# One run of viga. Every key is optional; `viga run TASK_DIR --config viga.yaml` uses this file,",
    "# `--set stop.max_rounds=5` changes one value of it, `--dry-run` shows what it comes to.",
    "",
    commented("preset: offline", `what this file builds on: ${presetNames().join(" | ")}`),
    "",
    "# Told from the task folder where left out:",
    ...[...modes.values()].map(({ name, title }) => commented(`# mode: ${name}`, title)),
    "",
    "# Instead of a TASK_DIR on the command line (paths are relative to this file):",
    commented(
      '# task: { text: "a red cube", targets: [target.png], start: start.py, base: scene.blend }',
      "paths from here",
    ),
    commented(
      "# task: { targets: [views/], assets: parts/, start_image: before.png }",
      "folders; a start no program draws",
    ),
    "",
    "# Who plays what:",
    ...Object.entries(players)
      .filter(([name]) => name !== "model")
      .map(
        ([name, { argument, words }]) =>
          `#   ${argument === undefined ? name : `${name}:<${argument.name}>`}: ${words}`,
      ),
    "#   or a model:",
    ...wrapped(livingProfileNames(), "#     "),
    "roles:",
    "  generator: solver",
    "  verifier: pixels",
    "  # verifier: { player: gpt-6-luna, analyze_target: true, skills: [get_scene_info, measure_difference], calibrate: 4 }",
    "  # generator: { player: claude-sonnet-5-5, reasoning_effort: medium, temperature: null }",
    commented("# shadow: { verifier: gpt-6.1-sol }", "listens, is recorded, is never used"),
    "# Models of things: libraries of your own, and services that make what those lack (keys stay in the environment).",
    '# assets: { folders: [~/models], services: [{ kind: meshy }, { kind: sam3d, url: "http://localhost:8100" }] }',
    "# Tools of MCP servers of your own, for a role's skills: [get_scene_info, mytools/*]. They run outside the sandbox and",
    "# see the environment variables that you name, or a url with headers whose values are in the environment.",
    "# skills: { mytools: { command: [python3, my_server.py], env: [MY_KEY] } }",
    commented(
      "# refine: solver",
      "none | solver | { player: solver, tune: [light], lock: [Cup*], seconds: 60 }: tunes numbers",
    ),
    commented("# baseline: one_shot", "none | one_shot | memoryless"),
    "",
    "# Models of your own, or other values for shipped ones. Keys stay in the environment, never in this file.",
    "# models:",
    '#   qwen3-vl-32b: { base_url: "http://localhost:8000/v1", tools: inline, max_tokens: 8000 }',
    '#   my-model: { like: gpt-6.1-sol, base_url: "https://example.com/v1", model: my-model, key_env: MY_API_KEY }',
    "",
    "# Left out: one executor for each GPU of CUDA_VISIBLE_DEVICES, else one on the CPU.",
    "# executors: [{ slot: gpu0, gpu: 0 }, { slot: gpu1, gpu: 1 }]",
    commented("# limits: { seconds: 120, memory_mb: 6144 }", "of one program's run"),
    "",
    commented("# memory: { rounds: 12 }", "how many last rounds the generator sees; default by mode"),
    "# stop:",
    commented("#   max_rounds: 10", "default by mode"),
    commented("#   plateau: { patience: 3, min_gain: auto }", "or false; patience 5 with a model"),
    commented("#   budget: { usd: 5, minutes: 60 }", "no limit where left out"),
    commented("# candidates: 1", "programs per round; the best is kept"),
    commented("# approve: never", "never | always | on_error"),
    "",
    "# Preview quality while looping (left out: 256 px and 16 samples for scenes, 512 and 32 where a model looks at them),",
    "# final quality once for the best program:",
    "# render: { preview: { px: 256, samples: 16 }, final: { px: 512, samples: 512 } }",
    commented("# prompt: none", "none | paper | procedural | scene_graph | get_asset | init | staged, by mode"),
    commented("# init: none", "none | minimal | reasonable (scenes)"),
    commented("# seed: 0", "of everything random"),
    "",
    commented(
      '# bus: { url: "nats://gpu-box:4222", creds: run.creds, keep_hours: 24 }',
      "left out: a server of its own",
    ),
    commented("# programs: { blender: /opt/blender/blender }", "left out: found on PATH"),
  ].join("\n")}\n`;
}

function wrapped(names: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && `${last}, ${name}`.length <= 110) lines[lines.length - 1] = `${last}, ${name}`;
    else lines.push(`${indent}${name}`);
  }
  return lines;
}
