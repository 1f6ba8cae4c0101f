import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");

/** What `npm run NAME -- ARGS` starts, and what it says of flags that are wrong. */
const wrong: [string, string[], RegExp][] = [
  ["bench/run.ts", ["no-such-bench"], /no benchmark no-such-bench; there are .*soak.*solver/],
  ["bench/run.ts", ["solver", "--kinds", "camera,weather"], /no kind weather; there are .*lighting/],
  ["bench/run.ts", ["solver", "--seeds", "0"], /whole number, 1 or more/],
  ["examples/generate.ts", ["--out", "x"], /--kind/],
  ["examples/generate.ts", ["--kind", "weather", "--out", "x"], /lighting/],
  ["examples/generate.ts", ["--kind", "camera"], /--out/],
  ["examples/generate.ts", ["--kind", "camera", "--out", "x", "--px", "5000"], /16 to 4096/],
  ["test/chaos/run.ts", ["--kills", "many"], /whole number, 1 or more/],
  ["test/hostile/run.ts", ["--only", "("], /regular expression/],
  ["test/hostile/run.ts", ["--only", "no such program"], /no program matches/],
  ["test/hostile/run.ts", ["--isolation", "none"], /fork/],
  ["test/hostile/run.ts", ["pages"], /blender, web, slides/],
  ["test/hostile/run.ts", ["web", "--cases", "x"], /--cases goes with Blender's programs only/],
  ["test/hostile/run.ts", ["slides", "--only", "no such program"], /no program matches/],
];

describe("the tools beside viga", () => {
  it.each(wrong)("%s %j is one clear line and exit 2", async (script, args, line) => {
    const result = await execa(process.execPath, [join(root, script), ...args], {
      reject: false,
      all: true,
      cwd: root,
    });
    expect(result.all).toMatch(line);
    expect(result.all?.trim().split("\n").length).toBe(1);
    expect(result.exitCode).toBe(2);
  });

  it.each(["bench/run.ts solver", "examples/generate.ts", "test/chaos/run.ts", "test/hostile/run.ts"])(
    "%s --help says what it takes and exits 0",
    async (words) => {
      const [script = "", ...args] = words.split(" ");
      const result = await execa(process.execPath, [join(root, script), ...args, "--help"], { cwd: root });
      expect(result.stdout).toMatch(/^Usage: /);
      expect(result.stdout).toMatch(/--\w+/);
    },
  );
});
