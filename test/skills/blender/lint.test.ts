import { glob, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { locateBlender } from "../../../bridge/engines/locate.ts";
import { cube, type Lab, openLab } from "../../bridge/engines/lab.ts";
import { before, own, tracked } from "./deliberate-errors.ts";

type Warnings = Record<string, { line: number; message: string; hint?: string }[]>;

const root = join(import.meta.dirname, "../../..");

/** Some of them hang on what is in the scene: only a run can tell those. */
const errors = [...own, ...tracked];

const guarded = `import bpy
material = bpy.data.materials.new("m")
material.use_nodes = True
shader = material.node_tree.nodes.get("Principled BSDF")
if "Transmission Weight" in shader.inputs:
    shader.inputs["Transmission Weight"].default_value = 1
else:
    shader.inputs["Transmission"].default_value = 1
if hasattr(material, "shadow_method"):
    material.shadow_method = "HASHED"
if bpy.app.version >= (4, 1, 0):
    bpy.ops.object.shade_smooth_by_angle(angle=0.5)
else:
    bpy.ops.object.shade_smooth(use_auto_smooth=True)
try:
    material.no_such_thing = 1
    import no_such_module
except Exception:
    pass
bpy.types.Object.weight_in_kg = bpy.props.FloatProperty()
bpy.context.scene.objects[0].weight_in_kg = 2
print([each.name for each in bpy.data.objects], [later for later in "ab"])
def area(width, *, height=2): return sum(one for one in (width, height)) + offset
offset = 3
print(area(1), (lambda inner: inner)(2))
`;

async function lint(programs: Record<string, string>): Promise<Warnings> {
  const folder = await mkdtemp(join(tmpdir(), "lint-"));
  try {
    const [asked, answer] = [join(folder, "asked.json"), join(folder, "answer.json")];
    await writeFile(asked, JSON.stringify(programs));
    const script = join(import.meta.dirname, "lint_of.py");
    const flags = ["-b", "--factory-startup", "--python-exit-code", "1", "--python", script];
    await execa(await locateBlender(undefined), [...flags, "--", root, asked, answer]);
    return JSON.parse(await readFile(answer, "utf8")) as Warnings;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("what is told of a program from its text alone", () => {
  let told: Warnings;
  beforeAll(async () => {
    const programs: Record<string, string> = { guarded };
    errors.forEach((statement, index) => {
      programs[`error ${index}`] = `${before}def never_called():\n    ${statement}\n`;
    });
    for await (const file of glob("examples/**/*.py", { cwd: root })) {
      programs[`example ${file}`] = await readFile(join(root, file), "utf8");
    }
    told = await lint(programs);
  }, 60_000);

  const warned = (start: string) =>
    Object.entries(told).flatMap(([name, warnings]) =>
      name.startsWith(start) ? warnings.map(({ line, message }) => `${name} ${line}: ${message}`) : [],
    );

  it("names seven of ten deliberate errors in a function that nothing calls, at their lines", () => {
    const line = before.split("\n").length + 1;
    const found = errors.filter((_, index) => told[`error ${index}`]?.some((one) => one.line === line));
    expect(errors.length).toBeGreaterThanOrEqual(60);
    expect(found.length / errors.length).toBeGreaterThanOrEqual(0.7);
  });

  it("warns of at most one line in all of Blender's own templates", () => {
    expect(Object.keys(told).filter((name) => name.startsWith("template")).length).toBeGreaterThanOrEqual(35);
    expect(warned("template").length, warned("template").join("; ")).toBeLessThanOrEqual(1);
  });

  it("warns of nothing in programs that run, nor where a program asks or catches", () => {
    expect(warned("example")).toEqual([]);
    expect(warned("guarded")).toEqual([]);
  });
});

describe("what a run says of its program's text", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  }, 60_000);
  afterAll(() => lab.close());

  const uncalled = "def later():\n    bpy.data.lamps.new('Lamp', 'POINT')\n";

  it("is among the checks of a state, with the line and what to write", async () => {
    const { ok, checks } = await lab.run(`${cube}\n${uncalled}`);
    const line = cube.split("\n").length + 2;
    expect(ok).toBe(true);
    expect(checks).toContainEqual({
      check: "program",
      text: expect.stringMatching(new RegExp(`^line ${line} of the program may fail.*: use bpy\\.data\\.lights$`)),
    });
    expect((await lab.run(cube)).checks?.filter(({ check }) => check === "program")).toEqual([]);
  });

  it("stands beside the errors of a program that failed, each line once", async () => {
    const { error } = await lab.run(
      `import bpy\nbpy.data.objects["Missing"].hide = 1\nbpy.data.lights.nw("a")\n${uncalled}`,
    );
    expect(error).toMatchObject({ line: 2 });
    expect(error!.more!.map(({ line }) => line)).toEqual([3, 5]);
  });
});
