"""A still life on an oak table: ten things, one window of soft light."""
import math

import bpy

SEGMENTS = 56


# ---- materials -------------------------------------------------------------------------------------------------------
def socket(node, *names):
    """The first input of these names that this Blender has (names differ between 3.x and 4.x)."""
    for name in names:
        if name in node.inputs:
            return node.inputs[name]
    raise KeyError(names)


def material(name, color, roughness=0.5, metallic=0.0, coat=0.0, transmission=0.0):
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    bsdf = next(node for node in mat.node_tree.nodes if node.type == "BSDF_PRINCIPLED")
    bsdf.inputs["Base Color"].default_value = (*color, 1.0)
    bsdf.inputs["Roughness"].default_value = roughness
    bsdf.inputs["Metallic"].default_value = metallic
    socket(bsdf, "Coat Weight", "Clearcoat").default_value = coat
    socket(bsdf, "Transmission Weight", "Transmission").default_value = transmission
    return mat


def two_tone(mat, dark, light, scale, stretch=(1.0, 1.0, 1.0), detail=3.0, distortion=0.0):
    """Lets a noise texture choose between two colours: wood grain, fruit skin, linen."""
    nodes, links = mat.node_tree.nodes, mat.node_tree.links
    bsdf = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
    coordinates = nodes.new("ShaderNodeTexCoord")
    mapping = nodes.new("ShaderNodeMapping")
    noise = nodes.new("ShaderNodeTexNoise")
    ramp = nodes.new("ShaderNodeValToRGB")
    mapping.inputs["Scale"].default_value = stretch
    noise.inputs["Scale"].default_value = scale
    noise.inputs["Detail"].default_value = detail
    noise.inputs["Distortion"].default_value = distortion
    ramp.color_ramp.elements[0].position = 0.35
    ramp.color_ramp.elements[1].position = 0.65
    ramp.color_ramp.elements[0].color = (*dark, 1.0)
    ramp.color_ramp.elements[1].color = (*light, 1.0)
    links.new(coordinates.outputs["Object"], mapping.inputs["Vector"])
    links.new(mapping.outputs["Vector"], noise.inputs["Vector"])
    links.new(noise.outputs["Fac"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], bsdf.inputs["Base Color"])
    return mat


# ---- shapes ----------------------------------------------------------------------------------------------------------
def place(obj, location, mat, turn=0.0):
    obj.location = location
    obj.rotation_euler = (0.0, 0.0, math.radians(turn))
    obj.data.materials.append(mat)
    return obj


def smooth_profile(points, steps=5):
    """Catmull-Rom through (radius, height) points."""
    out = []
    for i in range(len(points) - 1):
        p0, p1 = points[max(i - 1, 0)], points[i]
        p2, p3 = points[i + 1], points[min(i + 2, len(points) - 1)]
        for s in range(steps):
            u = s / steps
            out.append(tuple(
                0.5 * (2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u * u + (3 * b - a - 3 * c + d) * u ** 3)
                for a, b, c, d in zip(p0, p1, p2, p3)
            ))
    out.append(points[-1])
    return [(max(r, 0.0), z) for r, z in out]


def lathe(name, points):
    """Turns a profile about the upright axis."""
    profile = smooth_profile(points)
    vertices, faces = [], []
    for r, z in profile:
        for k in range(SEGMENTS):
            a = 2 * math.pi * k / SEGMENTS
            vertices.append((r * math.cos(a), r * math.sin(a), z))
    for j in range(len(profile) - 1):
        for k in range(SEGMENTS):
            n = (k + 1) % SEGMENTS
            faces.append((j * SEGMENTS + k, j * SEGMENTS + n, (j + 1) * SEGMENTS + n, (j + 1) * SEGMENTS + k))
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices, [], faces)
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))
    obj = bpy.data.objects.new(name, mesh)
    bpy.context.collection.objects.link(obj)
    return obj


def block(name, size, bevel=0.01):
    bpy.ops.mesh.primitive_cube_add(size=1.0)
    obj = bpy.context.object
    obj.name = name
    obj.scale = size
    edge = obj.modifiers.new("Bevel", "BEVEL")
    edge.width = bevel
    edge.segments = 3
    return obj


# ---- the room --------------------------------------------------------------------------------------------------------
oak = two_tone(material("Oak", (0.4, 0.25, 0.14), roughness=0.45, coat=0.15),
               dark=(0.16, 0.075, 0.032), light=(0.42, 0.235, 0.115), scale=2.2, stretch=(0.7, 9.0, 1.0), distortion=0.9)
wall = two_tone(material("Wall", (0.3, 0.33, 0.33), roughness=0.9),
                dark=(0.19, 0.225, 0.225), light=(0.27, 0.305, 0.295), scale=0.9, detail=6.0)
linen = two_tone(material("Linen", (0.7, 0.65, 0.55), roughness=0.95),
                 dark=(0.58, 0.52, 0.42), light=(0.72, 0.67, 0.57), scale=26.0, stretch=(1.0, 6.0, 1.0))

table = place(block("Table", (6.0, 3.0, 0.1), bevel=0.02), (0.0, 0.3, -0.05), oak)
bpy.ops.mesh.primitive_plane_add(size=8.0, location=(0.0, 1.9, 2.0), rotation=(math.radians(90), 0.0, 0.0))
bpy.context.object.name = "Wall"
bpy.context.object.data.materials.append(wall)

# ---- ten things ------------------------------------------------------------------------------------------------------
glaze = material("Glaze", (0.114, 0.266, 0.0976), roughness=0.18, coat=0.6)
vase = place(lathe("Vase", [(0.0, 0.0), (0.15, 0.0), (0.2, 0.06), (0.29, 0.3), (0.27, 0.52), (0.13, 0.74), (0.1, 0.86),
                            (0.155, 0.95), (0.13, 0.95), (0.08, 0.85)]),
             (-0.496, 0.75, 0.0), glaze)

stoneware = two_tone(material("Stoneware", (0.75, 0.7, 0.6), roughness=0.35, coat=0.3),
                     dark=(0.6, 0.52, 0.4), light=(0.78, 0.73, 0.63), scale=9.0, detail=5.0)
jug = place(lathe("Jug", [(0.0, 0.0), (0.17, 0.0), (0.23, 0.08), (0.25, 0.22), (0.2, 0.4), (0.165, 0.5), (0.19, 0.6),
                          (0.17, 0.6), (0.145, 0.5)]),
            (0.1, 0.78, 0.0), stoneware)

green_glass = material("Green glass", (0.25, 0.55, 0.33), roughness=0.03, transmission=0.85)
bottle = place(lathe("Bottle", [(0.0, 0.0), (0.125, 0.0), (0.14, 0.03), (0.14, 0.46), (0.12, 0.56), (0.05, 0.68),
                                (0.042, 0.88), (0.055, 0.9), (0.05, 0.94), (0.0, 0.94)]),
               (0.62, 0.66, 0.0), green_glass)

copper = material("Copper", (0.83, 0.38, 0.22), roughness=0.24, metallic=1.0)
bowl = place(lathe("Bowl", [(0.0, 0.02), (0.12, 0.0), (0.14, 0.03), (0.26, 0.12), (0.33, 0.25), (0.315, 0.255),
                            (0.24, 0.14), (0.1, 0.06), (0.0, 0.05)]),
             (0.229, 0.00576, 0.0), copper)

brass = material("Brass", (0.72, 0.5, 0.2), roughness=0.3, metallic=1.0)
candlestick = place(lathe("Candlestick", [(0.0, 0.0), (0.15, 0.0), (0.14, 0.03), (0.04, 0.07), (0.03, 0.18), (0.05, 0.22),
                                          (0.03, 0.26), (0.03, 0.36), (0.075, 0.4), (0.0, 0.4)]),
                    (-0.2, 0.42, 0.0), brass)
wax = material("Wax", (0.86, 0.8, 0.66), roughness=0.5)
candle = place(lathe("Candle", [(0.0, 0.0), (0.043, 0.0), (0.043, 0.1), (0.043, 0.33), (0.036, 0.35), (0.0, 0.345)]),
               (-0.299, 0.42, 0.4), wax)

leather = material("Leather", (0.3, 0.045, 0.035), roughness=0.5, coat=0.1)
book = place(block("Book", (0.52, 0.36, 0.085), bevel=0.012), (-0.795, 0.1, 0.0425), leather, turn=11.7)

pear_skin = two_tone(material("Pear skin", (0.5, 0.45, 0.08), roughness=0.4, coat=0.15),
                     dark=(0.33, 0.32, 0.045), light=(0.58, 0.47, 0.085), scale=5.0)
pear = place(lathe("Pear", [(0.0, 0.0), (0.08, 0.005), (0.135, 0.08), (0.135, 0.15), (0.09, 0.25), (0.055, 0.32),
                            (0.02, 0.355), (0.0, 0.357)]),
             (-0.62, 0.08, 0.085), pear_skin)

apple_skin = two_tone(material("Apple skin", (0.5, 0.05, 0.03), roughness=0.3, coat=0.3),
                      dark=(0.38, 0.018, 0.015), light=(0.55, 0.1, 0.03), scale=3.0)
apple = place(lathe("Apple", [(0.0, 0.015), (0.05, 0.0), (0.12, 0.06), (0.145, 0.14), (0.12, 0.22), (0.05, 0.245),
                              (0.0, 0.215)]),
              (-0.216, 0.063, 0.0), apple_skin)

orange_peel = material("Orange peel", (0.78, 0.24, 0.02), roughness=0.4, coat=0.15)
bpy.ops.mesh.primitive_uv_sphere_add(segments=48, ring_count=24, radius=0.135)
bpy.ops.object.shade_smooth()
orange = bpy.context.object
orange.name = "Orange"
place(orange, (0.36, 0.13, 0.2), orange_peel)

lemon_peel = material("Lemon peel", (0.8, 0.58, 0.045), roughness=0.38, coat=0.2)
lemon = place(lathe("Lemon", [(0.0, -0.15), (0.025, -0.14), (0.085, -0.085), (0.108, 0.0), (0.085, 0.085),
                              (0.025, 0.14), (0.0, 0.15)]),
              (0.8, -0.1, 0.105), lemon_peel)
lemon.rotation_euler = (math.radians(90), 0.0, math.radians(-35))

# ---- light and camera ------------------------------------------------------------------------------------------------
window = bpy.data.lights.new("Window", "AREA")
window.energy = 255.0
window.color = (1.0, 0.9, 0.76)
window.size = 1.6
window_obj = bpy.data.objects.new("Window", window)
window_obj.location = (-2.3, -0.7, 2.2)
window_obj.rotation_euler = (math.radians(52), 0.0, math.radians(-79.5))
bpy.context.collection.objects.link(window_obj)

world = bpy.context.scene.world
world.use_nodes = True
background = next(node for node in world.node_tree.nodes if node.type == "BACKGROUND")
background.inputs["Color"].default_value = (0.6, 0.72, 0.9, 1.0)
background.inputs["Strength"].default_value = 0.22
