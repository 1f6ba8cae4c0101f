import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alignLines, linesOf, unifiedDiff } from "../../../bridge/text/line-diff.ts";

const line = fc.constantFrom(
  "a = 1",
  "b = 2",
  "    c = 3",
  "",
  "def f():",
  "    return a",
  "x.y = (1, 2)",
  "-1",
  "+ 2",
  "@@ x",
);
const program = fc.array(line, { maxLength: 40 }).map((lines) => (lines.length === 0 ? "" : `${lines.join("\n")}\n`));

describe("the diff of two programs", () => {
  it("turns the first into the second when it is applied", () => {
    fc.assert(
      fc.property(program, program, (before, after) => {
        const diff = unifiedDiff(before, after);
        expect(strictly(before, diff)).toBe(after);
      }),
      { numRuns: 400 },
    );
  });

  it("is empty for equal programs and shows only what changed, with a little context", () => {
    const before = Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\n");
    expect(unifiedDiff(before, before)).toBe("");
    expect(unifiedDiff(before, before.replace("line 12", "line twelve"))).toBe(
      "@@ -11,5 +11,5 @@\n line 10\n line 11\n-line 12\n+line twelve\n line 13\n line 14\n",
    );
  });

  it("has as much context as is asked for, and names the file where it is given", () => {
    const before = Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\n");
    const after = before.replace("line 4\n", "line four\n").replace("line 25", "line x");
    const text = unifiedDiff(before, after, { context: 3, name: "program.py" });
    expect(text).toMatch(/^--- a\/program\.py\n\+\+\+ b\/program\.py\n@@ /);
    expect(text).toContain("@@ -2,7 +2,7 @@\n line 1\n line 2\n line 3\n-line 4\n+line four\n line 5");
    expect(text).toContain("@@ -23,7 +23,7 @@");
    expect(unifiedDiff(before, before, { context: 3, name: "program.py" })).toBe("");
  });

  it("does not speak of missing or foreign line breaks", () => {
    expect(unifiedDiff("a\r\nb", "a\nb\n")).toBe("");
    expect(unifiedDiff("a", "b")).toBe("@@ -1,1 +1,1 @@\n-a\n+b\n");
  });

  it("of two long programs that share nothing replaces the one by the other", () => {
    const of = (name: string) => Array.from({ length: 3000 }, (_, i) => `${name} ${i}\n`).join("");
    expect(linesOf(unifiedDiff(of("a"), of("b")))).toHaveLength(6001);
    expect(strictly(of("a"), unifiedDiff(of("a"), of("b")))).toBe(of("b"));
    expect(strictly("", unifiedDiff("", of("b")))).toBe(of("b"));
  });
});

/** Applies a diff with right line numbers to the letter, as `patch` does. */
function strictly(before: string, diff: string): string {
  const source = linesOf(before);
  const out: string[] = [];
  let at = 0;
  for (const text of linesOf(diff)) {
    const head = /^@@ -(\d+),(\d+) \+\d+,\d+ @@$/.exec(text);
    if (head) {
      const start = Number(head[1]) - (head[2] === "0" ? 0 : 1);
      out.push(...source.slice(at, start));
      at = start;
    } else if (text[0] === "+") out.push(text.slice(1));
    else {
      expect(source[at]).toBe(text.slice(1));
      if (text[0] === " ") out.push(text.slice(1));
      at++;
    }
  }
  out.push(...source.slice(at));
  return out.length === 0 ? "" : `${out.join("\n")}\n`;
}

describe("aligned lines", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 30 });

  it("give both texts back", () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const found = alignLines(before, after);
        expect(found.flatMap((l) => (l.kind === "added" ? [] : [l.kind === "same" ? l.old : l.text]))).toEqual(before);
        expect(found.flatMap((l) => (l.kind === "removed" ? [] : [l.text]))).toEqual(after);
        for (const l of found) {
          if (l.kind !== "added") expect(before[l.before - 1]).toBe(l.kind === "same" ? l.old : l.text);
          if (l.kind !== "removed") expect(after[l.after - 1]).toBe(l.text);
        }
      }),
    );
  });

  it("take long programs that differ everywhere as replaced, at once", () => {
    const long = (word: string) => Array.from({ length: 5000 }, (_, i) => `${word} ${i}`);
    expect(alignLines(long("a"), long("b"))).toHaveLength(10_000);
  });

  it("are equal where their keys are, and tell both texts", () => {
    expect(alignLines(["x = 1", "y"], ["new", "x = 2", "y"], (line) => line.replace(/\d/, "#"))).toEqual([
      { kind: "added", after: 1, text: "new" },
      { kind: "same", before: 1, after: 2, old: "x = 1", text: "x = 2" },
      { kind: "same", before: 2, after: 3, old: "y", text: "y" },
    ]);
  });
});
