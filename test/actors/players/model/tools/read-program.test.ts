import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyPatch } from "../../../../../actors/players/model/tools/patch.ts";
import {
  fencedProgram,
  omission,
  readProgram,
  withoutFences,
} from "../../../../../actors/players/model/tools/read-program.ts";
import { linesOf, unifiedDiff } from "../../../../../bridge/text/line-diff.ts";

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

describe("a patch as models write it", () => {
  const base = "import bpy\n\ndef sun():\n    energy = 3.0\n    color = (1, 1, 1)\n\nsun()\n";

  it("may have wrong line numbers, or none", () => {
    for (const head of ["@@ -40,3 +40,3 @@", "@@", "@@ def sun():", ""]) {
      const diff = `${head}\n def sun():\n-    energy = 3.0\n+    energy = 5.0\n`;
      expect(applyPatch(base, diff)).toEqual({ ok: true, text: base.replace("3.0", "5.0") });
    }
  });

  it("may have lost its indentation: the program's own is kept", () => {
    const diff = "-energy = 3.0\n+energy = 5.0\n+size = 2\n";
    expect(applyPatch(base, diff)).toEqual({
      ok: true,
      text: base.replace("energy = 3.0", "energy = 5.0\n    size = 2"),
    });
  });

  it("may be a SEARCH/REPLACE block", () => {
    const diff = "<<<<<<< SEARCH\n    color = (1, 1, 1)\n=======\n    color = (1, 0, 0)\n>>>>>>> REPLACE\n";
    expect(applyPatch(base, diff)).toEqual({ ok: true, text: base.replace("(1, 1, 1)", "(1, 0, 0)") });
  });

  it("may be lists of removed and added lines, as the paper's tool asks for", () => {
    const diff = "-: [    energy = 3.0]\n+: [    energy = 4.0\n    size = 1]\n-: sun()\n+: sun()  # once\n";
    const text = base.replace("energy = 3.0", "energy = 4.0\n    size = 1").replace("\nsun()\n", "\nsun()  # once\n");
    expect(applyPatch(base, diff)).toEqual({ ok: true, text });
  });

  it("makes a program from nothing", () => {
    expect(applyPatch("", "-: []\n+: [import bpy]\n")).toEqual({ ok: true, text: "import bpy\n" });
    expect(applyPatch("", "@@ -0,0 +1,2 @@\n+import bpy\n+x = 1\n")).toEqual({ ok: true, text: "import bpy\nx = 1\n" });
  });

  it("is refused where its lines are not there, are there twice, or have no place", () => {
    expect(applyPatch(base, "-    energy = 9\n+    energy = 1\n")).toMatchObject({
      ok: false,
      reason: /energy = 9.*not in/,
    });
    expect(applyPatch("a\nb\na\n", "-a\n+c\n")).toMatchObject({ ok: false, reason: /2 times/ });
    expect(applyPatch(base, "+x = 1\n")).toMatchObject({ ok: false, reason: /where/ });
    expect(applyPatch(base, "make it brighter")).toMatchObject({ ok: false });
  });

  it("never throws and never turns nonsense into a changed program silently", () => {
    fc.assert(
      fc.property(program, fc.string({ maxLength: 200 }), (before, junk) => {
        const patched = applyPatch(before, junk);
        if (!patched.ok) expect(patched.reason).not.toBe("");
      }),
      { numRuns: 300 },
    );
  });

  it("made by the diff of two programs gives the second again", () => {
    fc.assert(
      fc.property(program, fc.nat(60), fc.constantFrom("z = 26", "    z = 27"), (before, where, added) => {
        const lines = linesOf(before);
        lines.splice(where % (lines.length + 1), 1, added);
        const after = `${lines.join("\n")}\n`;
        expect(applyPatch(before, unifiedDiff(before, after))).toEqual({ ok: true, text: after });
      }),
      { numRuns: 300 },
    );
  });
});

describe("a program handed in by a model", () => {
  const base = "import bpy\nx = 1\n";
  const read = (said: { code?: string; code_diff?: string }, allowSame = false) =>
    readProgram(said, base, { allowSame });

  it("loses Markdown fences, whole or half, and line breaks that were escaped twice", () => {
    expect(withoutFences("```python\nimport bpy\n```")).toBe("import bpy\n");
    expect(withoutFences("~~~\nimport bpy\n~~~\n")).toBe("import bpy\n");
    expect(withoutFences("```py\nimport bpy\nx = 2")).toBe("import bpy\nx = 2\n");
    expect(withoutFences("import bpy\\nx = 1\\ny = 2\\n")).toBe("import bpy\nx = 1\ny = 2\n");
    expect(withoutFences('import bpy\nprint("a\\nb\\nc\\nd")')).toBe('import bpy\nprint("a\\nb\\nc\\nd")\n');
    expect(withoutFences(" \n ``` \n")).toBe("");
  });

  it("gets its diff from the two programs, whatever diff the model claims", () => {
    const handed = read({ code: "import bpy\nx = 2\n", code_diff: "+ I changed x" });
    expect(handed).toMatchObject({ ok: true, code: "import bpy\nx = 2\n" });
    expect(handed.ok && handed.code_diff).toContain("-x = 1\n+x = 2");
  });

  it("is made from its diff where there is no code", () => {
    expect(read({ code_diff: "-x = 1\n+x = 3" })).toMatchObject({
      ok: true,
      code: "import bpy\nx = 3\n",
      notes: [/diff/],
    });
    expect(read({ code: "```\n```", code_diff: "-y = 1\n+y = 3" })).toMatchObject({ ok: false, code: "diff" });
  });

  it("is refused when it is empty, unchanged or leaves parts out", () => {
    expect(read({})).toMatchObject({ ok: false, code: "empty" });
    expect(read({ code: "import bpy\nx = 1" })).toMatchObject({ ok: false, code: "unchanged" });
    expect(read({ code: "import bpy\nx = 1" }, true)).toMatchObject({ ok: true });
    expect(read({ code: "import bpy\n# ... rest of the code unchanged\ny = 1" })).toMatchObject({
      ok: false,
      code: "partial",
    });
  });

  it("is completed by its diff when it leaves parts out", () => {
    const handed = read({ code: "# ... existing code ...\nx = 5", code_diff: "-x = 1\n+x = 5" });
    expect(handed).toMatchObject({ ok: true, code: "import bpy\nx = 5\n" });
  });

  it("may speak of the rest in its comments", () => {
    for (const said of [
      "# the ball comes to rest here",
      "# existing camera is reused",
      "# rest pose",
      "x = 1  # ...",
    ]) {
      expect(omission(said)).toBeNull();
    }
    for (const said of [
      "# ...",
      "// ... rest unchanged",
      "<!-- rest of the file -->",
      "# [... existing objects ...]",
    ]) {
      expect(omission(said)).toBe(said);
    }
  });

  it("is found as the only fenced block of its language in plain text", () => {
    expect(fencedProgram("Here:\n```python\nimport bpy\n```\nDone.", "python")).toBe("import bpy\n");
    expect(fencedProgram("```python\na\n```\n```python\nb\n```", "python")).toBeNull();
    expect(fencedProgram("```json\n{}\n```", "python")).toBeNull();
    expect(fencedProgram("```html\n<p>x</p>\n```", "html")).toBe("<p>x</p>\n");
  });
});
