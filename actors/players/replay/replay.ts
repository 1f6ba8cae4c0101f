import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { VigaError } from "../../../config/errors.ts";
import { type Feedback, feedback as feedbackSchema } from "../../../machines/domain/index.ts";
import type { GeneratorMove, GeneratorPlayer, VerifierPlayer } from "../player.ts";

type Programs = Extract<GeneratorMove, { type: "programs" }>;

/** What was done in a run, by round. */
export interface Recording {
  source: string;
  moves: Map<number, GeneratorMove>;
  feedback: Map<number, Feedback>;
  analysis: string | null;
}

const candidate = z.object({
  thought: z.string().default(""),
  code_diff: z.string().default(""),
  code: z.string().min(1),
});
const round = { t: z.number().int().nonnegative().optional() };

/** A recording as a person writes it: JSON or YAML. Rounds count from 1 unless an entry names its `t`. */
export const recordingFile = z.strictObject({
  generator: z
    .array(
      z.union([
        z.string().min(1),
        z.object({ ...round, candidates: z.array(candidate).min(1), plan: z.string().optional() }),
        candidate.extend({ ...round, plan: z.string().optional() }),
        z.object({ ...round, end: z.string() }),
      ]),
    )
    .default([]),
  verifier: z
    .array(
      feedbackSchema
        .omit({ heatmap: true })
        .partial({ visual_difference: true, edit_suggestion: true, thought: true })
        .extend(round),
    )
    .default([]),
  analysis: z.string().nullable().default(null),
});

/**
 * Reads a recording: a JSON or YAML file, or the output folder of a run (its tape.jsonl, and the programs in codes/).
 *
 * @throws VigaError not_found where there is nothing, input_invalid where it cannot be read as a recording
 */
export async function loadRecording(path: string): Promise<Recording> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new VigaError("not_found", `${path}: there is no recording`, {
      hint: "replay:<file.yaml>, replay:<file.json> or replay:<output folder of a run>",
      cause,
    });
  });
  if (found.isDirectory()) return fromFolder(path);
  if (!found.isFile()) throw invalid(path, "it is neither a file nor a folder");
  if (found.size > mostBytes) throw invalid(path, `it has ${found.size} bytes, and at most ${mostBytes} are read`);
  return fromFile(path);
}

/** Largest recording. Bytes. */
const mostBytes = 64 * 1024 * 1024;

async function fromFile(path: string): Promise<Recording> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw invalid(path, `it cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  });
  let value: unknown;
  try {
    value = extname(path) === ".json" ? JSON.parse(text) : parseYaml(text);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    // A parser quotes what it could not read, over several lines and whatever it is.
    throw invalid(path, said.replace(/[\s\p{C}]+/gu, " ").slice(0, 200), cause);
  }
  const parsed = recordingFile.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue?.path.join(".") ?? "";
    throw invalid(path, `${place === "" ? "" : `${place}: `}${issue?.message ?? ""}`, parsed.error);
  }
  const recording: Recording = { source: path, moves: new Map(), feedback: new Map(), analysis: parsed.data.analysis };
  let t = 0;
  for (const entry of parsed.data.generator) {
    t = (typeof entry === "object" ? entry.t : undefined) ?? t + 1;
    recording.moves.set(t, moveOf(entry));
  }
  t = 0;
  for (const { t: named, ...given } of parsed.data.verifier) {
    t = named ?? t + 1;
    const visual_difference = given.visual_difference ?? { critical: [], major: [], minor: [] };
    const thought = given.thought ?? `Played back from ${path}.`;
    recording.feedback.set(t, { ...given, visual_difference, edit_suggestion: given.edit_suggestion ?? [], thought });
  }
  return recording;
}

function moveOf(entry: z.output<typeof recordingFile>["generator"][number]): GeneratorMove {
  if (typeof entry === "string") {
    return { type: "programs", candidates: [{ thought: "", code_diff: "", code: entry }] };
  }
  if ("end" in entry) return { type: "end", reason: entry.end };
  const plan = entry.plan === undefined ? {} : { plan: entry.plan };
  if ("candidates" in entry) return { type: "programs", candidates: entry.candidates, ...plan };
  const { thought, code_diff, code } = entry;
  return { type: "programs", candidates: [{ thought, code_diff, code }], ...plan };
}

const event = z.object({ type: z.string(), role: z.string().default(""), data: z.record(z.string(), z.unknown()) });
const proposed = z.object({
  program: z.object({ t: z.number(), candidate: z.number(), thought: z.string(), code_diff: z.string() }),
});
const judged = z.object({ t: z.number(), feedback: feedbackSchema.nullable() });
const ended = z.object({ t: z.number(), reason: z.string() });

async function fromFolder(path: string): Promise<Recording> {
  const recording: Recording = { source: path, moves: new Map(), feedback: new Map(), analysis: null };
  const codes = await codesIn(path);
  const thoughts = new Map<string, Programs["candidates"][number]>();
  for (const { type, role, data } of await tapeOf(path)) {
    if (type === "program.proposed") {
      const found = proposed.safeParse(data);
      if (!found.success) continue;
      const { t, candidate: index, thought, code_diff } = found.data.program;
      const code = codes.get(`${t}.${index}`) ?? (index === 0 ? codes.get(`${t}`) : undefined);
      if (code !== undefined) thoughts.set(`${t}.${index}`, { thought, code_diff, code });
    } else if (type === "feedback") {
      const found = judged.safeParse(data);
      if (!found.success || found.data.feedback === null) continue;
      // The picture belongs to the recorded run's artifacts, which the new run does not have.
      const { heatmap: _, ...kept } = found.data.feedback;
      recording.feedback.set(found.data.t, kept);
    } else if (type === "end" && role === "generator") {
      const found = ended.safeParse(data);
      if (found.success) recording.moves.set(found.data.t, { type: "end", reason: found.data.reason });
    } else if (type === "analysis" && typeof data.text === "string") recording.analysis = data.text;
  }
  const rounds = new Set([...codes.keys()].map((key) => Number(key.split(".")[0])).filter((t) => t > 0));
  for (const t of rounds) {
    const several = [...thoughts.keys()].filter((key) => Number(key.split(".")[0]) === t).sort(byCandidate);
    const only = codes.get(`${t}`);
    const candidates =
      several.length > 0
        ? several.map((key) => thoughts.get(key)!)
        : only === undefined
          ? []
          : [{ thought: "", code_diff: "", code: only }];
    if (candidates.length > 0) recording.moves.set(t, { type: "programs", candidates });
  }
  if (recording.moves.size === 0 && recording.feedback.size === 0) {
    throw invalid(path, "it holds neither programs in codes/ nor feedback in tape.jsonl");
  }
  return recording;
}

const byCandidate = (a: string, b: string) => Number(a.split(".")[1]) - Number(b.split(".")[1]);

/** Programs by "<t>" and, where a round had several, "<t>.<candidate>". */
async function codesIn(path: string): Promise<Map<string, string>> {
  const codes = new Map<string, string>();
  for (const folder of ["codes", join("codes", "candidates")]) {
    const names = await readdir(join(path, folder)).catch(() => []);
    for (const name of names) {
      const found = /^(\d+(?:\.\d+)?)\.(?:py|html|js)$/.exec(name);
      if (found) codes.set(found[1]!, await readFile(join(path, folder, name), "utf8"));
    }
  }
  return codes;
}

async function tapeOf(path: string): Promise<z.output<typeof event>[]> {
  const text = await readFile(join(path, "tape.jsonl"), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      const found = event.safeParse(JSON.parse(line));
      return found.success ? [found.data] : [];
    } catch {
      // A torn last line is what a killed run leaves.
      return [];
    }
  });
}

function invalid(path: string, why: string, cause?: unknown): VigaError {
  return new VigaError("input_invalid", `${path} is no recording: ${why}`, {
    hint: "expected { generator: [...], verifier: [...] }, or the output folder of a run",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A generator that does what was recorded, round by round, and ends where the recording ends. */
export function createReplayGenerator(recording: Recording): GeneratorPlayer {
  return {
    name: `replay:${recording.source}`,
    async write({ t }) {
      return recording.moves.get(t) ?? { type: "end", reason: `the recording has no round ${t}` };
    },
  };
}

/** A verifier that says what was recorded. The start state needs no entry: what follows depends on the programs. */
export function createReplayVerifier(recording: Recording): VerifierPlayer {
  const { analysis, source } = recording;
  return {
    name: `replay:${source}`,
    ...(analysis === null ? {} : { analyze: async () => analysis }),
    async judge({ t }) {
      const found = recording.feedback.get(t);
      if (found !== undefined) return found;
      if (t === 0) {
        const none = { critical: [], major: [], minor: [] };
        return { visual_difference: none, edit_suggestion: [], thought: "Nothing was recorded for the start." };
      }
      throw new VigaError("player_failed", `${source} holds no feedback for round ${t}`, {
        hint: "stop after the recorded rounds (stop.max_rounds), or let another player verify",
      });
    },
  };
}
