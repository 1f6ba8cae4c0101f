"""A clay face with an expression: six shape keys of a head, two of its lips."""
import math

import bpy


def clay(name, color, roughness=0.55):
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    bsdf = next(node for node in mat.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    bsdf.inputs["Base Color"].default_value = (*color, 1.0)
    bsdf.inputs["Roughness"].default_value = roughness
    return mat


def ball(name, radius, location, mat, scale=(1.0, 1.0, 1.0), segments=24, rings=14):
    bpy.ops.mesh.primitive_uv_sphere_add(segments=segments, ring_count=rings, radius=radius, location=location)
    bpy.ops.object.shade_smooth()
    obj = bpy.context.object
    obj.name = name
    obj.scale = scale
    obj.data.materials.append(mat)
    return obj


def near(co, centre, width):
    return math.exp(-sum((c - p) ** 2 for c, p in zip(co, centre)) / (2 * width * width))


def along(weight, *direction):
    return [weight * d for d in direction]


def shape(obj, name, move):
    """Adds a shape key whose vertices are moved by `move(co) -> (dx, dy, dz)`."""
    key = obj.shape_key_add(name=name, from_mix=False)
    for point, vertex in zip(key.data, obj.data.vertices):
        point.co = [c + d for c, d in zip(vertex.co, move(vertex.co))]
    return key


skin = clay("Skin", (0.72, 0.42, 0.29))
lips_red = clay("Lips", (0.55, 0.13, 0.11), 0.4)
eye_white = clay("Eye", (0.85, 0.84, 0.8), 0.2)
iris = clay("Iris", (0.08, 0.2, 0.27), 0.1)
hair = clay("Hair", (0.075, 0.04, 0.025), 0.7)
sheet = clay("Sheet", (0.32, 0.42, 0.47), 0.95)

head = ball("Head", 1.0, (0.0, 0.0, 1.2), skin, scale=(0.86, 0.9, 1.1), segments=40, rings=26)
head.shape_key_add(name="Basis")
nose = (0.0, -1.0, -0.05)
shape(head, "Nose", lambda co: along(near(co, nose, 0.16), 0.0, -0.42, 0.0))
shape(head, "Cheeks", lambda co: along(near((abs(co.x), co.y, co.z), (0.62, -0.72, -0.28), 0.24), *(0.28 * co)))
shape(head, "Jaw", lambda co: along(near(co, (0.0, -0.5, -0.9), 0.4), 0.0, -0.1, -0.35))
shape(head, "Brow", lambda co: along(near(co, (0.0, -0.85, 0.45), 0.3), 0.0, -0.2, 0.08))
shape(head, "Temple", lambda co: along(near((abs(co.x), co.y, co.z), (0.9, -0.2, 0.35), 0.4), -0.25 * co.x, 0.0, 0.0))
shape(head, "Skull", lambda co: (0.0, 0.0, 0.3 * max(co.z, 0.0) ** 2))
keys = head.data.shape_keys.key_blocks
keys["Nose"].value = 0.192
keys["Cheeks"].value = 0.6
keys["Jaw"].value = 0.935
keys["Brow"].value = 0.65
keys["Temple"].value = 0.829
keys["Skull"].value = 0.0187

bpy.ops.mesh.primitive_torus_add(major_radius=0.26, minor_radius=0.05, major_segments=40, minor_segments=12,
                                 location=(0.0, -0.9, 0.72), rotation=(math.radians(82), 0.0, 0.0))
bpy.ops.object.shade_smooth()
lips = bpy.context.object
lips.name = "Lips"
lips.scale = (1.0, 0.4, 1.0)
lips.data.materials.append(lips_red)
lips.shape_key_add(name="Basis")
shape(lips, "Smile", lambda co: (0.25 * co.x, 3.2 * co.x * co.x, 0.0))
shape(lips, "Open", lambda co: (-0.2 * co.x, 1.6 * co.y, 0.0))
mouth = lips.data.shape_keys.key_blocks
mouth["Smile"].value = 0.7
mouth["Open"].value = 0.99

for side in (-1, 1):
    ball("Eye", 0.17, (0.31 * side, -0.8, 1.36), eye_white)
    ball("Iris", 0.085, (0.3 * side, -0.92, 1.36), iris)
    ball("Ear", 0.2, (0.86 * side, 0.05, 1.2), skin, scale=(0.4, 0.7, 1.0))
ball("Hair", 1.0, (0.0, 0.3, 1.6), hair, scale=(0.97, 0.97, 1.05), segments=32, rings=20)
ball("Neck", 0.45, (0.0, 0.15, 0.1), skin, scale=(1.0, 1.0, 1.3))
bpy.ops.mesh.primitive_plane_add(size=14.0, location=(0.0, 2.5, 1.0), rotation=(math.radians(90), 0.0, 0.0))
bpy.context.object.data.materials.append(sheet)

for name, energy, color, size, location, rotation in (
    ("Key", 130.0, (1.0, 0.9, 0.78), 1.2, (-2.4, -2.6, 2.9), (58, 0, -42)),
    ("Fill", 45.0, (0.7, 0.82, 1.0), 2.2, (2.8, -2.2, 1.2), (82, 0, 52)),
):
    data = bpy.data.lights.new(name, "AREA")
    data.energy = energy
    data.color = color
    data.size = size
    light = bpy.data.objects.new(name, data)
    light.location = location
    light.rotation_euler = [math.radians(angle) for angle in rotation]
    bpy.context.collection.objects.link(light)
world = bpy.context.scene.world
world.use_nodes = True
sky = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
sky.inputs["Color"].default_value = (0.6, 0.7, 0.85, 1.0)
sky.inputs["Strength"].default_value = 0.2

camera = bpy.data.objects["Camera1"]
camera.location = (0.0, -5.6, 1.4)
camera.rotation_euler = (math.radians(88.5), 0.0, 0.0)
camera.data.lens = 58.0
