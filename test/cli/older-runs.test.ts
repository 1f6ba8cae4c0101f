import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Workplace, workplace } from "../harness/cli.ts";

/** Folders that the version ea2bb64 wrote; absolute paths in them replaced. */
const fixtures = join(import.meta.dirname, "..", "fixtures", "runs-ea2bb64");
let place: Workplace;

beforeAll(async () => {
  place = await workplace();
  for (const name of ["recorded", "models", "unfinished"]) {
    await cp(join(fixtures, name), join(place.dir, name), { recursive: true });
  }
});
afterAll(() => place.close());

async function codesOf(out: string): Promise<Record<string, string>> {
  const names = (await readdir(join(out, "codes"), { withFileTypes: true })).filter((entry) => entry.isFile());
  const texts = names.map(async ({ name }) => [name, await readFile(join(out, "codes", name), "utf8")] as const);
  return Object.fromEntries(await Promise.all(texts));
}

describe("a run that an older version made", () => {
  test.each([
    ["recorded", 3, ["0.06471", "0.05114", "0.04538"]],
    ["models", 2, ["0.06471", "0.05114", "0.04538"]],
    ["unfinished", 1, ["0.06471", "0.05114"]],
  ])("%s: its report is written from its folder alone, with its losses and pictures", async (name, last, losses) => {
    const made = await place.viga("report", name, "--json");
    expect(made.exitCode).toBe(0);
    const path = join(place.dir, name, "report.html");
    expect(JSON.parse(made.stdout)).toEqual({ schema: 1, out: join(place.dir, name), report: path });
    const html = await readFile(path, "utf8");
    for (const loss of losses) expect(html).toContain(loss);
    expect(html).toContain(`id="round-${last}"`);
    expect(html.match(/data:image\/jpeg/g)?.length).toBeGreaterThanOrEqual(2 * losses.length);
    expect(html).toContain("<b>Target</b>");
    expect(html).toContain("SSIM");
    expect(html).not.toMatch(/no longer there|cannot be read/);
  });

  test.each(["recorded", "models"])(
    "%s: a run that replays it plays the same programs",
    async (name) => {
      const out = join(place.dir, `again-${name}`);
      const roles = name === "models" ? ["--set", `roles.verifier=replay:${name}`] : [];
      const again = await place.viga(
        ...place.run,
        ...["--set", `roles.generator=replay:${name}`, ...roles, "--out", out, "--json"],
      );
      expect(again.exitCode).toBe(0);
      const { "0.py": _start, ...before } = await codesOf(join(place.dir, name));
      const { "0.py": _ours, ...now } = await codesOf(out);
      expect(now).toEqual(before);
      expect(Object.keys(now).length).toBeGreaterThanOrEqual(2);
    },
    90_000,
  );

  test("and did not finish is not gone on with: one line names the version, exit 2, nothing is touched", async () => {
    const before = await readdir(join(place.dir, "unfinished"));
    const resumed = await place.viga("run", "--resume", "unfinished");
    expect(resumed.exitCode).toBe(2);
    expect(resumed.stderr.split("\n")[0]).toMatch(/was written by viga 0\.1\.0 or older and cannot be gone on with/);
    expect(resumed.stdout).toBe("");
    expect(await readdir(join(place.dir, "unfinished"))).toEqual(before);
  });
});

test("viga report says where there is no tape", async () => {
  const made = await place.viga("report", "task");
  expect(made.exitCode).toBe(2);
  expect(made.stderr).toMatch(/holds no tape/);
});
