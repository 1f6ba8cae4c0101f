import type { Part } from "../../../../bridge/models/contract.ts";
import type { Draft } from "../tools/generator-tools.ts";

/** The whole programs that a request holds, each text once. */
export interface Programs {
  /** The start program, which stays the same from round to round; null where there is none. */
  start: string | null;
  /** The best program so far; null where it is the start or the current one. */
  best: string | null;
  /** The program to go on from, or where it stands already. */
  current: string;
  /** Whether the start program must stay, because nothing else shows what the next program is made from, or the best. */
  startNeeded: boolean;
}

/** Which programs a generator with full sight is shown, and in what words. */
export async function programsOf({ context, io, base, language }: Draft): Promise<Programs> {
  const fenced = (code: string) => `\`\`\`${language}\n${code.trimEnd()}\n\`\`\``;
  const start = context.task.start === null ? null : await io.text(context.task.start);
  const { best } = context;
  const bestCode = best?.program == null ? null : await io.text(best.program.code);
  const isBest = bestCode !== null && bestCode === base.code;
  const name = base.t === 0 ? "the start program" : `of round ${base.t}`;
  const which = isBest ? `${name}, the best so far` : name;
  return {
    start: start === null ? null : `# The start program\n${fenced(start)}`,
    best:
      bestCode === null || isBest || bestCode === start
        ? null
        : `# The best program so far, of round ${best!.t}\n${fenced(bestCode)}`,
    current:
      base.code === ""
        ? "There is no program yet: write the first one."
        : base.code === start
          ? `The current program is ${isBest ? "the best so far, " : ""}the start program, as it stands above.`
          : `The current program (${which}):\n${fenced(base.code)}`,
    startNeeded: start !== null && (base.code === start || bestCode === start),
  };
}

/** A whole program as a part of a request; `drop` as in the budget. */
export const programPart = (text: string | null, drop?: number): Part[] =>
  text === null ? [] : [{ type: "text", text, ...(drop === undefined ? {} : { drop }) }];
