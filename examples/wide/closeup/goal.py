"""A hand's breadth of slate, square: small things lying at any angle, seen from close by. Written flat, operator by operator."""
import bpy


def principled(name, rgb, rough, metal=0.0):
    mat = bpy.data.materials.new(name)
    mat.use_nodes = True
    shader = next(n for n in mat.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
    shader.inputs["Base Color"].default_value = (*rgb, 1.0)
    shader.inputs["Roughness"].default_value = rough
    shader.inputs["Metallic"].default_value = metal
    return mat


slate = principled("slate", (0.09, 0.1, 0.12), 0.6)
granite = principled("granite", (0.4, 0.33, 0.3), 0.7)
jade = principled("jade", (0.1, 0.42, 0.24), 0.25)
gold = principled("gold", (0.85, 0.55, 0.16), 0.25, 1.0)
bone = principled("bone", (0.78, 0.72, 0.6), 0.4)
coral = principled("coral", (0.75, 0.16, 0.1), 0.45)
ink = principled("ink", (0.05, 0.08, 0.3), 0.3)

bpy.ops.mesh.primitive_plane_add(size=3.0)
bpy.context.object.data.materials.append(slate)

bpy.ops.mesh.primitive_uv_sphere_add(segments=40, ring_count=20, radius=0.05)
pebble = bpy.context.object
pebble.name = "pebble"
pebble.location = (-0.16, 0.1, 0.03)
pebble.rotation_euler = (0.0, 0.1, 0.5)
pebble.scale = (1.3, 0.9, 0.6)
pebble.data.materials.append(granite)

bpy.ops.mesh.primitive_uv_sphere_add(segments=40, ring_count=20, radius=0.04)
bead = bpy.context.object
bead.name = "bead"
bead.location = (0.05, -0.06, 0.04)
bead.scale = (1.0, 1.0, 1.0)
bead.data.materials.append(jade)

bpy.ops.mesh.primitive_torus_add(major_segments=64, minor_segments=16, major_radius=0.06, minor_radius=0.012)
band = bpy.context.object
band.name = "band"
band.location = (0.17, 0.05, 0.035)
band.rotation_euler = (0.45, 0.0, 0.8)
band.data.materials.append(gold)

bpy.ops.mesh.primitive_cube_add(size=0.08)
die = bpy.context.object
die.name = "die"
die.location = (-0.04, 0.17, 0.04)
die.rotation_euler = (0.0, 0.0, 0.35)
die.data.materials.append(bone)

bpy.ops.mesh.primitive_cylinder_add(vertices=64, radius=0.055, depth=0.01)
coin = bpy.context.object
coin.name = "coin"
coin.location = (-0.14, -0.12, 0.005)
coin.rotation_euler = (0.0, 0.0, 0.0)
coin.data.materials.append(gold)

bpy.ops.mesh.primitive_cone_add(vertices=48, radius1=0.045, radius2=0.008, depth=0.14)
spire = bpy.context.object
spire.name = "spire"
spire.location = (0.14, 0.2, 0.045)
spire.rotation_euler = (1.45, 0.0, 2.2)
spire.data.materials.append(coral)

bpy.ops.mesh.primitive_cube_add(size=0.1)
tile = bpy.context.object
tile.name = "tile"
tile.location = (0.2, -0.14, 0.012)
tile.rotation_euler = (0.0, 0.0, -0.4)
tile.scale = (1.2, 0.7, 0.24)
tile.data.materials.append(ink)

# A soft pod with three keys.
bpy.ops.mesh.primitive_uv_sphere_add(segments=48, ring_count=24, radius=0.07)
pod = bpy.context.object
pod.name = "pod"
pod.location = (0.0, 0.03, 0.05)
pod.rotation_euler = (0.0, 0.0, 0.9)
pod.data.materials.append(coral)
pod.shape_key_add(name="Basis")
flat = pod.shape_key_add(name="Flat")
horn = pod.shape_key_add(name="Horn")
waist = pod.shape_key_add(name="Waist")
for i, v in enumerate(pod.data.vertices):
    x, y, z = v.co
    flat.data[i].co = (x * 1.3, y * 1.3, z * 0.4 - 0.02)
    horn.data[i].co = (x * (1 + 1.4 * max(0, x / 0.07) ** 2), y * (1 - 0.5 * max(0, x / 0.07)), z)
    waist.data[i].co = (x, y * (0.45 + 7.9 * abs(x)), z)
flat.value = 0.35
horn.value = 0.45
waist.value = 0.3

for item in (pebble, bead, band, die, coin, spire, pod):
    for polygon in item.data.polygons:
        polygon.use_smooth = item in (pebble, bead, band, pod)

bpy.ops.object.light_add(type="AREA", location=(-0.6, -0.3, 0.7), rotation=(0.5, -0.6, 0.0))
key = bpy.context.object
key.name = "key"
key.data.energy = 5.0
key.data.size = 0.35
key.data.color = (1.0, 0.9, 0.78)
bpy.ops.object.light_add(type="AREA", location=(0.6, 0.4, 0.5), rotation=(-0.5, 0.8, 0.0))
fill = bpy.context.object
fill.name = "fill"
fill.data.energy = 2.0
fill.data.size = 0.5
fill.data.color = (0.7, 0.82, 1.0)
air = next(n for n in bpy.context.scene.world.node_tree.nodes if n.type == "BACKGROUND")
air.inputs["Color"].default_value = (0.5, 0.5, 0.55, 1.0)
air.inputs["Strength"].default_value = 0.2

camera = bpy.data.objects["Camera1"]
camera.location = (0.02, -0.62, 0.62)
camera.rotation_euler = (0.79, 0.0, 0.03)
camera.data.lens = 50.0
