/**
 * Statements that fail in every Blender, one a line, each as programs of models and people have had them; those after
 * `tracked` are of kinds that public trackers of Blender add-ons and bridges report again and again.
 */
export const own = `
bpy.data.rigidbody_worlds.new("World")
bpy.ops.mesh.primitive_cube(size=2)
bpy.ops.mesh.primitive_cube_add(sise=2)
bpy.data.objects["Missing"].location = (0, 0, 1)
cube.locaton = (1, 2, 3)
cube.rotation_mode = "XYY"
cube.location = (1, 2)
cube.scale = 2
cube.data.materials.append(cube)
bpy.context.collection.objects.link(bpy.data.cameras.new("c"))
bpy.data.cameras.new("d").lense = 50
material.node_tree.nodes["Principled"].inputs[0].default_value = (1, 1, 1, 1)
shader.inputs["Roughnes"].default_value = 0.5
shader.inputs["Base Color"].default_value = (1, 0, 0)
shader.inputs["Metallic"].default_value = "high"
material.node_tree.nodes.new("ShaderNodeBsdfPrinciple")
material.node_tree.links.new(shader.outputs["BSDF"], None)
print(undefined_thing)
math.squareroot(2)
import numpyy
Vector((1, 2, 3)) @ "x"
bpy.data.lights.new("Lamp", "POINTY")
bpy.data.lights.new("Lamp2", type="SUN").spot_size = 1
bpy.context.scene.camera = bpy.data.lights.new("L", "SUN")
bpy.context.scene.render.engine = "CYCLE"
bpy.context.scene.frame_end = "last"
bpy.context.view_layer.objects.active = "Cube"
cube.modifiers.new("Bevel", "BEVELED")
cube.modifiers["Subsurf"].levels = 2
cube.keyframe_insert("locations", frame=1)
cube.parent = "Empty"
bpy.data.meshes.new("m").from_pydata([(0, 0, 0)], [], [(0, 1, 2, "a")])
`
  .trim()
  .split("\n");

export const tracked = `
bpy.context.scene.objects.link(cube)
bpy.context.scene.objects.active = cube
bpy.context.scene.update()
cube.select = True
cube.hide_select_render = True
cube.draw_type = "WIRE"
bpy.data.lamps.new("Lamp", "POINT")
bpy.ops.object.lamp_add(type="SUN")
bpy.context.user_preferences.view.show_splash = False
bpy.ops.mesh.primitive_cube_add(view_align=False)
bpy.ops.mesh.primitive_cylinder_add(radius1=1, depth=2)
bpy.ops.mesh.primitive_cone_add(radius=1)
bpy.ops.mesh.primitive_uv_sphere_add(segment=32)
bpy.ops.mesh.primitive_plane_add(radius=1)
bpy.ops.mesh.primitive_torus_add(major_radius="1")
material.diffuse_color = (1, 0, 0)
material.use_shadeless = True
material.emission = 1.0
cube.data.vertices[1000].co.x = 1
cube.data.polygons[0].material = 0
cube.data.uv_textures.new()
bpy.data.worlds[0].horizon_color = (1, 1, 1)
bpy.data.worlds["Wrld"].use_nodes = True
bpy.context.scene.cycles.device = "CUDA"
bpy.context.scene.render.layers[0].name = "a"
bpy.context.scene.render.resolution = (512, 512)
bpy.ops.object.modifier_add(type="SUBSURFACE")
bpy.ops.object.shade_smoth()
cube.matrix_world * Vector((1, 0, 0)) * cube.matrix_local * "x"
bpy.data.curves.new("c", "BEZIER")
bpy.data.curves.new("t", "FONT").text = "hello"
bpy.ops.view3d.camera_to_view_selected_objects()
mathutils.Quaternion((1, 0, 0, 0)).to_eulers()
bpy.types.Object.custom_property_new("a")
`
  .trim()
  .split("\n");

/** What the statements need, without an error. */
export const before = `import bpy, math, mathutils
from mathutils import Vector
bpy.ops.mesh.primitive_cube_add()
cube = bpy.context.object
material = bpy.data.materials.new("m")
material.use_nodes = True
shader = material.node_tree.nodes["Principled BSDF"]
bpy.data.worlds.new("World")
`;
