"""A reading corner: a chair, a floor lamp and a side table, built from their measurements."""
import math

import bpy


def paint(name, color, roughness=0.5, glow=0.0):
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    bsdf = next(node for node in mat.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    bsdf.inputs["Base Color"].default_value = (*color, 1.0)
    bsdf.inputs["Roughness"].default_value = roughness
    if glow:
        socket = bsdf.inputs["Emission Color" if "Emission Color" in bsdf.inputs else "Emission"]
        socket.default_value = (*color, 1.0)
        bsdf.inputs["Emission Strength"].default_value = glow
    return mat


def box(name, width, depth, height, x, y, z, mat, tilt=0.0):
    bpy.ops.mesh.primitive_cube_add(size=1.0, location=(x, y, z), rotation=(math.radians(tilt), 0.0, 0.0))
    part = bpy.context.object
    part.name = name
    part.scale = (width, depth, height)
    part.data.materials.append(mat)
    return part


def rod(name, radius, start, end, mat, top=None):
    """A round bar between two points, tapering to `top`."""
    dx, dy, dz = (e - s for s, e in zip(start, end))
    length = math.sqrt(dx * dx + dy * dy + dz * dz)
    bpy.ops.mesh.primitive_cone_add(
        vertices=24, radius1=radius, radius2=radius if top is None else top, depth=length,
        location=[(s + e) / 2 for s, e in zip(start, end)],
        rotation=(0.0, math.acos(dz / length), math.atan2(dy, dx)),
    )
    bpy.ops.object.shade_smooth()
    bar = bpy.context.object
    bar.name = name
    bar.data.materials.append(mat)
    return bar


def chair(x, y, seat_width, seat_depth, seat_height, back_height, leg_radius, splay, mat, cushion):
    half_w, half_d = seat_width / 2, seat_depth / 2
    for sx in (-1, 1):
        for sy in (-1, 1):
            foot = (x + sx * (half_w + splay), y + sy * (half_d + splay), 0.0)
            rod("Leg", leg_radius, foot, (x + sx * half_w * 0.85, y + sy * half_d * 0.85, seat_height), mat)
    box("Seat", seat_width, seat_depth, 0.07, x, y, seat_height, mat)
    box("Cushion", seat_width * 0.9, seat_depth * 0.9, 0.09, x, y, seat_height + 0.075, cushion)
    for sx in (-1, 1):
        rod("Post", leg_radius, (x + sx * half_w * 0.9, y + half_d * 0.9, seat_height),
            (x + sx * half_w * 0.9, y + half_d * 0.9 + 0.12, seat_height + back_height), mat)
    box("Back", seat_width * 0.95, 0.05, back_height * 0.55, x, y + half_d * 0.9 + 0.09, seat_height + back_height * 0.7,
        mat, tilt=-8.0)


oak = paint("Oak", (0.5, 0.28, 0.12), 0.45)
felt = paint("Felt", (0.1, 0.27, 0.25), 0.95)
iron = paint("Iron", (0.06, 0.06, 0.065), 0.4)
shade = paint("Shade", (0.9, 0.62, 0.3), 0.8, glow=0.7)
wall = paint("Wall", (0.6, 0.55, 0.48), 0.9)
boards = paint("Boards", (0.27, 0.2, 0.15), 0.6)

chair(x=-0.35, y=0.0, seat_width=1.13, seat_depth=0.7, seat_height=0.62, back_height=0.633, leg_radius=0.035, splay=0.06,
      mat=oak, cushion=felt)

# Floor lamp
rod("Lamp foot", 0.24, (0.75, 0.5, 0.0), (0.75, 0.5, 0.05), iron)
rod("Lamp pole", 0.022, (0.75, 0.5, 0.05), (0.75, 0.5, 1.6), iron)
rod("Lamp shade", 0.53, (0.75, 0.5, 1.31), (0.75, 0.5, 1.66), shade, top=0.123)

# Side table
rod("Table top", 0.34, (0.75, -0.3, 0.5), (0.75, -0.3, 0.54), oak)
rod("Table stem", 0.04, (0.75, -0.3, 0.0), (0.75, -0.3, 0.5), iron)
rod("Cup", 0.0425, (0.7, -0.36, 0.54), (0.7, -0.36, 0.67), felt, top=0.0636)

bpy.ops.mesh.primitive_plane_add(size=12.0, location=(0.0, 0.0, 0.0))
bpy.context.object.data.materials.append(boards)
bpy.ops.mesh.primitive_plane_add(size=12.0, location=(0.0, 1.6, 0.0), rotation=(math.radians(90), 0.0, 0.0))
bpy.context.object.data.materials.append(wall)

data = bpy.data.lights.new("Window", "AREA")
data.energy = 160.0
data.color = (1.0, 0.94, 0.86)
data.size = 2.0
window = bpy.data.objects.new("Window", data)
window.location = (-2.6, -2.0, 2.6)
window.rotation_euler = (math.radians(55), 0.0, math.radians(-52))
bpy.context.collection.objects.link(window)

world = bpy.context.scene.world
world.use_nodes = True
sky = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
sky.inputs["Color"].default_value = (0.7, 0.8, 1.0, 1.0)
sky.inputs["Strength"].default_value = 0.25

camera = bpy.data.objects["Camera1"]
camera.location = (0.1, -4.9, 1.5)
camera.rotation_euler = (math.radians(83), 0.0, 0.0)
camera.data.lens = 58.0
