import { z } from "zod";
import { type ToolSpec, toolSpec } from "../../../../bridge/models/contract.ts";
import type { ToolStyle } from "../../../../config/profile.ts";
import type { Context, Program } from "../../../../machines/domain/index.ts";
import type { PlayerIO } from "../../player.ts";
import { fencedProgram, readProgram } from "./read-program.ts";
import { engineTool, type OfferedTool, type ToolOutcome } from "./tool.ts";

/** What ends a generator's turn. */
export type Written =
  | { type: "program"; thought: string; code_diff: string; code: string }
  | { type: "end"; reason: string };

/** What one candidate's turn works on: the program it changes, and the plan it made. */
export interface Draft {
  context: Context;
  io: PlayerIO;
  language: "python" | "html";
  /** Program that diffs apply to, as text; empty when there is none. `t` is its round. */
  base: { t: number; code: string };
  plan: string | null;
}

const codeText = { python: "Python", html: "HTML" } as const;

/**
 * `execute_code` as the paper has it. Weaker styles are not asked for a diff as well: models that must write JSON by
 * hand got lost in it (they repeated themselves until the reply was cut off), and it can be made from the programs.
 */
function executeSpec(style: ToolStyle, language: Draft["language"]): ToolSpec {
  const written = codeText[language];
  const full = style === "native";
  const parameters = {
    type: "object",
    properties: {
      thought: {
        type: "string",
        description: "Which difference this program removes and why this change does it. A few sentences.",
      },
      ...(full
        ? {
            code_diff: {
              type: "string",
              description:
                "The changed lines only: removed lines start with '-', added lines with '+', with a line of context around them.",
            },
          }
        : {}),
      code: { type: "string", description: `The whole ${written} program after the change, ready to run as it is.` },
    },
    required: full ? ["thought", "code_diff", "code"] : ["thought", "code"],
  };
  const text = () => z.string().optional();
  return {
    name: "execute_code",
    description: `Runs the round's ${written} program, takes its pictures and hands them to the verifier. It ends the round.`,
    parameters,
    schema: z
      .object({ thought: text(), code_diff: text(), code: text() })
      .refine((args) => args.code || args.code_diff, {
        message: "the program is missing",
        path: ["code"],
      }),
  };
}

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
  return { kind: "final", result: { type: "program", thought: said(args.thought), code_diff, code } };
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
  return {
    name: "execute_code",
    kind: "protocol",
    spec: (style) => executeSpec(style, draft.language),
    run: async (args) => take(draft, args),
  };
}

function endProcess(draft: Draft): OfferedTool<Written> {
  const spec = toolSpec(
    "end_process",
    "Ends the whole run: nothing is left that you could improve. The best program so far is the result.",
    z.object({ reason: z.string().optional().describe("Why nothing is left to do, in one sentence.") }),
  );
  return {
    name: "end_process",
    kind: "protocol",
    spec: () => spec,
    async run(args) {
      if (!draft.context.rounds.some((round) => round.state.ok)) {
        return {
          kind: "refused",
          text: "No program has run yet, so there is no result to end with. Call execute_code.",
        };
      }
      return {
        kind: "final",
        result: { type: "end", reason: said(args.reason) || "the generator found nothing left to do" },
      };
    },
  };
}

function makePlan(draft: Draft): OfferedTool<Written> {
  const spec = toolSpec(
    "make_plan",
    "Writes down your plan for the whole task. It tells you nothing new, but you will see it again in every round.",
    z.object({
      overall_description: z
        .string()
        .describe("The wanted result in full: things, sizes, places, view, light, materials."),
      detailed_plan: z.string().describe("The order of work, from the rough layout to the details."),
    }),
  );
  return {
    name: "make_plan",
    kind: "protocol",
    spec: () => spec,
    async run(args) {
      draft.plan = [said(args.overall_description), said(args.detailed_plan)]
        .filter((part) => part !== "")
        .join("\n\n");
      return { kind: "answer", text: "The plan is kept. Go on with its first step." };
    },
  };
}

/** The round before the draft's base whose program ran. */
function before(draft: Draft): Program | null {
  const earlier = draft.context.rounds.filter(
    (round) => round.t < draft.base.t && round.state.ok && round.program !== null,
  );
  return earlier.at(-1)?.program ?? null;
}

function undoLastStep(draft: Draft): OfferedTool<Written> {
  const spec = toolSpec(
    "undo_last_step",
    "Goes back to the program before the current one and shows it.",
    z.object({}),
  );
  return {
    name: "undo_last_step",
    kind: "protocol",
    spec: () => spec,
    async run() {
      const program = before(draft);
      if (program === null) return { kind: "refused", text: "There is no earlier program in view to go back to." };
      draft.base = { t: program.t, code: await draft.io.text(program.code) };
      return { kind: "answer", text: `The current program is that of round ${program.t} again:\n${draft.base.code}` };
    },
  };
}

/** `get_scene_info`: what stands in the run's live scene, as text. Both roles have it. */
export function sceneInfo(): OfferedTool {
  return engineTool(
    toolSpec(
      "get_scene_info",
      "Lists the current scene's objects with transforms and sizes, materials, lights and cameras.",
      z.object({}),
    ),
    "scene_info",
  );
}

/** Every tool a generator has built in. */
export function generatorTools(draft: Draft): OfferedTool<Written>[] {
  return [executeCode(draft), endProcess(draft), makePlan(draft), undoLastStep(draft), sceneInfo()];
}
