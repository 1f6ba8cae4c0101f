import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { execa } from "execa";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "./sources.ts";
import { type Toy, toys } from "./toys.ts";

/** Everything of the project that a copy needs to run and to be checked. */
const parts = [
  ...["actors", "bridge", "cli", "config", "evaluators", "machines", "observers", "prompts", "skills", "test/house"],
  ...["package.json", "tsconfig.json"],
];

/** Paths a toy touches, prompts apart. */
const touched = ({ files, rows }: Toy): string[] =>
  [...new Set([...Object.keys(files), ...rows.map(({ path }) => path)])].filter((path) => !path.startsWith("prompts/"));

let copy: string;

async function add({ what, files, rows }: Toy): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await writeFile(join(copy, path), text);
  }
  for (const { path, after, row } of rows) {
    const text = await readFile(join(copy, path), "utf8");
    const at = text.indexOf(after);
    expect(at, `${what}: ${path} no longer holds ${JSON.stringify(after)}; mend docs/extending.md too`).toBeGreaterThan(
      -1,
    );
    await writeFile(join(copy, path), text.slice(0, at + after.length) + row + text.slice(at + after.length));
  }
}

const inCopy = (program: string, ...args: string[]) =>
  execa(program, args, { cwd: copy, reject: false, all: true, stdin: "ignore" });
const viga = (...args: string[]) => inCopy(process.execPath, join(copy, "cli/main.ts"), ...args);

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), "viga-toys-"));
  for (const part of parts) await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  // The benches and all other tests lean on parts that are not copied.
  const settings = JSON.parse(await readFile(join(copy, "tsconfig.json"), "utf8"));
  const include = parts.filter((part) => !part.includes("."));
  await writeFile(join(copy, "tsconfig.json"), JSON.stringify({ ...settings, include }));
  for (const toy of toys) await add(toy);
}, 60_000);
afterAll(() => rm(copy, { recursive: true, force: true }));

describe("adding to the project", () => {
  it("touches as few files as docs/extending.md says", async () => {
    const page = await readFile(join(root, "docs/extending.md"), "utf8");
    const counts = toys.map((toy) => ({ what: toy.what, files: touched(toy).length, most: toy.most }));
    console.log(counts.map(({ what, files, most }) => `${what}: ${files} of at most ${most} files`).join("\n"));
    for (const { what, files, most } of counts) {
      expect(files, what).toBeLessThanOrEqual(most);
      expect(page).toMatch(new RegExp(`\\| ${what} \\|`));
    }
  });

  it("a toy of each keeps the types and the table of who may import whom", async () => {
    const types = await inCopy(join(root, "node_modules/.bin/tsc"));
    expect(types.exitCode, types.all).toBe(0);
    const house = await inCopy(
      join(root, "node_modules/.bin/vitest"),
      "run",
      "--root",
      copy,
      "test/house/imports.test.ts",
    );
    expect(house.exitCode, house.all).toBe(0);
  }, 180_000);

  it("a toy mode runs on a toy engine with a toy player, measured by a toy evaluator and watched by a toy observer", async () => {
    await mkdir(join(copy, "task"));
    const grey = { r: 100, g: 100, b: 100 };
    await sharp({ create: { width: 8, height: 8, channels: 3, background: grey } })
      .png()
      .toFile(join(copy, "task/grey.png"));
    const result = await viga("run", "task", "--set", "roles.generator=toy", "--out", "out");
    expect(result.exitCode, result.all).toBe(0);
    expect(result.all).toMatch(/round 1 +LEVEL 20/);
    const scores = JSON.parse(await readFile(join(copy, "out/scores.json"), "utf8"));
    expect(scores).toMatchObject({ mode: "toy", best: { t: 1, loss: 20, metrics: { level: 20 }, level: 20 } });
    expect(scores.best).not.toHaveProperty("pl");
    expect(await readFile(join(copy, "out/grey.txt"), "utf8")).toBe("120");
    expect(await readFile(join(copy, "out/toy.txt"), "utf8")).toBe("1");
    expect(await readFile(join(copy, "out/report.html"), "utf8")).toContain("LEVEL of the best");
  }, 120_000);

  it("a toy tool is offered to any MCP client and looks at the live scene", async () => {
    const client = new Client({ name: "test", version: "1" });
    const args = [join(copy, "cli/main.ts"), "skill", "blender"];
    await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: copy, stderr: "ignore" }));
    try {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toContain("count_objects");
      const code =
        "import bpy\nfor x in (0, 1):\n    bpy.ops.object.light_add(location=(x, 0, 3))\nbpy.ops.object.camera_add()";
      await client.callTool({ name: "execute_code", arguments: { code, px: 16, samples: 1 } });
      const answer = await client.callTool({ name: "count_objects", arguments: { type: "LIGHT" } });
      expect(answer.content).toMatchObject([{ type: "text", text: expect.stringMatching(/"count": 2/) }]);
    } finally {
      await client.close();
    }
  }, 120_000);
});
