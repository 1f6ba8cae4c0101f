/** A statement that people reported to fail, and where they did. */
export interface Reported {
  statement: string;
  source: string;
  /** Versions from which on it fails, works, fails and so on. */
  turns: readonly number[];
}

const nodes = "material.node_tree.nodes";
const group = 'bpy.data.node_groups.new("g", "GeometryNodeTree")';

const rows: [string, string, number[]?][] = [
  ["bpy.context.scene.objects.link(cube)", "REDxEYE/io_mesh_SourceMDL/issues/11"],
  ["bpy.context.scene.objects.active = cube", "yuki-koyama/blender-cli-rendering/issues/4"],
  ["cube.select = True", "ajhamdi/MVTN/pull/4"],
  ['bpy.data.lamps.new("l", "POINT")', "nortikin/sverchok/issues/2742"],
  ["cube.layers[0] = True", "armory3d/armory/issues/572"],
  ['bpy.data.groups.find("Black Edged Bricks Collection")', "TobyLobster/ImportLDraw/issues/36"],
  ["bpy.ops.object.select_by_layer()", "njanakiev/blender-scripting/issues/6"],
  ['bpy.data.objects["Camera"].location.x = 1', "ahujasid/blender-mcp/issues/110"],
  ['cube.modifiers["Bevel"].width = 0.1', "ahujasid/blender-mcp/issues/110"],
  [`${nodes}.new("ShaderNodeMix").inputs["Color2"].default_value = (1, 1, 1, 1)`, "sakalond/StableGen/issues/61"],
  ['material.node_tree.get_output_node("BLENDER_EEVEE")', "Poly-Haven/polyhavenassets/issues/48"],
  ["cube.data.use_auto_smooth = True", "taniwha/io_object_mu/issues/84", [4.1]],
  ["cube.data.auto_smooth_angle = 0.5", "leukbaars/DreamUV/issues/40", [4.1]],
  ["bpy.ops.object.shade_smooth(use_auto_smooth=True)", "kmarchais/blender-tpms/pull/3", [4.1]],
  ["cube.data.calc_normals_split()", "Parik27/DragonFF/issues/291", [4.1]],
  ['shader.inputs["Specular"].default_value = 0', "ReshotAI/gaussian-splatting-blender-addon/issues/16", [4]],
  ['shader.inputs["Emission"].default_value = (1, 1, 1, 1)', "CGArtPython/blender_plus_python/issues/4", [4]],
  ['shader.inputs["Specular IOR Level"].default_value = 0', "Sollumz/Sollumz/issues/854", [0, 4]],
  ['bpy.ops.import_scene.obj(filepath="bunny.obj")', "anyeZHY/PyBlend/issues/3", [4]],
  ['bpy.ops.export_scene.obj(filepath="map.obj")', "Zi9/Blender-CarX-Mod-Tools/issues/5", [4]],
  ['bpy.context.scene.render.engine = "BLENDER_EEVEE"', "TobyLobster/ImportLDraw/issues/97", [4.2, 5]],
  ['bpy.context.scene.render.engine = "BLENDER_EEVEE_NEXT"', "MMD-Blender/blender_mmd_tools/issues/299", [0, 4.2, 5]],
  [`${group}.inputs.new("NodeSocketGeometry", "Geometry")`, "Linusnie/blender-plots/issues/5", [4]],
  [`${group}.outputs.new("NodeSocketGeometry", "Geometry")`, "emogenet/scad2nodes/issues/1", [4]],
  ['bpy.data.armatures.new("a").layers[0] = True', "sketchy-squirrel/smart-bones/issues/2", [4]],
  ['bpy.context.scene.eevee.shadow_cube_size = "1024"', "snuq/SnuSlideshowGenerator/pull/4", [4.3]],
  ["bpy.context.scene.eevee.use_raytracing = True", "Roblox/cube/issues/54", [0, 4.2]],
  ['bpy.data.images.new("i", 8, 8).colorspace_settings.name = "Linear"', "LorenzWieseke/GLBTextureTools/issues/8", [4]],
  [`${nodes}.new("ShaderNodeTexMusgrave")`, "jensnt/io_import_build_map/issues/2", [4.1]],
  ['bpy.data.actions.new("a").fcurves.new("location")', "dtzxporter/cast/issues/97", [5]],
  ["bpy.context.scene.render.tile_x = 256", "ZumoLabs/zpy/issues/152"],
  ['bpy.context.scene.render.alpha_mode = "TRANSPARENT"', "chaitanya100100/TailorNet/issues/10"],
  ["bpy.context.scene.render.layers[0].use_pass_z = True", "YoungXIAO13/ObjectPoseEstimationSummary/issues/4"],
  ["cube.matrix_world * cube.location", "varkenvarken/blenderaddons/issues/17"],
  [
    "__import__('bmesh').ops.create_cone(__import__('bmesh').new(), segments=8, diameter1=1, depth=1)",
    "a1studmuffin/SpaceshipGenerator/issues/45",
  ],
  [
    "__import__('bmesh').ops.create_cone(__import__('bmesh').new(), segments=8 / 2, depth=1)",
    "a1studmuffin/SpaceshipGenerator/issues/60",
  ],
  ["cube.to_mesh(bpy.context.depsgraph, apply_modifiers=True)", "alessandro-zomparelli/tissue/issues/38"],
  ["bpy.context.scene.node_tree", "sharpen3d/openvat/issues/44", [5]],
];

export const reported: Reported[] = rows.map(([statement, source, turns = [0]]) => ({
  statement,
  source: `https://github.com/${source}`,
  turns,
}));

/** Those that fail in a Blender of this version, such as "4.3.2". */
export function failingIn(version: string): Reported[] {
  const here = Number.parseFloat(version);
  return reported.filter(({ turns }) => turns.filter((turn) => here >= turn).length % 2 === 1);
}
