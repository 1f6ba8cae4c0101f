import type { ProgramError } from "../../../machines/domain/index.ts";
import type { Left } from "./programs.ts";

/** What is wrong with a program before it runs; null where nothing is. */
export function refusal(program: string): ProgramError | null {
  if (program.trim() === "") {
    return {
      kind: "program",
      type: "EmptyProgram",
      message: "the program is empty",
      hint: "write one complete JavaScript file",
    };
  }
  if (!/^\s*(from pptx\b|from pptx\.|import pptx\b|import collections)/m.test(program)) return null;
  return {
    kind: "program",
    type: "OtherLanguage",
    message: "the program is Python for python-pptx",
    hint: "write JavaScript for PptxGenJS: no python-pptx is on this machine",
  };
}

const write = "end with `await pptx.writeFile({ fileName: 'output.pptx' })`";

const hints: readonly [RegExp, (files: readonly string[]) => string][] = [
  [
    /ENOENT|Unable to read media/i,
    (files) => (files.length === 0 ? "the task has no files" : `the task has ${files.slice(0, 12).join(", ")}`),
  ],
  [
    /ERR_ACCESS_DENIED|Access to this API has been restricted/,
    () => "programs have their own folder and nothing else: no processes, threads or other files",
  ],
  [/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|fetch failed/, () => "there is no network: use the files of the task"],
  [/Cannot find (module|package)/, () => "only pptxgenjs and Node's own modules are there"],
  [/require is not defined|Cannot use import statement/, () => "use either import or require"],
  [/ENOSPC|heap out of memory|Array buffer allocation/i, () => "fewer and smaller pictures and objects"],
];

/** The error of a program by what it left; null where it left a deck. */
export function programError(left: Left, program: string, files: readonly string[]): ProgramError | null {
  const { report, deck, log } = left;
  const said = report?.error;
  if (said !== undefined) {
    const known = hints.find(([pattern]) => pattern.test(`${said.type} ${said.message}`));
    const source = said.line === undefined ? undefined : program.split("\n")[said.line - 1]?.trim().slice(0, 200);
    return {
      kind: "program",
      type: said.type,
      message: said.message,
      ...(said.line === undefined ? {} : { line: said.line }),
      ...(source === undefined ? {} : { source }),
      ...(known === undefined ? {} : { hint: known[1](files) }),
    };
  }
  if (deck !== null) return null;
  if (report === null) {
    return /heap out of memory|allocation failed/i.test(log)
      ? {
          kind: "memory",
          type: "MemoryLimit",
          message: "the program's objects took too much memory",
          hint: "fewer and smaller objects",
        }
      : {
          kind: "crash",
          type: "ProgramEnded",
          message: "the program's process was ended before it was over",
          hint: write,
        };
  }
  if (report.wrote)
    return { kind: "output", type: "EmptyDeck", message: "output.pptx is empty, or larger than 100 MiB", hint: write };
  const [other] = report.others;
  const message =
    other !== undefined
      ? `the program wrote ${other} and no output.pptx`
      : `the program ended with code ${report.code} and wrote no output.pptx`;
  return { kind: "output", type: "NoDeck", message, hint: write };
}
