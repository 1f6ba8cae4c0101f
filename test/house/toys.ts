/**
 * A toy of everything that docs/extending.md says how to add: the files it is made of, and the rows it needs in files
 * that are there. The test beside this file puts them into a copy of the project and runs them.
 */
export interface Toy {
  what: "player" | "mode" | "engine" | "tool" | "evaluator" | "observer";
  /** Files it may touch at most, prompts apart. */
  most: number;
  /** New files by path. */
  files: Readonly<Record<string, string>>;
  /** Rows in files that are there: after the first place where `after` stands, `row` is put in. */
  rows: readonly { path: string; after: string; row: string }[];
}

const player: Toy = {
  what: "player",
  most: 2,
  files: {
    "actors/players/toy/player.ts": `import type { PlayerModule } from "../player-module.ts";

/** Writes one grey level and has nothing more to say. */
export const player: PlayerModule = {
  generator: async () => ({
    name: "toy",
    async write({ t }) {
      if (t > 1) return { type: "end", reason: "a toy has one program" };
      return { type: "programs", candidates: [{ thought: "a grey", code_diff: "", code: "120" }] };
    },
  }),
};
`,
  },
  rows: [
    {
      path: "config/players.ts",
      after: "export const players: Readonly<Record<string, PlayerKind>> = {\n",
      row: '  toy: { roles: ["generator"], settings: false, words: "writes one grey" },\n',
    },
  ],
};

const mode: Toy = {
  what: "mode",
  most: 2,
  files: {
    "config/modes/toy.ts": `import type { ModeDefinition } from "./mode.ts";

/** A grey level becomes a picture. */
export const toy: ModeDefinition = {
  name: "toy",
  aliases: [],
  title: "find a grey level",
  recognises: ({ kind, has }) => (kind === "folder" && has("grey.png") ? 1 : 0),
  engine: "toy",
  language: "python",
  output: "grey.txt",
  codeEnding: "py",
  views: [{ name: "grey", camera: null }],
  frames: "single",
  skills: { generator: ["execute_code", "end_process"], verifier: ["measure_difference", "end_process"] },
  prompts: "toy",
  promptSettings: ["none"],
  initSettings: ["none"],
  needs: { start: false, base: false, target: "required" },
  defaults: {
    memory: { rounds: 4 },
    stop: { max_rounds: 3 },
    render: { preview: { px: 8, samples: 1 }, final: { px: 16, samples: 1 } },
  },
  layout: {
    kind: "folder",
    start: null,
    base: null,
    text: null,
    targets: [{ from: ["grey.png"], required: true }],
    assets: null,
    truth: [],
  },
  evaluator: "toy",
  programs: ["nats-server"],
};
`,
    "prompts/toy/generator.md":
      "You write one number. {{tools}} {{style}} {{setting}} {{code_rule}} {{engine_facts}} {{pictures}}\n",
    "prompts/toy/verifier.md": "You judge one grey. {{tools}} {{style}} {{setting}} {{pictures}}\n",
    "prompts/toy/analyze.md": "Say how grey it is. {{setting}}\n",
  },
  rows: [
    {
      path: "config/modes/index.ts",
      after: 'import { staticScene } from "./static_scene.ts";\n',
      row: 'import { toy } from "./toy.ts";\n',
    },
    { path: "config/modes/index.ts", after: "const all: readonly ModeDefinition[] = [", row: "toy, " },
  ],
};

const engine: Toy = {
  what: "engine",
  most: 4,
  files: {
    "skills/toy/entry.ts": `import { fileURLToPath } from "node:url";

/** Where the engine's worker lies. */
export const workerScript = fileURLToPath(new URL("./worker.mjs", import.meta.url));
`,
    "skills/toy/worker.mjs": `import { createReadStream, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import sharp from "sharp";

const say = (message) => writeSync(4, JSON.stringify(message) + "\\n");
const sandbox = {
  namespaces: false, readOnlyRoot: false, noNetwork: false, seccomp: false, landlock: false, unprivileged: false,
  notes: ["a toy"],
};
say({ id: 0, card: { engine: "toy", version: "1", isolation: "cold", sandbox } });
for await (const line of createInterface({ input: createReadStream("", { fd: 3 }) })) {
  const { id, op, program, views, quality, dir, save } = JSON.parse(line);
  if (op !== "run") {
    say({ id, reply: { ok: true, result: {} } });
    continue;
  }
  const level = Number(program);
  if (!(level >= 0 && level <= 255)) {
    const error = { kind: "program", type: "NoGrey", message: "expected a number from 0 to 255", line: 1 };
    say({ id, reply: { ok: false, log: "", error } });
    continue;
  }
  const background = { r: level, g: level, b: level };
  for (const { name } of views) {
    const picture = sharp({ create: { width: quality.px, height: quality.px, channels: 3, background } });
    await picture.png().toFile(join(dir, name + ".png"));
  }
  if (save) writeFileSync(join(dir, save), program);
  say({ id, reply: { ok: true, log: "", renders: views.map(({ name }) => ({ name })) } });
}
`,
    "bridge/engines/toy.ts": `import { quality } from "../../machines/domain/index.ts";
import { workerScript } from "../../skills/toy/entry.ts";
import type { Engine, OpenOptions } from "./contract.ts";
import { openWorkerEngine } from "./worker-engine.ts";

/** An engine whose programs are a grey level. */
export function openToy({ scratch, log }: OpenOptions): Promise<Engine> {
  const worker = { name: "Toy", command: [process.execPath, workerScript] as const, env: {} };
  return openWorkerEngine({ scratch, quality, launch: (cwd) => ({ ...worker, cwd, log: log ?? (() => {}) }) });
}
`,
  },
  rows: [
    {
      path: "bridge/engines/open.ts",
      after: "(options: OpenOptions) => Promise<Engine>>>> = {\n",
      row: '  toy: async () => (await import("./toy.ts")).openToy,\n',
    },
  ],
};

const tool: Toy = {
  what: "tool",
  most: 2,
  files: {
    "skills/blender/tools/count_objects.ts": `import { z } from "zod";
import type { Tool } from "../../tool.ts";

export const tool: Tool = {
  name: "count_objects",
  title: "Count the objects",
  kind: "engine",
  roles: ["generator", "verifier"],
  engines: ["blender"],
  description: "Says how many objects of a type the current scene holds.",
  args: z.object({ type: z.string().default("MESH").describe("Blender's name of the type") }),
  action: "count_objects",
};
`,
    "skills/blender/probes/probe_count.py": `import bpy

from .actions import action


@action("count_objects")
def count(args, job):
    return {"count": sum(1 for obj in bpy.context.scene.objects if obj.type == args.get("type", "MESH"))}
`,
  },
  rows: [],
};

const evaluator: Toy = {
  what: "evaluator",
  most: 2,
  files: {
    "evaluators/toy.ts": `import type { MetricInfo } from "../machines/domain/index.ts";
import type { Evaluator } from "./evaluator.ts";
import { pairViews } from "./photometric.ts";
import { decodePicture, type Picture } from "./pictures/picture.ts";

const level: MetricInfo = {
  name: "level", label: "LEVEL", title: "difference of grey levels", better: "lower", unit: "", digits: 3,
};
const mean = ({ rgb }: Picture) => rgb.reduce((sum, value) => sum + value, 0) / rgb.length;

/** The difference of two pictures' mean levels, 0..255. */
export const toy: Evaluator = {
  measurement: { evaluator: "toy", loss: level, metrics: [level] },
  async measure(state, task, read) {
    const [pair] = state.ok ? pairViews(state.renders, task.targets) : [];
    if (pair === undefined) return null;
    const pictures = [pair.image, pair.target].map(async (ref) => mean(await decodePicture(await read(ref), "grey")));
    const [is, wanted] = (await Promise.all(pictures)) as [number, number];
    const loss = Math.abs(is - wanted);
    const metrics = { level: loss };
    return { loss, noise: 0, metrics, views: [{ name: pair.name, loss, metrics }] };
  },
};
`,
  },
  rows: [
    {
      path: "evaluators/index.ts",
      after: "const evaluators: Readonly<Record<string, () => Promise<Evaluator>>> = {\n",
      row: '  toy: async () => (await import("./toy.ts")).toy,\n',
    },
  ],
};

const observer: Toy = {
  what: "observer",
  most: 2,
  files: {
    "observers/toy.ts": `import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Observer } from "./observer.ts";

/** Writes how many rounds it saw. */
export function createToy({ out }: { out: string }): Observer {
  let rounds = 0;
  return {
    on({ type }) {
      if (type === "round") rounds += 1;
    },
    close: () => writeFile(join(out, "toy.txt"), String(rounds)),
  };
}
`,
  },
  rows: [
    {
      path: "cli/launch/observers.ts",
      after: 'import { createTape } from "../../observers/tape.ts";\n',
      row: 'import { createToy } from "../../observers/toy.ts";\n',
    },
    {
      path: "cli/launch/observers.ts",
      after: "await createTape({ out: spec.out }),\n",
      row: "    createToy({ out: spec.out }),\n",
    },
  ],
};

export const toys: readonly Toy[] = [player, mode, engine, tool, evaluator, observer];
