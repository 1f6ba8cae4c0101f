import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { batchCommand } from "../../cli/commands/batch.ts";
import { runCommand } from "../../cli/commands/run.ts";
import { configSchema } from "../../config/schema.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/from-viga.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split(" | "));

/** Arguments of the reference's README, its main program's and its runners'. */
const reference =
  `mode model api-key api-base-url max-rounds memory-length output-dir init-code-path init-image-path target-image-path
  target-description generator-tools verifier-tools no-tools clear-memory blender-command blender-file blender-script
  gpu-devices dataset-path task task-id test-id max-workers sequential prompt-setting init-setting text-only case-id
  browser-command`.split(/\s+/);

describe("docs/from-viga.md", () => {
  it.each(reference)("has a row for --%s", (argument) => {
    expect(rows.some(([left]) => left!.includes(`\`--${argument}\``))).toBe(true);
  });

  it("names flags that viga run or viga batch has", () => {
    const known = [runCommand(), batchCommand()].flatMap(({ options }) => options.map(({ long }) => long));
    const named = rows.flatMap(([, here]) =>
      [...here!.matchAll(/`(?:viga (?:run|batch) )?(--[a-z-]+)/g)].map(([, flag]) => flag),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((flag) => !known.includes(flag))).toEqual([]);
  });

  it("names keys that viga.yaml has", () => {
    const known = Object.keys(configSchema.shape);
    const keys = [...page.matchAll(/`([a-z_]+)(?:\.(?!py`|yaml`)[A-Za-z_.]+)(?::[^`]*)?`/g)].map(([, key]) => key!);
    expect(keys).toContain("memory");
    expect(keys.filter((key) => !known.includes(key) && key !== "viga")).toEqual([]);
  });
});
