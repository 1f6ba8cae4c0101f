import { z } from "zod";
import type { Context, Program } from "../../../../machines/domain/index.ts";
import type { Candidate, PlayerIO } from "../../player.ts";
import { type OfferedAsset, pinnedOf } from "./asset-tool.ts";
import { planOf, protocolTool } from "./definitions.ts";
import { fencedProgram, readProgram } from "./read-program.ts";
import type { OfferedTool, ToolOutcome } from "./tool.ts";

/** What ends a generator's turn. */
export type Written = ({ type: "program" } & Candidate) | { type: "end"; reason: string };

/** What one candidate's turn works on: the program it changes, and the plan it made. */
export interface Draft {
  context: Context;
  io: PlayerIO;
  language: "python" | "html" | "javascript";
  /** Program that diffs apply to, as text; empty when there is none. `t` is its round, `program` is it if it has run. */
  base: { t: number; code: string; program: Program | null };
  /** Rounds that it took back on the way. */
  undone: number[];
  plan: string | null;
  /** Models of things that its tool answered with. */
  assets: OfferedAsset[];
}

/** Read tolerantly: a program that comes as a diff alone is put together from the one before. */
const programArgs = z
  .object({ thought: z.string().optional(), code_diff: z.string().optional(), code: z.string().optional() })
  .refine((args) => args.code || args.code_diff, { message: "the program is missing", path: ["code"] });

const said = (value: unknown) => (typeof value === "string" ? value.trim() : "");

function take(draft: Draft, args: Record<string, unknown>): ToolOutcome<Written> {
  const { context, io, base } = draft;
  const last = context.rounds.at(-1)?.state;
  // A program that could not be run for the engine's sake may be tried again as it is.
  const allowSame = base.code === "" || (last !== undefined && !last.ok && last.error?.kind !== "program");
  const handed = readProgram(
    { code: said(args.code) === "" ? "" : String(args.code), code_diff: said(args.code_diff) },
    base.code,
    { allowSame },
  );
  if (!handed.ok) return { kind: "refused", text: handed.reason };
  if (handed.notes.length > 0) io.note("program.read", { t: context.t, notes: handed.notes });
  const { code, code_diff } = handed;
  const undone = draft.undone.length === 0 ? {} : { undone: draft.undone };
  const pinned = pinnedOf(draft.assets, code);
  const kept = { ...undone, ...(pinned.length === 0 ? {} : { assets: pinned }) };
  return { kind: "final", result: { type: "program", thought: said(args.thought), code_diff, code, ...kept } };
}

/** Takes a program that came as a fenced block in a reply without any call. */
export function programFromText(draft: Draft, text: string): ToolOutcome<Written> | null {
  const code = fencedProgram(text, draft.language);
  if (code === null) return null;
  const thought = text.slice(0, text.search(/```|~~~/)).trim();
  const outcome = take(draft, { code, thought });
  return outcome.kind === "final" ? outcome : null;
}

function executeCode(draft: Draft): OfferedTool<Written> {
  return protocolTool("execute_code", "generator", async (args) => take(draft, args), {
    language: draft.language,
    accepts: programArgs,
  });
}

function endProcess(draft: Draft): OfferedTool<Written> {
  return protocolTool("end_process", "generator", async (args) => {
    if (!draft.context.rounds.some((round) => round.state.ok)) {
      return {
        kind: "refused",
        text: "No program has run yet, so there is no result to end with. Call execute_code.",
      };
    }
    const reason = said(args.reason) || "the generator found nothing left to do";
    return { kind: "final", result: { type: "end", reason } };
  });
}

function makePlan(draft: Draft): OfferedTool<Written> {
  return protocolTool(
    "make_plan",
    "generator",
    async (args) => {
      draft.plan = [said(args.overall_description), said(args.detailed_plan)]
        .filter((part) => part !== "")
        .join("\n\n");
      return { kind: "answer", text: "The plan is kept. Go on with its first step." };
    },
    planOf(draft.context.task.mode),
  );
}

/** The round before the draft's base whose program ran. */
function before(draft: Draft): Program | null {
  const earlier = draft.context.rounds.filter(
    (round) => round.t < draft.base.t && round.state.ok && round.program !== null,
  );
  return earlier.at(-1)?.program ?? null;
}

function undoLastStep(draft: Draft): OfferedTool<Written> {
  return protocolTool("undo_last_step", "generator", async () => {
    const program = before(draft);
    if (program === null) return { kind: "refused", text: "There is no earlier program in view to go back to." };
    draft.undone.push(draft.base.t);
    draft.base = { t: program.t, code: await draft.io.text(program.code), program };
    return { kind: "answer", text: `The current program is that of round ${program.t} again:\n${draft.base.code}` };
  });
}

/** What the role does itself for a generator. */
export function generatorTools(draft: Draft): OfferedTool<Written>[] {
  return [executeCode(draft), endProcess(draft), makePlan(draft), undoLastStep(draft)];
}
