import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cube, type Lab, openLab } from "../../bridge/engines/lab.ts";
import { before, own, tracked } from "./deliberate-errors.ts";
import { failingIn, reported } from "./reported-errors.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 60_000);
afterAll(() => lab.close());

/** Statements of a program whose lines no error names. */
async function missed(statements: readonly string[]): Promise<string[]> {
  const { error } = await lab.run(`${before}${statements.join("\n")}\n`);
  const lines = [error, ...(error?.more ?? [])].map((one) => one?.line);
  const first = before.split("\n").length;
  return statements.filter((_, index) => !lines.includes(first + index));
}

describe("every error of a program at once", () => {
  it.each([
    { who: "models and people make", statements: () => own },
    { who: "are of kinds that public trackers know", statements: () => tracked },
    {
      who: "were reported, where this Blender has them",
      statements: () => failingIn(lab.engine.card.version).map(({ statement }) => statement),
    },
  ])("names 95 % of the errors that $who", async ({ statements: of }) => {
    const statements = of();
    const parts = Array.from({ length: Math.ceil(statements.length / 10) }, (_, at) =>
      statements.slice(10 * at, 10 * at + 10),
    );
    const not: string[] = [];
    for (const part of parts) not.push(...(await missed(part)));
    expect(not.length, `not named: ${not.join("; ")}`).toBeLessThanOrEqual(0.05 * statements.length);
  });

  it("is asked for thirty errors with the place where each was reported", () => {
    expect(reported.length).toBeGreaterThanOrEqual(30);
    expect(new Set(reported.map(({ statement }) => statement)).size).toBe(reported.length);
    expect(reported.every(({ source }) => /\/(?:issues|pull)\/\d+$/.test(source))).toBe(true);
  });

  it("tells none that only follow from another, and says what to write", async () => {
    const program = `import bpy
thing = bpy.data.objects["Cup"]
thing.location.x += 1
for vertex in thing.data.vertices:
    vertex.co.x *= 2
def place(item, at):
    item.location = at
    return item.matrix_world @ at
where = place(thing, (1, 2, 3))
bpy.ops.mesh.primitive_cube_add(sise=1)
bpy.context.object.name = "Box"
world = bpy.data.rigidbody_worlds.new("W")
world.enabled = True
cam = bpy.data.cameras.new("c")
bpy.context.collection.objects.link(cam)
print(late)
late = 1
try:
    bpy.data.objects["Cup"]
except KeyError:
    pass
`;
    const { error, log } = await lab.run(`print("once")\n${program}`.replace(/^(.*)\n(.*)\n/, "$2; $1\n"));
    expect(log.trim()).toBe("once");
    expect(error).toMatchObject({ type: "KeyError", line: 2 });
    expect(error!.more!.map(({ line }) => line)).toEqual([10, 12, 15, 16]);
    expect(error!.more!.map(({ hint }) => hint)).toEqual([
      expect.stringContaining("'size'"),
      expect.stringContaining("bpy.ops.rigidbody.world_add()"),
      expect.stringContaining("bpy.data.objects.new(name, data)"),
      expect.stringContaining("line 17 assigns late"),
    ]);
  });

  it("comes to an end where a program without its errors would not", async () => {
    const { error } = await lab.run(
      "import bpy\ndone = bpy.data.nothing\nwhile True:\n    x = missing\n    y = bpy.data.nothing_else\n",
    );
    expect(error).toMatchObject({ line: 2 });
    expect(error!.more!.map(({ line }) => line)).toEqual([4, 5]);
  });

  it("leaves a program alone that runs, and adds nothing where there is one error", async () => {
    expect((await lab.run(cube)).error).toBeUndefined();
    const { error } = await lab.run("import bpy\nprint(1)\nraise ValueError('only')\n");
    expect(error).toEqual({
      kind: "program",
      type: "ValueError",
      message: "only",
      line: 3,
      source: "raise ValueError('only')",
    });
  });
});
