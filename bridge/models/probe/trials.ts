import { z } from "zod";
import { toVigaError } from "../../../config/errors.ts";
import type { ToolStyle } from "../../../config/profile.ts";
import { type ChatReply, type Model, toolSpec } from "../contract.ts";

/** A program with everything that breaks JSON: quotes of both kinds, a backslash, line breaks, indents. */
export const trialProgram = `def label(n):\n    text = "cube \\"%d\\"" % n\n    return text + '\\n'\n\nprint(label(3))\n`;

const saveProgram = toolSpec(
  "save_program",
  "Saves a program.",
  z.object({
    title: z.string().describe("a short title"),
    lines: z.number().int().describe("how many lines the program has"),
    code: z.string().describe("the program, character for character"),
  }),
);
const endTrial = toolSpec("end_process", "Ends the work.", z.object({ reason: z.string() }));

export interface StyleTrial {
  style: ToolStyle;
  /** A valid call of the right tool arrived. */
  works: boolean;
  /** It came in the form asked for, and nothing had to be repaired. */
  clean: boolean;
  /** The program arrived character for character (line ends and trailing blanks aside). */
  exact: boolean;
  /** Codes of what was off. */
  problems: string[];
  seconds: number;
  error?: string;
}

const normal = (code: string): string =>
  code
    .replaceAll("\r\n", "\n")
    .replaceAll(/[ \t]+$/gm, "")
    .trim();

function read(style: ToolStyle, reply: ChatReply): StyleTrial {
  const call = reply.calls.find(({ name }) => name === "save_program");
  const problems = [...new Set(reply.problems.map(({ code }) => code))];
  // The endpoint may have no native tools at all, in which case the client moved on by itself.
  const works = call !== undefined && reply.style === style && !problems.includes("other_style");
  return {
    style,
    works,
    clean: works && reply.problems.length === 0,
    exact: typeof call?.arguments.code === "string" && normal(call.arguments.code) === normal(trialProgram),
    problems,
    seconds: reply.seconds,
  };
}

/** Tries one tool style with one call. A failure is a result, never thrown, except when stopped. */
export async function tryStyle(
  model: Model,
  style: ToolStyle,
  signal: AbortSignal,
): Promise<{ trial: StyleTrial; reply: ChatReply | null }> {
  const text = `Save this program with save_program, unchanged:\n\n${trialProgram}`;
  try {
    const reply = await model.chat({
      messages: [
        { role: "system", parts: [{ type: "text", text: "You work by calling tools." }] },
        { role: "user", parts: [{ type: "text", text }] },
      ],
      tools: [saveProgram, endTrial],
      toolStyle: style,
      requireCall: true,
      maxTokens: Math.min(1500, model.profile.max_tokens),
      signal,
    });
    return { trial: read(style, reply), reply };
  } catch (thrown) {
    const error = toVigaError(thrown);
    if (error.code === "interrupted") throw error;
    const failed = {
      style,
      works: false,
      clean: false,
      exact: false,
      problems: [error.code],
      seconds: 0,
      error: error.message,
    };
    return { trial: failed, reply: null };
  }
}
