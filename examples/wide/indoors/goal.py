"""A desk against a wall, 16:9: eight things, a lamp and a window."""
import math

import bpy


def material(name, color, roughness=0.5, metallic=0.0):
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    bsdf = next(node for node in mat.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    bsdf.inputs["Base Color"].default_value = (*color, 1.0)
    bsdf.inputs["Roughness"].default_value = roughness
    bsdf.inputs["Metallic"].default_value = metallic
    return mat


def thing(name, parts, at, turn, size, mats):
    """One object of several parts, each (shape, place, extent, slot); standing at `at`, turned about the upright axis."""
    vertices, faces, slots = [], [], []
    for shape, (px, py, pz), (sx, sy, sz), slot in parts:
        start = len(vertices)
        if shape == "box":
            corners = [(x, y, z) for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)]
            vertices += [(px + sx * x / 2, py + sy * y / 2, pz + sz * z / 2) for x, y, z in corners]
            quads = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
            faces += [tuple(start + i for i in quad) for quad in quads]
            slots += [slot] * 6
            continue
        # A stack of rings: a cylinder, a cone or a ball.
        rings = {"can": [(1, -1), (1, 1)], "cone": [(1, -1), (0.45, 1)], "ball": [
            (math.sin(math.pi * i / 12), -math.cos(math.pi * i / 12)) for i in range(1, 12)]}[shape]
        for radius, height in rings:
            for k in range(32):
                a = 2 * math.pi * k / 32
                vertices.append((px + sx / 2 * radius * math.cos(a), py + sy / 2 * radius * math.sin(a), pz + sz / 2 * height))
        for j in range(len(rings) - 1):
            for k in range(32):
                n = (k + 1) % 32
                faces.append(tuple(start + i for i in (32 * j + k, 32 * j + n, 32 * j + 32 + n, 32 * j + 32 + k)))
                slots.append(slot)
        faces.append(tuple(range(start + 31, start - 1, -1)))
        faces.append(tuple(range(len(vertices) - 32, len(vertices))))
        slots += [slot, slot]
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    for mat in mats:
        mesh.materials.append(mat)
    mesh.polygons.foreach_set("material_index", slots)
    obj = bpy.data.objects.new(name, mesh)
    obj.location = at
    obj.rotation_euler = (0.0, 0.0, math.radians(turn))
    obj.scale = (size, size, size)
    bpy.context.collection.objects.link(obj)
    return obj


pine = material("Pine", (0.5, 0.33, 0.18), 0.45)
wall = material("Wall", (0.33, 0.42, 0.4), 0.9)
red = material("Red enamel", (0.6, 0.05, 0.04), 0.25)
blue = material("Blue paint", (0.05, 0.14, 0.45), 0.4)
clay = material("Clay", (0.5, 0.2, 0.1), 0.8)
leaf = material("Leaf", (0.06, 0.28, 0.06), 0.5)
steel = material("Steel", (0.6, 0.6, 0.62), 0.3, 1.0)
paper = material("Paper", (0.75, 0.72, 0.64), 0.8)
ochre = material("Ochre", (0.65, 0.4, 0.06), 0.5)

thing("Desk", [("box", (0, 0, -0.05), (7.0, 2.6, 0.1), 0)], (0.0, 0.5, 0.0), 0.0, 1.0, [pine])
thing("Wall", [("box", (0, 0, 0), (12.0, 0.1, 6.0), 0)], (0.0, 1.9, 1.5), 0.0, 1.0, [wall])
thing("Mug", [("can", (0, 0, 0.13), (0.22, 0.22, 0.26), 0), ("box", (0.15, 0, 0.13), (0.1, 0.05, 0.16), 0)],
      (0.35, -0.25, 0.0), 35.0, 1.0, [red])
thing("Plant", [("cone", (0, 0, 0.14), (0.2, 0.2, -0.28), 0), ("ball", (0, 0, 0.45), (0.42, 0.42, 0.42), 1),
                ("ball", (0.14, 0.05, 0.6), (0.24, 0.24, 0.24), 1)], (-1.25, 0.75, 0.0), 20.0, 1.0, [clay, leaf])
thing("Books", [("box", (0, 0, 0.05), (0.56, 0.4, 0.1), 0), ("box", (0.03, 0.02, 0.14), (0.5, 0.36, 0.08), 1),
                ("box", (-0.02, 0, 0.22), (0.42, 0.3, 0.08), 2)], (-0.6, 0.3, 0.0), 15.0, 1.0, [blue, ochre, paper])
thing("Clock", [("can", (0, 0, 0.2), (0.36, 0.36, 0.4), 0), ("box", (0, -0.18, 0.22), (0.2, 0.04, 0.26), 1)],
      (0.95, 0.85, 0.0), -20.0, 1.0, [steel, paper])
thing("Robot", [("box", (0, 0, 0.2), (0.26, 0.2, 0.3), 0), ("box", (0, 0, 0.44), (0.18, 0.16, 0.14), 1),
                ("box", (-0.19, 0, 0.24), (0.08, 0.1, 0.22), 1), ("box", (0.19, -0.08, 0.3), (0.08, 0.26, 0.08), 1)],
      (1.3, 0.1, 0.0), -30.0, 1.0, [ochre, blue])
thing("Box", [("box", (0, 0, 0.12), (0.34, 0.24, 0.24), 0)], (-1.2, -0.15, 0.0), -25.0, 1.0, [leaf])
thing("Ball", [("ball", (0, 0, 0), (0.26, 0.26, 0.26), 0)], (0.1, 0.45, 0.13), 0.0, 1.0, [red])

# A cushion whose form two keys change.
cushion = thing("Cushion", [("ball", (0, 0, 0), (0.5, 0.4, 0.3), 0)], (0.5, 0.35, 0.15), 10.0, 1.0, [paper])
cushion.shape_key_add(name="Basis")
tall = cushion.shape_key_add(name="Tall")
slump = cushion.shape_key_add(name="Slump")
bulge = cushion.shape_key_add(name="Bulge")
for i, vertex in enumerate(cushion.data.vertices):
    x, y, z = vertex.co
    tall.data[i].co = (x * 0.8, y * 0.8, z * 2.2 + 0.18)
    slump.data[i].co = (x + 0.5 * (z + 0.15), y, z)
    bulge.data[i].co = (x * 1.5 if x > 0 else x, y * 1.3, z)
tall.value = 0.3
slump.value = 0.4
bulge.value = 0.25


def lamp(name, kind, energy, color, size, at, turn):
    data = bpy.data.lights.new(name, kind)
    data.energy = energy
    data.color = color
    if kind == "AREA":
        data.size = size
    obj = bpy.data.objects.new(name, data)
    obj.location = at
    obj.rotation_euler = [math.radians(angle) for angle in turn]
    bpy.context.collection.objects.link(obj)


lamp("Window", "AREA", 90.0, (0.85, 0.92, 1.0), 1.4, (-2.4, -0.8, 2.0), (55, 0, -65))
lamp("Bulb", "AREA", 35.0, (1.0, 0.72, 0.42), 0.5, (1.6, 0.2, 1.9), (15, 25, 0))

world = bpy.context.scene.world
background = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
background.inputs["Color"].default_value = (0.55, 0.62, 0.75, 1.0)
background.inputs["Strength"].default_value = 0.25

camera = bpy.data.objects["Camera1"]
camera.location = (0.0, -3.4, 1.7)
camera.rotation_euler = (math.radians(69), 0.0, math.radians(0))
camera.data.lens = 38.0
