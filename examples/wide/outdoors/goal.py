"""A farmyard under a low sun, 3:2. Everything that stands in it is a row of one table."""
import math

import bpy
from mathutils import Matrix

YARD = {
    "barn": {"at": (-3.2, 4.5), "turn": 20.0, "size": 1.0},
    "tree": {"at": (3.4, 4.2), "turn": 0.0, "size": 1.0},
    "pine": {"at": (1.2, 6.5), "turn": 0.0, "size": 1.0},
    "bale": {"at": (-0.6, 1.2), "turn": 60.0, "size": 1.0},
    "cart": {"at": (1.5, 1.4), "turn": -35.0, "size": 1.0},
    "well": {"at": (-2.3, 0.8), "turn": 0.0, "size": 1.0},
    "crate": {"at": (0.6, -0.6), "turn": 12.0, "size": 1.0},
    "tank": {"at": (3.0, 0.6), "turn": 0.0, "size": 1.0},
}
PAINT = {
    "grass": {"color": (0.14, 0.22, 0.05), "roughness": 0.9},
    "rust": {"color": (0.35, 0.07, 0.03), "roughness": 0.7},
    "straw": {"color": (0.6, 0.45, 0.13), "roughness": 0.9},
    "green": {"color": (0.04, 0.16, 0.05), "roughness": 0.8},
    "timber": {"color": (0.25, 0.14, 0.07), "roughness": 0.8},
    "stone": {"color": (0.38, 0.37, 0.35), "roughness": 0.8},
    "tin": {"color": (0.3, 0.42, 0.5), "roughness": 0.35},
}

paint = {}
for name, look in PAINT.items():
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    shader = next(node for node in mat.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (*look["color"], 1.0)
    shader.inputs["Roughness"].default_value = look["roughness"]
    paint[name] = mat


def part(add, mat, shift, stretch=(1, 1, 1), tilt=(0, 0, 0), **how):
    """A primitive, moved and stretched before it becomes part of a thing."""
    add(**how)
    obj = bpy.context.object
    turned = Matrix.Rotation(tilt[0], 4, "X") @ Matrix.Rotation(tilt[1], 4, "Y") @ Matrix.Rotation(tilt[2], 4, "Z")
    obj.data.transform(Matrix.Translation(shift) @ turned @ Matrix.Diagonal((*stretch, 1)))
    obj.data.materials.append(paint[mat])
    return obj


def together(name, parts):
    """The parts as children of one empty that stands, turns and grows as the table says."""
    row = YARD[name]
    holder = bpy.data.objects.new(name, None)
    holder.location = (row["at"][0], row["at"][1], 0.0)
    holder.rotation_euler[2] = math.radians(row["turn"])
    holder.scale = [row["size"]] * 3
    bpy.context.collection.objects.link(holder)
    for i, one in enumerate(parts):
        one.name = f"{name} {i}"
        one.parent = holder


cube, can = bpy.ops.mesh.primitive_cube_add, bpy.ops.mesh.primitive_cylinder_add
cone, ball, ring = bpy.ops.mesh.primitive_cone_add, bpy.ops.mesh.primitive_ico_sphere_add, bpy.ops.mesh.primitive_torus_add
quarter = math.pi / 2

together("barn", [part(cube, "rust", (0, 0, 0.8), (1.3, 0.9, 0.8)),
                  part(can, "tin", (0, 0, 1.6), (0.7, 1.1, 1.4), (0, quarter, 0), vertices=6, radius=1.0, depth=2.0),
                  part(cube, "timber", (0.2, -0.92, 0.5), (0.35, 0.03, 0.5))])
together("tree", [part(can, "timber", (0, 0, 0.6), vertices=12, radius=0.14, depth=1.2),
                  part(ball, "green", (0, 0, 1.7), subdivisions=3, radius=0.85),
                  part(ball, "green", (0.5, -0.2, 1.3), subdivisions=3, radius=0.5)])
together("pine", [part(can, "timber", (0, 0, 0.3), vertices=12, radius=0.12, depth=0.6),
                  part(cone, "green", (0, 0, 1.6), vertices=24, radius1=0.8, radius2=0.0, depth=2.4)])
together("bale", [part(can, "straw", (0, 0, 0.4), (1, 1, 1), (quarter, 0, 0), vertices=32, radius=0.4, depth=0.7)])
together("cart", [part(cube, "timber", (0, 0, 0.42), (0.6, 0.35, 0.12)),
                  part(can, "rust", (0.3, 0.4, 0.28), (1, 1, 1), (quarter, 0, 0), vertices=24, radius=0.28, depth=0.08),
                  part(can, "rust", (0.3, -0.4, 0.28), (1, 1, 1), (quarter, 0, 0), vertices=24, radius=0.28, depth=0.08),
                  part(cube, "timber", (-0.9, 0, 0.42), (0.35, 0.04, 0.04))])
together("well", [part(can, "stone", (0, 0, 0.3), vertices=24, radius=0.45, depth=0.6),
                  part(cube, "timber", (-0.4, 0, 0.8), (0.05, 0.05, 0.5)), part(cube, "timber", (0.4, 0, 0.8), (0.05, 0.05, 0.5)),
                  part(cone, "rust", (0, 0, 1.45), vertices=4, radius1=0.75, radius2=0.0, depth=0.5)])
together("crate", [part(cube, "straw", (0, 0, 0.25), (0.3, 0.25, 0.25)), part(cube, "timber", (0, 0, 0.5), (0.33, 0.28, 0.03))])
together("tank", [part(can, "tin", (0, 0, 0.6), vertices=32, radius=0.4, depth=1.2),
                  part(ring, "stone", (0, 0, 1.0), major_radius=0.41, minor_radius=0.04)])

part(bpy.ops.mesh.primitive_plane_add, "grass", (0, 0, 0), size=80.0).name = "field"

# Two hills: one mesh, its form by keys.
hills = part(bpy.ops.mesh.primitive_grid_add, "green", (0, 11, -0.05), (1.8, 0.5, 1), x_subdivisions=60, y_subdivisions=20, size=12.0)
hills.name = "hills"
hills.shape_key_add(name="Basis")
keys = {key: hills.shape_key_add(name=key) for key in ("Left", "Right", "Ridge")}
for i, vertex in enumerate(hills.data.vertices):
    x, y, z = vertex.co
    fade = math.exp(-((y - 11) / 1.5) ** 2)
    keys["Left"].data[i].co = (x, y, z + 3.0 * fade * math.exp(-((x + 5) / 2.2) ** 2))
    keys["Right"].data[i].co = (x, y, z + 2.5 * fade * math.exp(-((x - 5) / 1.8) ** 2))
    keys["Ridge"].data[i].co = (x, y, z + 1.2 * fade)
keys["Left"].value = 0.6
keys["Right"].value = 0.5
keys["Ridge"].value = 0.4

sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
sun.data.energy = 3.0
sun.data.color = (1.0, 0.88, 0.7)
sun.data.angle = math.radians(3)
sun.rotation_euler = (math.radians(52), 0.0, math.radians(-40))
bpy.context.collection.objects.link(sun)
sky = next(node for node in bpy.context.scene.world.node_tree.nodes if node.type == "BACKGROUND")
sky.inputs["Color"].default_value = (0.35, 0.55, 0.85, 1.0)
sky.inputs["Strength"].default_value = 0.6

camera = bpy.data.objects["Camera1"]
camera.location = (0.2, -7.5, 2.6)
camera.rotation_euler = (math.radians(81), 0.0, math.radians(1))
camera.data.lens = 40.0
