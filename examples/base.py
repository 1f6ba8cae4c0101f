"""The near-empty scene every example starts from: a camera, a world and render settings that all Blenders know."""
import math

import bpy

for item in list(bpy.data.objects):
    bpy.data.objects.remove(item)
scene = bpy.context.scene
scene.world = scene.world or bpy.data.worlds.new("World")
scene.world.use_nodes = True
scene.render.engine = "CYCLES"
scene.render.resolution_x = scene.render.resolution_y = 512
scene.cycles.samples = 512
scene.cycles.use_denoising = False
scene.cycles.use_adaptive_sampling = False
# Little noise for few samples: no caustics, clamped indirect light, short paths.
scene.cycles.max_bounces = 6
scene.cycles.sample_clamp_indirect = 4.0
scene.cycles.caustics_reflective = False
scene.cycles.caustics_refractive = False
scene.view_settings.view_transform = "Filmic"

camera = bpy.data.cameras.new("Camera1")
camera.lens = 55.0
holder = bpy.data.objects.new("Camera1", camera)
holder.location = (0.05, -3.15, 1.35)
holder.rotation_euler = (math.radians(74), 0.0, math.radians(1))
scene.collection.objects.link(holder)
scene.camera = holder
