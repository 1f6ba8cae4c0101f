"""Five swatches on plinths: plaster, lacquer, gold, jade, hammered steel."""
import math

import bpy


def principled(name):
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    return mat, next(node for node in mat.node_tree.nodes if node.type == "BSDF_PRINCIPLED")


def first(node, *names):
    return next(node.inputs[name] for name in names if name in node.inputs)


def add_ball(name, x, y, mat, radius=0.36):
    bpy.ops.mesh.primitive_cylinder_add(vertices=48, radius=0.3, depth=0.3, location=(x, y, 0.15))
    plinth = bpy.context.object
    plinth.name = f"{name} plinth"
    plinth.data.materials.append(stone)
    bpy.ops.mesh.primitive_uv_sphere_add(segments=48, ring_count=24, radius=radius, location=(x, y, 0.3 + radius))
    bpy.ops.object.shade_smooth()
    ball = bpy.context.object
    ball.name = name
    ball.data.materials.append(mat)
    return ball


stone, bsdf = principled("Stone")
bsdf.inputs["Base Color"].default_value = (0.42, 0.4, 0.38, 1.0)
bsdf.inputs["Roughness"].default_value = 0.8

plaster, bsdf = principled("Plaster")
bsdf.inputs["Base Color"].default_value = (0.75, 0.42, 0.3, 1.0)
bsdf.inputs["Roughness"].default_value = 0.95

lacquer, bsdf = principled("Lacquer")
bsdf.inputs["Base Color"].default_value = (0.03, 0.11, 0.42, 1.0)
bsdf.inputs["Roughness"].default_value = 0.43
first(bsdf, "Coat Weight", "Clearcoat").default_value = 0.7

gold, bsdf = principled("Gold")
bsdf.inputs["Base Color"].default_value = (0.94, 0.6, 0.18, 1.0)
bsdf.inputs["Metallic"].default_value = 1.0
bsdf.inputs["Roughness"].default_value = 0.0394

jade, bsdf = principled("Jade")
bsdf.inputs["Roughness"].default_value = 0.35
veins = jade.node_tree.nodes.new("ShaderNodeTexNoise")
veins.inputs["Scale"].default_value = 3.2
veins.inputs["Distortion"].default_value = 1.2
ramp = jade.node_tree.nodes.new("ShaderNodeValToRGB")
ramp.color_ramp.elements[0].position = 0.36
ramp.color_ramp.elements[0].color = (0.02, 0.16, 0.09, 1.0)
ramp.color_ramp.elements[1].position = 0.66
ramp.color_ramp.elements[1].color = (0.0695, 0.324, 0.0916, 1.0)
jade.node_tree.links.new(veins.outputs["Fac"], ramp.inputs["Fac"])
jade.node_tree.links.new(ramp.outputs["Color"], bsdf.inputs["Base Color"])

steel, bsdf = principled("Steel")
bsdf.inputs["Base Color"].default_value = (0.56, 0.58, 0.62, 1.0)
bsdf.inputs["Metallic"].default_value = 1.0
bsdf.inputs["Roughness"].default_value = 0.38

add_ball("Plaster ball", -1.05, 0.35, plaster)
add_ball("Lacquer ball", 0.0, 0.55, lacquer, radius=0.44)
add_ball("Gold ball", 1.05, 0.35, gold)
add_ball("Jade ball", -0.5, -0.5, jade)
add_ball("Steel ball", 0.55, -0.5, steel)

floor, bsdf = principled("Floor")
bsdf.inputs["Roughness"].default_value = 0.6
checker = floor.node_tree.nodes.new("ShaderNodeTexChecker")
checker.inputs["Scale"].default_value = 12.0
checker.inputs["Color1"].default_value = (0.189, 0.464, 0.26, 1.0)
checker.inputs["Color2"].default_value = (0.2, 0.19, 0.185, 1.0)
floor.node_tree.links.new(checker.outputs["Color"], bsdf.inputs["Base Color"])
bpy.ops.mesh.primitive_plane_add(size=10.0, location=(0.0, 1.0, 0.0))
bpy.context.object.data.materials.append(floor)
bpy.ops.mesh.primitive_plane_add(size=10.0, location=(0.0, 3.0, 0.0), rotation=(math.radians(90), 0.0, 0.0))
bpy.context.object.data.materials.append(stone)

for name, energy, location, tilt, turn, size in (
    ("Softbox", 150.0, (-2.4, -1.8, 3.0), 45.0, -50.0, 1.8),
    ("Strip", 60.0, (2.6, -0.6, 1.8), 65.0, 75.0, 1.0),
):
    data = bpy.data.lights.new(name, "AREA")
    data.energy = energy
    data.size = size
    light = bpy.data.objects.new(name, data)
    light.location = location
    light.rotation_euler = (math.radians(tilt), 0.0, math.radians(turn))
    bpy.context.collection.objects.link(light)

world = bpy.context.scene.world
world.use_nodes = True
sky = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
sky.inputs["Color"].default_value = (0.75, 0.82, 0.95, 1.0)
sky.inputs["Strength"].default_value = 0.3

camera = bpy.data.objects["Camera1"]
camera.location = (0.0, -4.4, 2.3)
camera.rotation_euler = (math.radians(67), 0.0, 0.0)
camera.data.lens = 55.0
