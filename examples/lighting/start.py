"""Three chess pieces on slate, lit as a portrait photographer would: key, fill, rim."""
import math

import bpy

SEGMENTS = 48


def material(name, color, roughness, metallic=0.0):
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    bsdf = next(node for node in mat.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    bsdf.inputs["Base Color"].default_value = (*color, 1.0)
    bsdf.inputs["Roughness"].default_value = roughness
    bsdf.inputs["Metallic"].default_value = metallic
    return mat


def turned(name, profile, location, mat):
    """A piece turned on a lathe; the profile is (radius, height) from the foot up."""
    vertices = [
        (r * math.cos(2 * math.pi * k / SEGMENTS), r * math.sin(2 * math.pi * k / SEGMENTS), z)
        for r, z in profile for k in range(SEGMENTS)
    ]
    faces = []
    for j in range(len(profile) - 1):
        for k in range(SEGMENTS):
            n = (k + 1) % SEGMENTS
            faces.append((j * SEGMENTS + k, j * SEGMENTS + n, (j + 1) * SEGMENTS + n, (j + 1) * SEGMENTS + k))
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    mesh.materials.append(mat)
    piece = bpy.data.objects.new(name, mesh)
    piece.location = location
    bpy.context.collection.objects.link(piece)
    return piece


def lamp(name, energy, color, size, location, rotation):
    data = bpy.data.lights.new(name, "AREA")
    data.energy = energy
    data.color = color
    data.size = size
    light = bpy.data.objects.new(name, data)
    light.location = location
    light.rotation_euler = [math.radians(angle) for angle in rotation]
    bpy.context.collection.objects.link(light)
    return light


ivory = material("Ivory", (0.78, 0.7, 0.55), 0.3)
ebony = material("Ebony", (0.05, 0.035, 0.03), 0.25)
slate = material("Slate", (0.13, 0.14, 0.15), 0.5)
paper = material("Paper", (0.34, 0.33, 0.36), 0.9)

turned("King", [(0.0, 0.0), (0.3, 0.0), (0.31, 0.06), (0.25, 0.12), (0.26, 0.16), (0.15, 0.26), (0.11, 0.5), (0.1, 0.8),
                (0.19, 0.86), (0.19, 0.9), (0.12, 0.94), (0.17, 1.14), (0.15, 1.18), (0.05, 1.22), (0.03, 1.3),
                (0.055, 1.34), (0.03, 1.39), (0.0, 1.4)], (-0.1, 0.35, 0.1), ivory)
turned("Bishop", [(0.0, 0.0), (0.26, 0.0), (0.27, 0.05), (0.21, 0.11), (0.13, 0.22), (0.085, 0.45), (0.08, 0.62),
                  (0.16, 0.66), (0.09, 0.7), (0.13, 0.8), (0.12, 0.9), (0.05, 1.0), (0.03, 1.04), (0.0, 1.06)],
       (-0.75, 0.0, 0.1), ebony)
turned("Pawn", [(0.0, 0.0), (0.23, 0.0), (0.24, 0.05), (0.18, 0.1), (0.1, 0.22), (0.07, 0.42), (0.15, 0.46), (0.08, 0.49),
                (0.13, 0.56), (0.145, 0.63), (0.12, 0.71), (0.06, 0.76), (0.0, 0.775)], (0.55, -0.15, 0.1), ivory)

bpy.ops.mesh.primitive_cube_add(size=1.0, location=(-0.1, 0.1, 0.0))
board = bpy.context.object
board.name = "Board"
board.scale = (2.3, 1.7, 0.2)
board.data.materials.append(slate)
bpy.ops.mesh.primitive_plane_add(size=14.0, location=(0.0, 0.0, -0.1))
bpy.context.object.name = "Floor"
bpy.context.object.data.materials.append(paper)
bpy.ops.mesh.primitive_plane_add(size=14.0, location=(0.0, 3.2, 0.0), rotation=(math.radians(90), 0.0, 0.0))
bpy.context.object.name = "Backdrop"
bpy.context.object.data.materials.append(paper)

lamp("Key", 110.0, (1.0, 0.62, 0.507), 0.9, (-2.1, -1.9, 2.4), (50, 0, -48))
lamp("Fill", 22.0, (0.281, 0.562, 1.0), 2.0, (2.6, -1.6, 1.3), (72, 0, 58))
lamp("Rim", 168.0, (1.0, 0.6, 0.36), 0.6, (1.3, 2.3, 2.0), (-55, 0, -28))

world = bpy.context.scene.world
world.use_nodes = True
background = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
background.inputs["Color"].default_value = (0.3, 0.36, 0.48, 1.0)
background.inputs["Strength"].default_value = 0.0518

camera = bpy.data.objects["Camera1"]
camera.location = (-0.1, -4.0, 1.5)
camera.rotation_euler = (math.radians(78), 0.0, 0.0)
camera.data.lens = 60.0
