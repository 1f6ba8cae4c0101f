import { unifiedDiff } from "../../../../bridge/text/line-diff.ts";
import { applyPatch } from "./patch.ts";

/** What a model handed in as its program, read tolerantly; refused with a reason that is written for the model. */
export type Handed =
  | { ok: true; code: string; code_diff: string; notes: string[] }
  | { ok: false; reason: string; code: "empty" | "partial" | "diff" | "unchanged" };

const fence = /^\s*(?:```|~~~)[\w+-]*[ \t]*\n([\s\S]*?)\n?\s*(?:```|~~~)\s*$/;

/** The text between Markdown fences where the whole text is fenced, else the text; always one final line break. */
export function withoutFences(text: string): string {
  let out = text.replace(/\r\n?/g, "\n");
  const whole = fence.exec(out);
  if (whole) out = whole[1]!;
  else {
    // A fence that was opened and never closed, or closed and never opened.
    out = out.replace(/^\s*(?:```|~~~)[\w+-]*[ \t]*\n/, "").replace(/\n\s*(?:```|~~~)\s*$/, "");
  }
  // Escaped twice: one long line full of written-out line breaks.
  if (!out.trim().includes("\n") && (out.match(/\\n/g)?.length ?? 0) >= 3) {
    out = out.replace(/\\(n|t|"|\\)/g, (_, c: string) => (c === "n" ? "\n" : c === "t" ? "\t" : c));
  }
  return out.trim() === "" ? "" : `${out.replace(/^\n+/, "").trimEnd()}\n`;
}

/** A comment that stands for code left out ("# ... rest unchanged"); its text, or null. */
export function omission(code: string): string | null {
  for (const line of code.split("\n")) {
    const comment = /^\s*(?:#|\/\/|<!--|\/\*)\s*(.*)$/.exec(line)?.[1];
    if (comment === undefined) continue;
    const dots = /(\.{3}|…|\[\s*\.\.)/.test(comment);
    const says =
      /\b(rest|remainder|remaining|unchanged|existing|same as (before|above)|as before|previous code)\b/i.test(comment);
    if (dots && (says || /^[.…\s[\]]+(-->)?\s*$/.test(comment))) return line.trim();
    if (/\b(rest of (the )?(code|program|script|file)|code (is |remains? )?(unchanged|the same))\b/i.test(comment)) {
      return line.trim();
    }
  }
  return null;
}

const fenceNames = {
  python: ["python", "py", "python3"],
  html: ["html"],
  javascript: ["javascript", "js", "mjs", "node"],
} as const;

/** The only fenced block of a reply that is written in the wanted language, for models that answer without any call. */
export function fencedProgram(text: string, language: keyof typeof fenceNames): string | null {
  const blocks = [...text.matchAll(/(?:```|~~~)([\w+-]*)[ \t]*\n([\s\S]*?)\n\s*(?:```|~~~)/g)];
  const names: readonly string[] = fenceNames[language];
  const fitting = blocks.filter((block) => names.includes(block[1]!.toLowerCase()));
  const only = fitting.length === 1 ? fitting[0]![2]! : null;
  return only === null || omission(only) !== null ? null : withoutFences(only);
}

/**
 * The program out of an `execute_code` call. Whole code is taken as it is; without it, or where it leaves parts out,
 * the diff is applied to `base`. The diff that is handed on is always made from the two programs, never the model's.
 *
 * @param options.allowSame false refuses a program that equals `base`, which would only cost a render
 */
export function readProgram(
  said: { code?: string; code_diff?: string },
  base: string,
  options: { allowSame: boolean },
): Handed {
  const notes: string[] = [];
  let code = withoutFences(said.code ?? "");
  const diff = said.code_diff ?? "";
  const gap = code === "" ? null : omission(code);
  if (code === "" || gap !== null) {
    const patched = diff.trim() === "" ? null : applyPatch(base, diff);
    if (patched?.ok) {
      notes.push(
        gap === null ? "only a diff was given; it was applied" : "the code left parts out; its diff was applied",
      );
      code = withoutFences(patched.text);
    } else if (gap !== null) {
      const reason = `The code leaves parts out ("${gap.slice(0, 80)}"). Write the whole program.`;
      return { ok: false, code: "partial", reason };
    } else if (patched) {
      const reason = `There was no code, and the diff does not fit the program: ${patched.reason}. Write the whole program in \`code\`.`;
      return { ok: false, code: "diff", reason };
    }
  }
  if (code === "")
    return { ok: false, code: "empty", reason: "The program is empty. Write the whole program in `code`." };
  if (!options.allowSame && code.trim() === base.trim()) {
    const reason =
      "This is the current program, unchanged. Change it where the feedback asks for it, or call end_process when nothing can be improved.";
    return { ok: false, code: "unchanged", reason };
  }
  return { ok: true, code, code_diff: unifiedDiff(base, code), notes };
}
