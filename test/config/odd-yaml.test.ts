import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { resolveConfig } from "../../config/loader.ts";

const dir = mkdtempSync(join(tmpdir(), "viga-odd-yaml-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** What is said of a viga.yaml. */
function said(text: string): string {
  const file = join(dir, "viga.yaml");
  writeFileSync(file, text);
  try {
    resolveConfig({ cwd: dir, mode: "static_scene", config: file });
  } catch (error) {
    return (error as Error).message;
  }
  return "taken";
}

it.each([
  ["two documents", "mode: static_scene\n---\nmode: x\n", /yaml:2: a second document begins here/],
  ["a merge key", "render:\n  final: { <<: { px: 64 } }\n", /"<<": merge keys are not read; write the keys out/],
  [
    "a model's name with a colon",
    'models:\n  "qwen2.5vl:7b": { base_url: "http://127.0.0.1:1/v1" }\n',
    /got "qwen2\.5vl:7b"/,
  ],
])("%s in viga.yaml is told in the user's words", (_, text, words) => {
  expect(said(text)).toMatch(words);
});

it("a seed beyond every limit is one line", () => {
  expect(
    said("seed: 99999999999999999999\n")
      .split("\n")
      .filter((line) => line.includes("seed")),
  ).toHaveLength(1);
});
