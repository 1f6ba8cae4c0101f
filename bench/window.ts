import sharp from "sharp";
import { createModelGenerator } from "../actors/players/model/generator.ts";
import { createModel } from "../bridge/models/client.ts";
import type { Context, Round } from "../machines/domain/index.ts";
import { aContext, aRound, aState, aTask, fakeIO, measuresOf } from "../test/actors/players/fakes.ts";
import { type Course, photoContext, photoPrograms } from "../test/actors/players/model/photo-run.ts";
import { quickDeps, testProfile } from "../test/bridge/models/setup.ts";
import { call } from "../test/servers/answers.ts";
import { scriptedServer } from "../test/servers/openai.ts";

/**
 * Window cost: tokens that the endpoint counts for the generator's request of round t, with the last 12 rounds in the
 * window and with all of them. 30 rounds of a program of 60 lines with a 256 px render each; text and picture tokens. Then
 * the same of real programs for a photograph, where the last is the best ("falling") and where it is not ("worse").
 * Usage: npm run bench -- window
 */
const rounds = 30;
const window = 12;

const grey = (px: number) =>
  sharp({ create: { width: px, height: px, channels: 3, background: "#606060" } })
    .jpeg()
    .toBuffer();

async function requestTokens(length: (t: number) => number): Promise<number[]> {
  const server = await scriptedServer({ model: {} });
  const model = createModel(testProfile(server.url, "model", { context_tokens: 1_000_000 }), quickDeps().deps);
  server.otherwise("model", call("execute_code", { thought: "t", code_diff: "", code: "import bpy\n" }));
  const tokens: number[] = [];
  try {
    for (let t = 1; t <= rounds; t++) {
      const io = fakeIO();
      const context = await contextOf(io, t, length(t));
      await createModelGenerator({ model, mode: "static_scene" }).write(context, io);
      tokens.push(server.requests.at(-1)?.promptTokens ?? 0);
    }
  } finally {
    await server.close();
  }
  return tokens;
}

async function contextOf(io: ReturnType<typeof fakeIO>, t: number, length: number): Promise<Context> {
  const render = io.store(await grey(256));
  const target = io.store(await grey(512));
  const lines = Array.from(
    { length: 60 },
    (_, line) => `part_${line} = bpy.data.objects.new("Part ${line}", None)`,
  ).join("\n");
  const all = Array.from({ length: t }, (_, index): Round => {
    const code = io.store(`import bpy\n${lines}\nx = ${index}\n`);
    const difference = { critical: [], major: ["the jug is too dark"], minor: [] };
    return aRound(index, {
      program: {
        t: index,
        candidate: 0,
        thought: `step ${index}`,
        code_diff: `-x = ${index - 1}\n+x = ${index}`,
        code,
      },
      state: aState(index, { renders: [{ name: "render", image: render }] }),
      measures: measuresOf(0.02),
      feedback: {
        visual_difference: difference,
        edit_suggestion: ["raise the light"],
        overall_similarity: 55,
        thought: "",
      },
    });
  });
  const task = aTask({ mode: "static_scene", text: "A still life.", targets: [{ name: "render", image: target }] });
  const kept = all.slice(-length);
  return aContext({ t, task, rounds: kept, from: kept.at(-1)?.program ?? null, best: kept[0] ?? null });
}

/** Kilobytes of text, and tokens with pictures, of round t's request in a run on a photograph; programs of about 11 kB. */
async function photoRequests(window: number, course: Course): Promise<string[]> {
  const server = await scriptedServer({ model: {} });
  const model = createModel(testProfile(server.url, "model", { context_tokens: 1_000_000 }), quickDeps().deps);
  server.otherwise("model", call("execute_code", { thought: "t", code_diff: "", code: "import bpy\n" }));
  const programs = await photoPrograms();
  try {
    for (const t of photoRounds) {
      const io = fakeIO();
      await createModelGenerator({ model, mode: "static_scene" }).write(
        await photoContext(io, programs, t, window, course),
        io,
      );
    }
    return server.requests.map(({ text, promptTokens }) => {
      return `${(Buffer.byteLength(text) / 1000).toFixed(1)} kB, ${promptTokens} tokens`;
    });
  } finally {
    await server.close();
  }
}

const photoRounds = [1, 2, 13, 24, 25, 30];

async function photoCost(): Promise<string> {
  const columns: [string, string[]][] = [];
  for (const course of ["falling", "worse"] as const)
    for (const window of [12, 24]) columns.push([`${window}, ${course}`, await photoRequests(window, course)]);
  const rows = photoRounds.map((t, i) => `| ${t} | ${columns.map(([, sent]) => sent[i]!).join(" | ")} |`);
  return [
    `| round | ${columns.map(([name]) => `window ${name}`).join(" | ")} |`,
    `|---|${"---|".repeat(columns.length)}`,
    ...rows,
  ].join("\n");
}

export async function windowCost(): Promise<string> {
  const windowed = await requestTokens(() => window);
  const growing = await requestTokens((t) => t);
  const sum = (list: number[], to: number) => list.slice(0, to).reduce((total, value) => total + value, 0);
  const rows = [1, 5, 10, 15, 20, 25, 30].map((t) => {
    const [a, b] = [windowed[t - 1] ?? 0, growing[t - 1] ?? 0];
    return `| ${t} | ${a} | ${b} | ${sum(windowed, t)} | ${sum(growing, t)} |`;
  });
  return [
    `| round | tokens, window of ${window} | tokens, all rounds | sum, window | sum, all |`,
    "|---|---|---|---|---|",
    ...rows,
    "",
    await photoCost(),
  ].join("\n");
}
