import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, it } from "vitest";

const scratch = mkdtempSync(join(tmpdir(), "viga-stubs-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function stub(name: string, does: string): string {
  const file = join(scratch, name);
  writeFileSync(file, `#!/bin/sh\n${does}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** What stands in a program's place, and what doctor says about it. */
const stubs = {
  missing: ["/nowhere/program", /apt-get/],
  old: [stub("old", "echo version 1.0.0"), /1\.0\.0 is too old/],
  "one that hangs": [stub("hangs", "sleep 1000"), /does not answer/],
  "one that works for ever": [stub("works", "while :; do :; done"), /does not answer/],
  "one that fails": [stub("fails", "exit 1"), /does not answer/],
} as const;

it.each(Object.entries(stubs))(
  "doctor says what to do about a program that is %s, and ends with 3",
  async (_, [program, says]) => {
    const main = join(import.meta.dirname, "../../cli/main.ts");
    const env = { VIGA_BLENDER: program, VIGA_NATS_SERVER: program };
    const { exitCode, stdout } = await execa(process.execPath, [main, "doctor", "--out", scratch], {
      env,
      reject: false,
      timeout: 60_000,
    });
    expect(exitCode).toBe(3);
    for (const name of ["blender", "nats-server"]) {
      const line = stdout.split("\n").find((line) => line.startsWith(`  ${name}: `));
      expect(line).toMatch(says);
    }
  },
  70_000,
);
