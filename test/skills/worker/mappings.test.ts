import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, it } from "vitest";

const skills = join(import.meta.dirname, "..", "..", "..", "skills");
const scratch = mkdtempSync(join(tmpdir(), "viga-mappings-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Runs a line of Python that prints JSON, with the sandbox's modules at hand. */
async function python(line: string): Promise<unknown> {
  const program = `
import json, sys, types
sys.dont_write_bytecode = True
package = types.ModuleType("viga_engine")
package.__path__ = [sys.argv[1]]
sys.modules["viga_engine"] = package
from viga_engine.sandbox import mappings, watch
where = sys.argv[2]
print(json.dumps(${line}))`;
  const { stdout } = await execa("python3", ["-c", program, skills, scratch]);
  return JSON.parse(stdout);
}

const line = (inode: number, path: string) => `7f00-7f01 rw-s 00000000 08:01 ${inode}  ${path}\n`;

it("counts the pieces of every process's memory, and finds the removed files among them once", async () => {
  const places = ["one", "two"].map((name) => join(scratch, name));
  for (const place of places) {
    mkdirSync(place);
    const other = line(1, "/usr/lib/libc.so").repeat(40_000);
    writeFileSync(join(place, "maps"), `${other}${line(7, "/job/a b (deleted)")}${line(0, "")}`);
  }
  const found = await python(`mappings.mappings([f"{where}/one", f"{where}/two", f"{where}/gone"])`);
  expect(found).toEqual([80_004, { 7: [join(scratch, "one/map_files/7f00-7f01"), "/job/a b (deleted)"] }]);
});

it("looks no further once there are too many pieces", async () => {
  const many = join(scratch, "many");
  mkdirSync(many);
  writeFileSync(join(many, "maps"), "x\n".repeat(3_000_000));
  const [pieces, most] = (await python(`[mappings.mappings([f"{where}/many"] * 50)[0], mappings.MOST_MAPPINGS]`)) as [
    number,
    number,
  ];
  expect(pieces).toBeGreaterThan(most);
  expect(pieces).toBeLessThan(2 * most);
});

it("counts a folder in memory only when it is the job's own, by its size", async () => {
  expect(await python(`[watch.used_bytes("/", 12345), watch.used_bytes(f"{where}/nothing", 12345)]`)).toEqual([0, 0]);
});
