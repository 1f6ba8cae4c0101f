import { dirname, join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { workerScript } from "../../../skills/blender/entry.ts";

type Version = [number, number, number];
interface Case {
  version: Version;
  type: string;
  message: string;
  source?: string;
  sockets?: { name: string; node: string; keys: string[] };
}
type Row = [string, string, [number, number] | null, [number, number] | null, string];

async function ask(cases: Case[]): Promise<{ hints: (string | null)[]; rows: Row[] }> {
  const skill = dirname(dirname(workerScript));
  const script = join(import.meta.dirname, "hints_of.py");
  const { stdout } = await execa("python3", [script, skill], { input: JSON.stringify(cases) });
  return JSON.parse(stdout) as { hints: (string | null)[]; rows: Row[] };
}

const attribute = (of: string, name: string) => `'${of}' object has no attribute '${name}'`;
const missing = (operator: string) => `Calling operator "bpy.ops.${operator}" error, could not be found`;
const undefinedNode = (name: string) => `Error: Node type ${name} undefined`;
const noKey = (name: string) => `'bpy_prop_collection[key]: key "${name}" not found'`;
const noValue = (name: string, ...choices: string[]) =>
  `bpy_struct: item.attr = val: enum "${name}" not found in (${choices.map((one) => `'${one}'`).join(", ")})`;

const v4: Version = [4, 3, 2];
const v5: Version = [5, 2, 2];
const principled = {
  name: "bsdf",
  node: "ShaderNodeBsdfPrincipled",
  keys: ["Base Color", "Roughness", "Specular IOR Level", "Coat Weight", "Transmission Weight", "Emission Color"],
};
const socket = (name: string) => ({
  type: "KeyError",
  message: noKey(name),
  source: `bsdf.inputs['${name}'].default_value = 1`,
  sockets: principled,
});

/** Texts as Blender 4.3.2 and 5.2.2 write them, and as users of 4.0 to 5.1 report them. */
const cases: [string, Version, Omit<Case, "version">, RegExp][] = [
  [
    "asyncio",
    v4,
    { type: "PermissionError", message: "[Errno 1] Operation not permitted", source: "asyncio.run(f())" },
    /without asyncio/,
  ],
  [
    "auto smooth",
    v4,
    { type: "AttributeError", message: attribute("Mesh", "use_auto_smooth") },
    /shade_smooth_by_angle/,
  ],
  [
    "split normals",
    [4, 1, 1],
    { type: "AttributeError", message: attribute("Mesh", "calc_normals_split") },
    /4\.1\).*corner_normals/,
  ],
  [
    "edge crease",
    v4,
    { type: "AttributeError", message: attribute("MeshEdge", "crease") },
    /'crease_edge', 'FLOAT', 'EDGE'/,
  ],
  ["face maps", v4, { type: "AttributeError", message: attribute("Object", "face_maps") }, /'INT', 'FACE'/],
  [
    "group sockets",
    v4,
    { type: "AttributeError", message: attribute("ShaderNodeTree", "inputs") },
    /went with 4\.0.*interface\.new_socket/,
  ],
  ["bloom", v4, { type: "AttributeError", message: attribute("SceneEEVEE", "use_bloom") }, /Glare node.*leave it out/],
  ["reflections", v4, { type: "AttributeError", message: attribute("SceneEEVEE", "use_ssr") }, /use_raytracing/],
  ["shadow method", v4, { type: "AttributeError", message: attribute("Material", "shadow_method") }, /went with 4\.3/],
  [
    "contact shadows",
    v4,
    { type: "AttributeError", message: attribute("PointLight", "use_contact_shadow") },
    /Light\.use_contact_shadow.*leave it out/,
  ],
  ["bone layers", v4, { type: "AttributeError", message: attribute("Armature", "layers") }, /collections\.new/],
  ["bone groups", v4, { type: "AttributeError", message: attribute("Pose", "bone_groups") }, /collections\.new/],
  [
    "slots of actions before 4.4",
    v4,
    { type: "AttributeError", message: attribute("AnimData", "action_slot") },
    /came with 4\.4.*animation_data\.action = action/,
  ],
  [
    "compositor before 5.0",
    v4,
    { type: "AttributeError", message: attribute("Scene", "compositing_node_group") },
    /scene\.node_tree/,
  ],
  ["compositor", v5, { type: "AttributeError", message: attribute("Scene", "node_tree") }, /compositing_node_group/],
  [
    "f-curves",
    v5,
    { type: "AttributeError", message: attribute("Action", "fcurves") },
    /channelbag.*fcurve_ensure_for_datablock/,
  ],
  ["sequences", v5, { type: "AttributeError", message: attribute("SequenceEditor", "sequences") }, /use strips/],
  [
    "glare",
    v5,
    { type: "AttributeError", message: attribute("CompositorNodeGlare", "glare_type") },
    /inputs\['Type'\]/,
  ],
  ["sky", v5, { type: "AttributeError", message: attribute("ShaderNodeTexSky", "dust_density") }, /aerosol_density/],
  [
    "a collection without a class of its own",
    v4,
    {
      type: "AttributeError",
      message: 'bpy_prop_collection: attribute "link" not found',
      source: "bpy.context.scene.objects.link(ob)",
    },
    /collection\.objects\.link/,
  ],
  ["obj import", [4, 1, 1], { type: "AttributeError", message: missing("import_scene.obj") }, /wm\.obj_import/],
  ["stl export", [4, 2, 3], { type: "AttributeError", message: missing("export_mesh.stl") }, /wm\.stl_export/],
  ["collada", v5, { type: "AttributeError", message: missing("wm.collada_import") }, /gltf/],
  ["grease pencil", v4, { type: "AttributeError", message: missing("object.gpencil_add") }, /grease_pencil_add/],
  ["context override", v4, { type: "ValueError", message: "1-2 args execution context is supported" }, /temp_override/],
  [
    "a keyword of shade_smooth",
    v4,
    {
      type: "TypeError",
      message: 'Converting py args to operator properties:: keyword "use_auto_smooth" unrecognized',
      source: "bpy.ops.object.shade_smooth(use_auto_smooth=True)",
    },
    /shade_smooth_by_angle/,
  ],
  [
    "Musgrave texture",
    v4,
    { type: "RuntimeError", message: undefinedNode("ShaderNodeTexMusgrave") },
    /ShaderNodeTexNoise/,
  ],
  ["velvet", v4, { type: "RuntimeError", message: undefinedNode("ShaderNodeBsdfVelvet") }, /ShaderNodeBsdfSheen/],
  [
    "separate RGB",
    v5,
    { type: "RuntimeError", message: undefinedNode("ShaderNodeSeparateRGB") },
    /ShaderNodeSeparateColor/,
  ],
  ["composite", v5, { type: "RuntimeError", message: undefinedNode("CompositorNodeComposite") }, /NodeGroupOutput/],
  [
    "mix of the compositor",
    v5,
    { type: "RuntimeError", message: undefinedNode("CompositorNodeMixRGB") },
    /ShaderNodeMix/,
  ],
  [
    "EEVEE of 4.2 to 4.5",
    v4,
    { type: "TypeError", message: noValue("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "CYCLES") },
    /'BLENDER_EEVEE_NEXT'/,
  ],
  [
    "EEVEE",
    v5,
    { type: "TypeError", message: noValue("BLENDER_EEVEE_NEXT", "BLENDER_EEVEE", "CYCLES") },
    /'BLENDER_EEVEE'/,
  ],
  ["light probes", v4, { type: "TypeError", message: noValue("CUBEMAP", "SPHERE", "PLANE", "VOLUME") }, /'SPHERE'/],
  [
    "sky models",
    v5,
    { type: "TypeError", message: noValue("NISHITA", "SINGLE_SCATTERING", "MULTIPLE_SCATTERING") },
    /'MULTIPLE_SCATTERING'/,
  ],
  [
    "looks",
    v4,
    { type: "TypeError", message: noValue("High Contrast", "None", "AgX - Very High Contrast", "AgX - High Contrast") },
    /mean 'AgX - High Contrast'/,
  ],
  ["bgl", v5, { type: "ModuleNotFoundError", message: "No module named 'bgl'" }, /went with 5\.0.*no window/],
  [
    "blf.size",
    v4,
    { type: "TypeError", message: "blf.size() takes exactly 2 arguments (3 given)" },
    /without the resolution/,
  ],
  [
    "inputs of a modifier",
    v5,
    { type: "TypeError", message: "bpy_struct[key] = val: id properties not supported for this type" },
    /properties\.inputs/,
  ],
  [
    "a colour that was a number",
    v5,
    { type: "TypeError", message: "bpy_struct: item.attr = val:" },
    /red, green, blue/,
  ],
  ["specular", v4, socket("Specular"), /'Specular IOR Level'/],
  ["clearcoat", v4, socket("Clearcoat"), /'Coat Weight'/],
  ["emission", v4, socket("Emission"), /'Emission Color'/],
  ["subsurface colour", v4, socket("Subsurface Color"), /'Base Color'/],
  ["roughness of transmission", v4, socket("Transmission Roughness"), /'Roughness'/],
];

describe("hints for Blenders of other versions", () => {
  it("name what to write where a name has gone, changed or not yet come", async () => {
    const { hints } = await ask(cases.map(([, version, error]) => ({ version, ...error })));
    const told = cases.map(([title, , , pattern], index) => [title, hints[index], pattern.test(hints[index] ?? "")]);
    expect(told.filter(([, , right]) => right !== true)).toEqual([]);
  });

  it("say the version only where it agrees with the running one", async () => {
    const version: Version = [4, 2, 0];
    const { hints, rows } = await ask([
      { version, type: "AttributeError", message: attribute("Action", "fcurves") },
      { version, type: "AttributeError", message: attribute("Mesh", "use_auto_smooth") },
    ]);
    expect(hints[0]).toMatch(/^Blender 4\.2 has no Action\.fcurves: /);
    expect(hints[1]).toMatch(/^Blender 4\.2 has no Mesh\.use_auto_smooth \(it went with 4\.1\): /);
    const number = (at: [number, number] | null) => (at === null ? null : at[0] * 100 + at[1]);
    for (const [owner, name, since, until, write] of rows) {
      expect(write, name).not.toBe("");
      expect(write, `${owner} ${name}`).not.toContain(`bpy.ops.${name}(`);
      if (since !== null && until !== null) expect(number(since)).toBeLessThan(number(until)!);
    }
    const named = rows.map(([owner, name]) => `${owner} ${name}`);
    expect(named).toEqual([...new Set(named)]);
  });
});
