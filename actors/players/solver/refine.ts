import { unifiedDiff } from "../../../bridge/text/line-diff.ts";
import { toVigaError } from "../../../config/errors.ts";
import type { Context } from "../../../machines/domain/index.ts";
import type { GeneratorMove, GeneratorPlayer, PlayerIO } from "../player.ts";

const token =
  /(?:[rRbBfFuU]{0,2}("""|''')[\s\S]*?(?:\1|$))|(?:[rRbBfFuU]{0,2}(?:"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?))|(#[^\n]*)|([A-Za-z_]\w*)|(0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJ]?)|([^\S\n]+)|(\n)|([\s\S])/g;

/**
 * A Python program with every number blanked out: two programs with the same skeleton differ in numbers only. Signs and
 * parentheses that belong to a number alone go with it; comments and blanks within a line do not count, indentation does.
 */
export function skeletonOf(program: string): string {
  const words: string[] = [];
  let startOfLine = true;
  for (const found of program.replace(/\r\n?/g, "\n").matchAll(token)) {
    const [text, , comment, name, number, blank, newline] = found;
    if (comment !== undefined) continue;
    if (blank !== undefined) {
      if (startOfLine) words.push(`<${text.replaceAll("\t", "        ").length}>`);
      continue;
    }
    startOfLine = newline !== undefined;
    words.push(number !== undefined ? "#" : newline !== undefined ? "\n" : name !== undefined ? `${name} ` : text);
  }
  const lines = words
    .join("\u0000")
    .split("\n")
    .map((line) => line.split("\u0000").filter((word) => word !== ""))
    // Blank and comment lines are no structure.
    .filter((line) => line.some((word) => !/^<\d+>$/.test(word)));
  return lines.map((line) => withoutSigns(line).join("\u0000")).join("\n");
}

/** Words after which a minus is a sign, not a subtraction, and a parenthesis is no call. */
const opens = (word: string | undefined) =>
  word === undefined ||
  /^(?:[([{,:=+\-*/%<>!&|^~]|<\d+>)$/.test(word) ||
  /^(?:return|in|and|or|not|if|else|elif|while|lambda|yield|assert|is) $/.test(word);

function withoutSigns(line: readonly string[]): string[] {
  const out: string[] = [];
  for (const word of line) {
    if (word === "#" && ["-", "+"].includes(out.at(-1) ?? "") && opens(out.at(-2))) out.pop();
    out.push(word);
    // "(#)" where no call can be: a number in parentheses.
    if (word === ")" && out.at(-2) === "#" && out.at(-3) === "(" && opens(out.at(-4))) {
      out.splice(-3, 3, "#");
      if (["-", "+"].includes(out.at(-2) ?? "") && opens(out.at(-3))) out.splice(-2, 1);
    }
  }
  return out;
}

/** Keeps the solver's recorded calls apart from the model's and from those of other candidates. */
const withKeyPrefix = (io: PlayerIO, prefix: string): PlayerIO => ({
  ...io,
  once: (key, call) => io.once(`${prefix}/${key}`, call),
});

/**
 * Lets a numeric solver refine each program that a generator writes: numbers only, never structure. Where the solver
 * fails, finds nothing, or hands back another structure, the generator's own program stands and the tape says why.
 */
export function withRefine(generator: GeneratorPlayer, solver: GeneratorPlayer): GeneratorPlayer {
  type Candidate = Extract<GeneratorMove, { type: "programs" }>["candidates"][number];

  async function refined(candidate: Candidate, index: number, context: Context, io: PlayerIO): Promise<Candidate> {
    const kept = (why: string) => {
      io.note("refine.kept", { t: context.t, candidate: index, why });
      return candidate;
    };
    const code = await io.put(candidate.code);
    const { thought, code_diff } = candidate;
    // The solver sees a task that begins with this program: earlier rounds belong to other structures.
    const own: Context = {
      ...context,
      task: { ...context.task, start: code },
      plan: null,
      rounds: [],
      best: null,
      from: { t: context.t, candidate: index, thought, code_diff, code },
      note: null,
      candidates: 1,
    };
    let move: GeneratorMove;
    try {
      move = await solver.write(own, withKeyPrefix(io, `refine/${index}`));
    } catch (thrown) {
      const error = toVigaError(thrown);
      if (error.code === "interrupted" || io.signal.aborted) throw error;
      return kept(`${solver.name} failed: ${error.message}`);
    }
    const best = move.type === "programs" ? move.candidates[0] : undefined;
    if (move.type === "end" || best === undefined) return kept(move.type === "end" ? move.reason : "no program");
    if (skeletonOf(best.code) !== skeletonOf(candidate.code)) return kept(`${solver.name} changed more than numbers`);
    if (best.code === candidate.code) return kept("no number was worth changing");
    io.note("refine.done", { t: context.t, candidate: index, code_diff: best.code_diff });
    const base = context.from === null ? "" : await io.text(context.from.code);
    return {
      thought: `${thought}\n\nNumbers refined by ${solver.name}: ${best.thought}`,
      code_diff: unifiedDiff(base, best.code),
      code: best.code,
    };
  }

  return {
    name: `${generator.name} + ${solver.name}`,
    async write(context, io) {
      const move = await generator.write(context, io);
      if (move.type === "end") return move;
      if (context.task.targets.length === 0) {
        io.note("refine.kept", { t: context.t, why: "numbers are fitted to a target picture, and this task has none" });
        return move;
      }
      const candidates: Candidate[] = [];
      // One after the other: they share the slot that holds the scene.
      for (const [index, candidate] of move.candidates.entries()) {
        candidates.push(await refined(candidate, index, context, io));
      }
      return { ...move, candidates };
    },
  };
}
