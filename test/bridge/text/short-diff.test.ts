import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linesOf, unifiedDiff } from "../../../bridge/text/line-diff.ts";
import { leftOut, shortDiff, wholeProgram } from "../../../bridge/text/short-diff.ts";

const word = fc.string({ unit: "grapheme-ascii", maxLength: 300 });
const program = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.integer({ max: 30, min: 0 }).map((n) => `part_${n} = ${n}`) }, word), {
    maxLength: 120,
  })
  .map((lines) => lines.join("\n"));
const changed = (diff: string) => linesOf(diff).filter((line) => /^[-+]/.test(line));

describe("a diff that is shortened", () => {
  it("loses no changed line as long as they fit, and never more than fits", () => {
    fc.assert(
      fc.property(program, program, fc.integer({ min: 400, max: 6000 }), (before, after, most) => {
        const diff = unifiedDiff(before, after, { context: 3 });
        const short = shortDiff(diff, most);
        expect(short.length).toBeLessThanOrEqual(most);
        const bare = unifiedDiff(before, after, { context: 0 });
        if (bare.length <= most) expect(changed(short)).toEqual(changed(diff));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps the first and the last line of its first and last place, at any length", () => {
    fc.assert(
      fc.property(program, program, fc.integer({ min: 400, max: 2000 }), (before, after, most) => {
        const diff = unifiedDiff(before, after, { context: 2 });
        const [all, kept] = [changed(diff), changed(shortDiff(diff, most))];
        for (const end of [0, -1] as const) {
          const line = all.at(end) ?? "";
          // A line that is too long keeps its two ends.
          expect(kept.at(end)?.slice(0, 8) ?? "").toBe(line.slice(0, 8));
          expect(kept.at(end)?.slice(-8) ?? "").toBe(line.slice(-8));
        }
      }),
      { numRuns: 300 },
    );
  });

  const lines = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}_${i} = ${i}`);
  const text = (...parts: string[][]) => parts.flat().join("\n");

  it("gives up unchanged lines first, and says where what is left stands", () => {
    const before = text(lines("head", 20), ["x = 1"], lines("mid", 3), ["y = 2"], lines("tail", 20));
    const after = before.replace("x = 1", "x = 9").replace("y = 2", "y = 8");
    const diff = unifiedDiff(before, after, { context: 9 });
    expect(shortDiff(diff, diff.length - 2)).toBe(
      "@@ -20 +20 @@\n head_19 = 19\n-x = 1\n+x = 9\n mid_0 = 0\n@@ -24 +24 @@\n mid_2 = 2\n-y = 2\n+y = 8\n tail_0 = 0",
    );
    expect(shortDiff(diff, 60)).toBe("@@ -21 +21 @@\n-x = 1\n+x = 9\n@@ -25 +25 @@\n-y = 2\n+y = 8");
  });

  it("then counts the middle of long runs, and at last the places in the middle", () => {
    const run = unifiedDiff("x = 1\n", text(lines("new", 100)));
    const short = shortDiff(run, 400);
    expect(short).toMatch(
      /^@@ -1 \+1 @@\n-x = 1\n\+new_0 = 0\n[\s\S]*\n\.\.\. \d+ more added lines\n[\s\S]*\n\+new_99 = 99$/,
    );
    expect(short).toMatch(leftOut);
    const old = Array.from({ length: 200 }, (_, i) => `value_${i} = ${i}`);
    const many = shortDiff(unifiedDiff(text(old), text(old.map((line, i) => (i % 4 === 2 ? `${line}.5` : line)))), 600);
    expect(many).toMatch(/^@@ -3 \+3 @@\n-value_2 = 2\n\+value_2 = 2\.5\n/);
    expect(many).toMatch(/\n\.\.\. \d+ more places\n/);
    expect(many).toMatch(/\+value_198 = 198\.5$/);
  });

  it("is read in any form that a player writes, and short ones stay as they are", () => {
    expect(shortDiff("-energy = 100\n+energy = 125\n", 400)).toBe("-energy = 100\n+energy = 125");
    expect(shortDiff("", 400)).toBe("");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii", maxLength: 3000 }), (any) => {
        expect(shortDiff(any, 400).length).toBeLessThanOrEqual(400);
      }),
    );
  });
});

describe("a diff that holds a whole program", () => {
  const of = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}_${i} = ${i}\n`).join("");

  it("is that of the first one, and of one that was written anew", () => {
    expect(wholeProgram(unifiedDiff("", of("a", 3)), of("a", 3))).toEqual({ first: true, added: 3, removed: 0 });
    const anew = `import bpy\n${of("b", 30)}`;
    expect(wholeProgram(unifiedDiff(`import bpy\n${of("a", 40)}`, anew), anew)).toEqual({
      first: false,
      added: 30,
      removed: 40,
    });
  });

  it("is not that of an edit, wherever it stands and however small the program", () => {
    const more = of("new", 20) + of("a", 200);
    expect(wholeProgram(unifiedDiff(of("a", 200), more), more)).toBeNull();
    expect(wholeProgram(unifiedDiff("x = 1\n", "x = 2\n"), "x = 2\n")).toBeNull();
    expect(wholeProgram("", "x = 2\n")).toBeNull();
    expect(wholeProgram("+x = 2", "x = 2\n")).toBeNull();
  });
});
