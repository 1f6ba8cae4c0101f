import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeText, givenChange, programText } from "../../../../../actors/players/model/judge/program-text.ts";
import { textTokens } from "../../../../../bridge/models/budget/text.ts";

const lines = (count: number) => Array.from({ length: count }, (_, i) => `part_${i} = ${i}`);

describe("a program as a verifier is shown it", () => {
  it("is whole where it fits, and says which lines it leaves out where it does not", () => {
    const before = lines(400).join("\n");
    const after = before.replace("part_200 = 200", "part_200 = -1");
    expect(programText(after, before, 1e6)).toBe(after);
    const short = programText(after, before, 300);
    expect(short).toContain("part_199 = 199\npart_200 = -1\npart_201 = 201");
    expect(short).toMatch(/^\[lines 1 to \d+: unchanged, left out\]\n/);
    expect(short).toMatch(/\n\[lines \d+ to 400: unchanged, left out\]$/);
  });

  it("loses its middle where nothing is known to be unchanged, and keeps its end, where cameras stand", () => {
    const short = programText([...lines(400), "camera = 1"].join("\n"), null, 300);
    expect(short).toMatch(/^part_0 = 0\n[\s\S]*\[lines \d+ to \d+: left out\][\s\S]*\ncamera = 1$/);
  });

  it("is never longer than asked for, and keeps every changed line that fits", () => {
    const program = fc.array(
      fc.string({ maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, " ")),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(program, fc.nat(119), fc.integer({ min: 150, max: 2000 }), (old, at, most) => {
        const now = old.toSpliced(at, 1, "CHANGED");
        const shown = programText(now.join("\n"), old.join("\n"), most);
        expect(textTokens(shown)).toBeLessThanOrEqual(most);
        expect(shown).toContain("CHANGED");
      }),
      { numRuns: 60 },
    );
  });

  it("tells a change by its diff, without context where that is too long, else in numbers of lines", () => {
    const before = lines(60).join("\n");
    const one = before.replace("part_30 = 30", "part_30 = 0");
    expect(changeText(before, one, 1000)).toContain(" part_29 = 29\n-part_30 = 30\n+part_30 = 0\n part_31 = 31");
    expect(changeText(before, one, 40)).toBe("```diff\n@@ -31,1 +31,1 @@\n-part_30 = 30\n+part_30 = 0\n```");
    const all = lines(60)
      .map((line) => `${line}0`)
      .join("\n");
    expect(changeText(before, all, 40)).toMatch(/^Too much to list: 60 lines taken away, 60 added/);
    expect(changeText(before, before, 40)).toContain("the same program");
  });

  it("takes an author's diff as it is, but for one that is the whole program again", () => {
    const code = lines(3).join("\n");
    expect(givenChange("-a\n+b", code, 1000)).toBe("```diff\n-a\n+b\n```");
    expect(
      givenChange(
        lines(3)
          .map((line) => `+${line}`)
          .join("\n"),
        code,
        1000,
      ),
    ).toBeNull();
    expect(givenChange(" ", code, 1000)).toBeNull();
  });
});
