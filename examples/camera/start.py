"""A harbour village of painted houses, seen from the water."""
import math
import random

import bpy

random.seed(11)


def paint(name, color, roughness=0.8):
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    bsdf = next(node for node in mat.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    bsdf.inputs["Base Color"].default_value = (*color, 1.0)
    bsdf.inputs["Roughness"].default_value = roughness
    return mat


def prism(name, width, depth, height, x, y, z, mat):
    """A gable roof."""
    w, d = width / 2, depth / 2
    vertices = [(-w, -d, 0), (w, -d, 0), (w, d, 0), (-w, d, 0), (0, -d, height), (0, d, height)]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], [(0, 3, 2, 1), (0, 1, 4), (2, 3, 5), (1, 2, 5, 4), (3, 0, 4, 5)])
    mesh.materials.append(mat)
    roof = bpy.data.objects.new(name, mesh)
    roof.location = (x, y, z)
    bpy.context.collection.objects.link(roof)


def block(name, width, depth, height, x, y, z, mat):
    bpy.ops.mesh.primitive_cube_add(size=1.0, location=(x, y, z + height / 2))
    part = bpy.context.object
    part.name = name
    part.scale = (width, depth, height)
    part.data.materials.append(mat)


def house(x, y, z, width, depth, height, wall, roof):
    block("House", width, depth, height, x, y, z, wall)
    prism("Roof", width * 1.12, depth * 1.12, width * 0.45, x, y, z + height, roof)
    for row in range(2):
        for column in (-1, 1):
            block("Window", width * 0.17, 0.04, height * 0.2, x + column * width * 0.24, y - depth / 2,
                  z + height * (0.22 + 0.42 * row), glass)
    block("Door", width * 0.16, 0.05, height * 0.3, x, y - depth / 2, z, timber)


walls = [paint(f"Wall {i}", c) for i, c in enumerate(
    [(0.72, 0.2, 0.12), (0.85, 0.62, 0.22), (0.3, 0.5, 0.55), (0.82, 0.76, 0.66), (0.55, 0.27, 0.32), (0.35, 0.5, 0.28)])]
tiles = [paint("Tile", (0.28, 0.1, 0.065)), paint("Slate", (0.12, 0.13, 0.16))]
glass = paint("Glass", (0.04, 0.06, 0.09), 0.1)
timber = paint("Timber", (0.13, 0.075, 0.04))
quay = paint("Quay", (0.36, 0.34, 0.31))
water = paint("Water", (0.015, 0.06, 0.085), 0.12)
leaf = paint("Leaf", (0.07, 0.17, 0.05))
grass = paint("Grass", (0.16, 0.24, 0.08))

block("Quay", 9.0, 1.4, 0.35, 0.0, 0.2, -0.1, quay)
block("Terrace", 9.0, 1.8, 0.9, 0.0, 1.8, -0.1, grass)
block("Hill", 9.0, 4.0, 1.6, 0.0, 4.4, -0.1, grass)
bpy.ops.mesh.primitive_plane_add(size=40.0, location=(0.0, 0.0, 0.0))
bpy.context.object.data.materials.append(water)

x = -2.9
for i in range(6):
    width = random.uniform(0.75, 1.05)
    house(x + width / 2, 0.35, 0.25, width, 0.8, random.uniform(0.95, 1.5), walls[i % 6], tiles[i % 2])
    x += width + random.uniform(0.04, 0.2)
x = -3.2
for i in range(6):
    width = random.uniform(0.7, 1.0)
    house(x + width / 2, 1.9, 0.8, width, 0.8, random.uniform(1.0, 1.5), walls[(i + 3) % 6], tiles[(i + 1) % 2])
    x += width + random.uniform(0.2, 0.45)
for i in range(14):
    bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=2, radius=random.uniform(0.25, 0.45),
                                          location=(random.uniform(-4.0, 4.0), random.uniform(2.9, 4.2), 1.75))
    bpy.context.object.data.materials.append(leaf)
block("Tower", 0.6, 0.6, 2.2, 0.9, 3.2, 1.4, walls[3])
prism("Spire", 0.7, 0.7, 0.9, 0.9, 3.2, 3.6, tiles[1])

sun = bpy.data.lights.new("Sun", "SUN")
sun.energy = 3.2
sun.color = (1.0, 0.86, 0.68)
sun.angle = 0.08
sun_object = bpy.data.objects.new("Sun", sun)
sun_object.rotation_euler = (math.radians(52), 0.0, math.radians(-38))
bpy.context.collection.objects.link(sun_object)
world = bpy.context.scene.world
world.use_nodes = True
sky = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
sky.inputs["Color"].default_value = (0.42, 0.6, 0.88, 1.0)
sky.inputs["Strength"].default_value = 0.7

camera = bpy.data.objects["Camera1"]
camera.location = (-2.48, -7.06, 2.4)
camera.rotation_euler = (math.radians(80.3), 0.0, math.radians(-15.4))
camera.data.lens = 38.0
