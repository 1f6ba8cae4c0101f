import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cube, type Lab, openLab } from "../../bridge/engines/lab.ts";

const cases: { title: string; program: string; error: { type: string; hint: RegExp; line?: number } }[] = [
  {
    title: "a socket of another Blender version, or a misspelt one",
    program: `mat = bpy.data.materials.new('m'); mat.use_nodes = True
bsdf = mat.node_tree.nodes['Principled BSDF']
bsdf.inputs['Roughnes'].default_value = 1`,
    error: { type: "KeyError", hint: /'Roughness'/, line: 10 },
  },
  {
    title: "a socket under the name it has in the other major versions",
    program: `mat = bpy.data.materials.new('m'); mat.use_nodes = True
bsdf = mat.node_tree.nodes['Principled BSDF']
names = {'Transmission', 'Transmission Weight'} - set(bsdf.inputs.keys())
wrong = names.pop()
bsdf.inputs[wrong].default_value = 1`,
    error: { type: "KeyError", hint: /'Transmission( Weight)?'/, line: 12 },
  },
  {
    title: "an attribute that does not exist",
    program: "bpy.data.objects['Cube'].locaton = (1, 2, 3)",
    error: { type: "AttributeError", hint: /'location'/, line: 8 },
  },
  {
    title: "an enum value",
    program: "bpy.data.objects['Cube'].rotation_mode = 'XYY'",
    error: { type: "TypeError", hint: /'XYZ'/ },
  },
  {
    title: "an operator's keyword",
    program: "bpy.ops.mesh.primitive_cube_add(sise=2)",
    error: { type: "TypeError", hint: /'size'/ },
  },
  { title: "a missing import", program: "print(math.pi)", error: { type: "NameError", hint: /import math/ } },
  {
    title: "a misspelt name",
    program: "distance = 1\nprint(distnce)",
    error: { type: "NameError", hint: /'distance'/, line: 9 },
  },
  {
    title: "a lookup that found nothing",
    program: "bpy.data.objects.get('Cub').location.x = 1",
    error: { type: "AttributeError", hint: /'Cube'/ },
  },
  {
    title: "a module that is not there",
    program: "import no_such_module",
    error: { type: "ModuleNotFoundError", hint: /do without no_such_module/ },
  },
  {
    title: "an object that was removed",
    program: "cube = bpy.data.objects['Cube']\nbpy.data.objects.remove(cube)\ncube.location.x = 1",
    error: { type: "ReferenceError", hint: /removed/, line: 10 },
  },
  {
    title: "an operator that finds no active object",
    program: "bpy.context.view_layer.objects.active = None\nbpy.ops.object.mode_set(mode='EDIT')",
    error: { type: "RuntimeError", hint: /set the active object/ },
  },
  {
    title: "an operator that wants an editor",
    program: "bpy.ops.view3d.view_all()",
    error: { type: "RuntimeError", hint: /no windows|set the active object/ },
  },
  {
    title: "a render of the program's own, to where it cannot write",
    program: `s = bpy.context.scene
s.render.resolution_x = s.render.resolution_y = 16
s.cycles.use_denoising = False
s.render.engine = 'CYCLES'
s.render.filepath = '/usr/out.png'
bpy.ops.render.render(write_still=True)`,
    error: { type: "RuntimeError", hint: /viga takes the pictures itself/ },
  },
  {
    title: "a save of the program's own, to where it cannot write",
    program: "bpy.ops.wm.save_as_mainfile(filepath='/usr/out.blend')",
    error: { type: "RuntimeError", hint: /viga saves the scene itself/ },
  },
  {
    title: "a node group's sockets in the words of another major version",
    program: `group = bpy.data.node_groups.new('g', 'ShaderNodeTree')
if bpy.app.version >= (4, 0, 0):
    group.inputs.new('NodeSocketFloat', 'x')
else:
    group.interface.new_socket('x', in_out='INPUT', socket_type='NodeSocketFloat')`,
    error: {
      type: "AttributeError",
      hint: /NodeTree\.(interface \(it came with|inputs \(it went with) 4\.0\)/,
    },
  },
  {
    title: "an attribute that Blender 2.80 renamed",
    program: "bpy.data.objects['Cube'].select = True",
    error: { type: "AttributeError", hint: /select_set\(True\)/ },
  },
  {
    title: "an operator of Blender 4.1 and later, or of those before",
    program: `import_it = bpy.ops.import_mesh.stl if bpy.app.version >= (4, 2, 0) else bpy.ops.wm.stl_export
import_it(filepath='x.stl')`,
    error: { type: "AttributeError", hint: /^Blender \d\.\d has no bpy\.ops\..* use bpy\.ops\./ },
  },
  {
    title: "a misspelt operator",
    program: "bpy.ops.mesh.primitive_cub_add()",
    error: { type: "AttributeError", hint: /'bpy\.ops\.mesh\.primitive_cube_add'/ },
  },
  {
    title: "a kind of node by the name that users see",
    program: "bpy.data.node_groups.new('g', 'ShaderNodeTree').nodes.new('Principled BSDF')",
    error: { type: "RuntimeError", hint: /'ShaderNodeBsdfPrincipled'/ },
  },
  {
    title: "a colour without alpha",
    program: "bpy.data.materials.new('m').diffuse_color = (1, 0, 0)",
    error: { type: "ValueError", hint: /^give 4 numbers/ },
  },
  {
    title: "a setting of a light on its object",
    program: "bpy.data.objects['Sun'].energy = 3",
    error: { type: "AttributeError", hint: /\.data\.energy/ },
  },
  {
    title: "an operator that works in edit mode",
    program: "bpy.context.view_layer.objects.active = bpy.data.objects['Cube']\nbpy.ops.mesh.subdivide()",
    error: { type: "RuntimeError", hint: /mode_set\(mode='EDIT'\)/ },
  },
  {
    title: "an operator of an editor that names none",
    program: "bpy.ops.node.add_node(type='X')",
    error: { type: "RuntimeError", hint: /no windows and no editors/ },
  },
  {
    title: "a picture that is not there",
    program: "bpy.data.images.load('//wood.png')",
    error: { type: "RuntimeError", hint: /no such file here/ },
  },
  {
    title: "a file of the program's own, to where it cannot write",
    program: "open('/usr/out.txt', 'w')",
    error: { type: "OSError", hint: /only the working folder can be written/ },
  },
  {
    title: "a picture of the program's own, to where it cannot write",
    program: "i = bpy.data.images.new('i', 4, 4)\ni.save_render('/usr/out.png')",
    error: { type: "RuntimeError", hint: /only the working folder can be written/ },
  },
  {
    title: "the active object, on the context",
    program: "bpy.context.active_object = bpy.data.objects['Cube']",
    error: { type: "AttributeError", hint: /view_layer\.objects\.active/ },
  },
  {
    title: "a function of math or mathutils",
    program: "bpy.data.objects['Cube'].rotation_euler.z = radians(45)",
    error: { type: "NameError", hint: /from math import radians/ },
  },
  {
    title: "a matrix times a vector",
    program: "from mathutils import Vector\nbpy.data.objects['Cube'].matrix_world * Vector((1, 2, 3))",
    error: { type: "TypeError", hint: /write @/ },
  },
];

describe("what a program is told about its error", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab.close());

  it.each(cases)("names what was meant: $title", async ({ program, error }) => {
    const state = await lab.run(cube + program);
    expect(state.error).toMatchObject({ kind: "program", type: error.type });
    expect(state.error?.hint).toMatch(error.hint);
    if (error.line !== undefined) expect(state.error?.line).toBe(error.line);
  });

  it("a base that cannot be opened is named, with the version that saved it where its header says so", async () => {
    const made = await lab.run(cube, { save: "scene.blend" });
    const whole = await readFile(join(made.dir, "scene.blend"));
    const bad = async (name: string, bytes: Buffer) => {
      const base = join(lab.scratch, name);
      await writeFile(base, bytes);
      return (await lab.run("import bpy", { base })).error;
    };
    const newer = Buffer.concat([Buffer.from("BLENDER17-01v9903"), whole.subarray(17)]);
    expect(await bad("newer.blend", newer)).toMatchObject({
      kind: "engine",
      type: "BaseUnreadable",
      message: expect.stringMatching(/^the base newer\.blend cannot be opened: saved by Blender 99\.3, this is \d/),
    });
    const cut = (await bad("cut.blend", Buffer.from("BLENDER-v304 and no more")))?.message;
    expect(cut).toMatch(/^the base cut\.blend cannot be opened: /);
  });

  it("textures that a base refers to and that are not there are a warning with their names", async () => {
    const program = `${cube}
image = bpy.data.images.new('wood', 4, 4)
image.source = 'FILE'
image.filepath = '//textures/wood.png'
image.use_fake_user = True`;
    const made = await lab.run(program, { save: "scene.blend" });
    const state = await lab.run("import bpy", { base: join(made.dir, "scene.blend") });
    expect(state.ok).toBe(true);
    expect(state.log).toContain("warning: the base refers to files that are not there: wood.png");
    expect((await lab.run("import bpy")).log).not.toContain("warning:");
  });

  it("a syntax error has its line and source", async () => {
    const state = await lab.run("import bpy\nfor i in range(3)\n  pass");
    expect(state.error).toMatchObject({ type: "SyntaxError", line: 2, source: "for i in range(3)" });
  });

  it("the line is the program's own, also when the error comes from a library it called", async () => {
    const state = await lab.run("import json\n\njson.loads('{')");
    expect(state.error).toMatchObject({ type: "JSONDecodeError", line: 3 });
  });

  it("a camera that does not exist is an error that names those that do; an optional one is left out", async () => {
    const wrong = await lab.run(cube, { views: [{ camera: "Camera1", name: "a" }] });
    expect(wrong.error).toMatchObject({ type: "NoCamera", hint: expect.stringContaining("'Cam'") });
    const views = [
      { camera: "Cam", name: "a" },
      { camera: "Camera2", name: "b", optional: true },
    ];
    expect(await lab.run(cube, { views })).toMatchObject({ ok: true, renders: [{ name: "a", camera: "Cam" }] });
    const none = await lab.run("import bpy", { views: [{ camera: null, name: "a" }] });
    expect(none.error).toMatchObject({ kind: "program", message: "scene has no camera" });
  });

  it("sys.exit() without a number ends a program well, with one it is an error", async () => {
    expect((await lab.run("import sys\nprint('done')\nsys.exit()")).ok).toBe(true);
    expect((await lab.run("import sys\nsys.exit(2)")).error).toMatchObject({ type: "SystemExit" });
  });
});
