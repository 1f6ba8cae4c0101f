"""Operators, kinds of node, sockets, values and modules that changed between versions of Blender. Data alone; rows as in
api_changes.py, without the owner."""

LEAVE = "leave it out"
COMPOSITOR = "the shader node that the compositor takes now: {}"

# By the name after bpy.ops.
OPERATORS = [
    ("import_scene.obj", None, (4, 0), "bpy.ops.wm.obj_import(filepath=...)"),
    ("export_scene.obj", None, (4, 0), "bpy.ops.wm.obj_export(filepath=...)"),
    ("import_mesh.ply", None, (4, 0), "bpy.ops.wm.ply_import(filepath=...)"),
    ("export_mesh.ply", None, (4, 0), "bpy.ops.wm.ply_export(filepath=...)"),
    ("import_mesh.stl", None, (4, 2), "bpy.ops.wm.stl_import(filepath=...)"),
    ("export_mesh.stl", None, (4, 2), "bpy.ops.wm.stl_export(filepath=...)"),
    ("wm.obj_import", (3, 3), None, "bpy.ops.import_scene.obj(filepath=...)"),
    ("wm.ply_import", (3, 6), None, "bpy.ops.import_mesh.ply(filepath=...)"),
    ("wm.ply_export", (3, 6), None, "bpy.ops.export_mesh.ply(filepath=...)"),
    ("wm.stl_export", (4, 1), None, "bpy.ops.export_mesh.stl(filepath=...)"),
    ("wm.fbx_import", (4, 5), None, "bpy.ops.import_scene.fbx(filepath=...)"),
    ("wm.collada_import", None, (5, 0), "another format: bpy.ops.import_scene.gltf(filepath=...)"),
    ("wm.collada_export", None, (5, 0), "another format: bpy.ops.export_scene.gltf(filepath=...)"),
    ("import_scene.x3d", None, (4, 2), "another format: bpy.ops.import_scene.gltf(filepath=...)"),
    ("export_scene.x3d", None, (4, 2), "another format: bpy.ops.export_scene.gltf(filepath=...)"),
    ("import_image.to_plane", None, (4, 2), "a plane with a ShaderNodeTexImage node in its material"),
    ("image.import_as_mesh_planes", (4, 2), None, "a plane with a ShaderNodeTexImage node in its material"),
    ("object.shade_auto_smooth", (4, 1), None, "bpy.ops.object.shade_smooth(use_auto_smooth=True, auto_smooth_angle=...)"),
    ("object.shade_smooth_by_angle", (4, 1), None, "bpy.ops.object.shade_smooth(use_auto_smooth=True, auto_smooth_angle=...)"),
    ("object.gpencil_add", None, (4, 3), "bpy.ops.object.grease_pencil_add(type=...)"),
    ("object.grease_pencil_add", (4, 3), None, "bpy.ops.object.gpencil_add(type=...)"),
    ("object.gpencil_modifier_add", None, (4, 3), "object.modifiers.new(name, 'GREASE_PENCIL_...')"),
    ("object.lamp_add", None, (2, 80), "bpy.ops.object.light_add(type=...)"),
    ("object.face_map_add", None, (4, 0), "mesh.attributes.new(name, 'INT', 'FACE')"),
    ("wm.addon_enable", None, (2, 80), "bpy.ops.preferences.addon_enable(module=...)"),
    ("object.hide_render_set", None, None, "object.hide_render = True"),
]

# Keywords of operators: (operator or "", keyword, since, until, write).
KEYWORDS = [
    ("object.shade_smooth", "use_auto_smooth", None, (4, 1), "bpy.ops.object.shade_smooth_by_angle(angle=...)"),
    ("object.shade_smooth", "auto_smooth_angle", None, (4, 1), "bpy.ops.object.shade_smooth_by_angle(angle=...)"),
    ("", "view_align", None, (2, 90), "align='VIEW'"),
    ("", "layers", None, (2, 80), "put the object into a collection"),
]

# What is nearly the same under another name, for keywords.
SAME_KEYWORD = {"size": ["radius", "radius1"], "radius": ["size", "radius1"], "diameter": ["radius"], "height": ["depth"]}

# By the identifier that nodes.new() takes.
NODES = [
    ("ShaderNodeTexMusgrave", None, (4, 1), "ShaderNodeTexNoise, which has noise_type, and Detail, Roughness and Lacunarity as inputs"),
    ("ShaderNodeBsdfVelvet", None, (4, 0), "ShaderNodeBsdfSheen"),
    ("ShaderNodeBsdfSheen", (4, 0), None, "ShaderNodeBsdfVelvet"),
    ("ShaderNodeBsdfMetallic", (4, 3), None, "ShaderNodeBsdfPrincipled with Metallic 1"),
    ("ShaderNodeTexGabor", (4, 3), None, "ShaderNodeTexNoise"),
    ("ShaderNodeSeparateRGB", None, (5, 0), "ShaderNodeSeparateColor"),
    ("ShaderNodeCombineRGB", None, (5, 0), "ShaderNodeCombineColor"),
    ("ShaderNodeSeparateHSV", None, (5, 0), "ShaderNodeSeparateColor with mode = 'HSV'"),
    ("ShaderNodeCombineHSV", None, (5, 0), "ShaderNodeCombineColor with mode = 'HSV'"),
    ("ShaderNodeTexPointDensity", None, (5, 0), LEAVE),
    ("ShaderNodeMixColor", None, None, "ShaderNodeMix with data_type = 'RGBA'"),
    ("CompositorNodeComposite", None, (5, 0), "NodeGroupOutput, after group.interface.new_socket(name='Image', in_out='OUTPUT', socket_type='NodeSocketColor')"),
    ("CompositorNodeSepRGBA", None, (5, 0), "CompositorNodeSeparateColor"),
    ("CompositorNodeCombRGBA", None, (5, 0), "CompositorNodeCombineColor"),
    ("CompositorNodeSepHSVA", None, (5, 0), "CompositorNodeSeparateColor with mode = 'HSV'"),
    ("CompositorNodeCombHSVA", None, (5, 0), "CompositorNodeCombineColor with mode = 'HSV'"),
    ("CompositorNodeMixRGB", None, (5, 0), COMPOSITOR.format("ShaderNodeMix with data_type = 'RGBA'")),
    ("CompositorNodeMath", None, (5, 0), COMPOSITOR.format("ShaderNodeMath")),
    ("CompositorNodeGamma", None, (5, 0), COMPOSITOR.format("ShaderNodeGamma")),
    ("CompositorNodeValToRGB", None, (5, 0), COMPOSITOR.format("ShaderNodeValToRGB")),
    ("CompositorNodeMapRange", None, (5, 0), COMPOSITOR.format("ShaderNodeMapRange")),
    ("CompositorNodeMapValue", None, (5, 0), COMPOSITOR.format("ShaderNodeMapRange")),
    ("CompositorNodeValue", None, (5, 0), COMPOSITOR.format("ShaderNodeValue")),
    ("CompositorNodeCombineXYZ", None, (5, 0), COMPOSITOR.format("ShaderNodeCombineXYZ")),
    ("CompositorNodeSeparateXYZ", None, (5, 0), COMPOSITOR.format("ShaderNodeSeparateXYZ")),
    ("CompositorNodeSunBeams", None, (5, 0), "CompositorNodeGlare with node.inputs['Type'].default_value = 'Sun Beams'"),
    ("CompositorNodeTexture", None, (5, 0), "CompositorNodeImage, or a texture node such as ShaderNodeTexNoise"),
]

# Inputs and outputs of nodes that have another name, tried in both directions: offered only where the other one is there.
SOCKETS = [
    ("Transmission", "Transmission Weight"), ("Subsurface", "Subsurface Weight"), ("Sheen", "Sheen Weight"),
    ("Clearcoat", "Coat Weight"), ("Clearcoat Roughness", "Coat Roughness"), ("Clearcoat Normal", "Coat Normal"),
    ("Specular", "Specular IOR Level"), ("Emission", "Emission Color"), ("Fac", "Factor"), ("Bright", "Brightness"),
]
# Sockets that some versions lack without another of the kind: (node, socket, since, until, write).
SOCKETS_ALONE = [
    ("ShaderNodeBsdfPrincipled", "Subsurface Color", None, (4, 0), "'Base Color', which colours what scatters too"),
    ("ShaderNodeBsdfPrincipled", "Transmission Roughness", None, (4, 0), "'Roughness', which counts for transmission too"),
    *(("ShaderNodeBsdfPrincipled", name, (4, 0), None, LEAVE) for name in ("Coat Tint", "Coat IOR", "Sheen Roughness", "Subsurface Scale")),
    *(("ShaderNodeBsdfPrincipled", name, (4, 2), None, LEAVE) for name in ("Thin Film Thickness", "Thin Film IOR")),
    ("ShaderNodeBsdfPrincipled", "Diffuse Roughness", (4, 3), None, LEAVE),
    ("ShaderNodeBsdfPrincipled", "Thin Wall", (5, 2), None, LEAVE),
    *(("ShaderNodeMix", name, None, None, write) for name, write in (
        ("Color1", "inputs[6] with data_type = 'RGBA'"), ("Color2", "inputs[7] with data_type = 'RGBA'"),
        ("Color", "inputs[6] and inputs[7], or outputs[2], with data_type = 'RGBA'"),
    )),
    ("ShaderNodeTexNoise", "Lacunarity", (4, 0), None, LEAVE),
]

# Choices of one meaning: where a program asks for one that is not there, another of its group that is there is meant.
VALUES = [
    ("BLENDER_EEVEE", "BLENDER_EEVEE_NEXT", "EEVEE", "EEVEE_NEXT"), ("BLENDER_WORKBENCH", "WORKBENCH"),
    ("CUBEMAP", "SPHERE"), ("PLANAR", "PLANE"), ("GRID", "VOLUME"), ("JPG", "JPEG"), ("EXR", "OPEN_EXR"),
    ("NISHITA", "MULTIPLE_SCATTERING", "SINGLE_SCATTERING"), ("SUBSURF", "SUBDIVISION", "SUBDIVISION_SURFACE"),
    ("TRACK_TO", "TRACKTO"), ("AgX", "Filmic"), ("Standard", "Khronos PBR Neutral"), ("FOG_GLOW", "BLOOM"), ("XYZ", "EULER"),
    ("NodeSocketFloat", "NodeSocketFloatFactor"), ("GPENCIL", "GREASEPENCIL"), ("LIGHT", "LAMP"), ("SPOT", "SPOTLIGHT"),
]

# Choices that are of no use here, wherever they are gone.
VALUES_ALONE = {
    "FFMPEG": "leave it out: viga makes the animation itself",
    "AVI_JPEG": "leave it out: viga makes the animation itself",
    "AVI_RAW": "leave it out: viga makes the animation itself",
}

# Modules that Blender had, or that programs expect; what else is missing gets the general words.
MODULES = [
    ("bgl", None, (5, 0), "leave it out: there is no window to draw into"),
    ("cv2", None, None, "bpy.data.images.new(name, width, height) and its pixels"),
    ("PIL", None, None, "bpy.data.images.new(name, width, height) and its pixels"),
    ("scipy", None, None, "mathutils and plain Python"),
    ("noise", None, None, "mathutils.noise"),
]
