import type { Hostile } from "../program.ts";

const ours = { mustNot: "change what is rendered, how large, or where to" };

/** Programs that reach for the render. */
export const render: readonly Hostile[] = [
  {
    name: "path, format, size, border, range and samples of its own",
    ...ours,
    outcomes: ["ok"],
    weak: true,
    program: ({ outside }) => `
import bpy
scene = bpy.context.scene
r = scene.render
r.filepath = '${outside}/open/spore.png'
r.image_settings.file_format = 'OPEN_EXR'
r.resolution_x, r.resolution_y, r.resolution_percentage = 65536, 65536, 32767
r.use_border = r.use_crop_to_border = True
r.border_min_x, r.border_max_x = 0.4, 0.41
r.use_stamp = r.use_multiview = r.use_overwrite = True
r.use_file_extension = r.use_persistent_data = True
scene.frame_start, scene.frame_end, scene.frame_step = 0, 1048574, 1
scene.cycles.samples = 16777216
scene.cycles.use_adaptive_sampling = False
scene.cycles.time_limit = 86400
scene.keyframe_insert('cycles.samples')
scene.driver_add('cycles.samples').driver.expression = '1000000'`,
  },
  {
    name: "renders ten gigapixels itself",
    mustNot: "use more time or memory than it may",
    outcomes: ["timeout", "memory", "program", "crash"],
    limits: { seconds: 2.5, memoryMb: 1024 },
    program: `
import bpy
r = bpy.context.scene.render
r.engine = 'CYCLES'
bpy.context.scene.cycles.use_denoising = False
r.resolution_x = r.resolution_y = 65536
r.resolution_percentage = 300
r.filepath = bpy.path.abspath('//huge.png')
bpy.ops.render.render(write_still=True)
raise ValueError('it went on')`,
  },
  {
    name: "renders an endless animation",
    mustNot: "use more time or disk than it may",
    outcomes: ["timeout", "output"],
    limits: { seconds: 2, fileMb: 16 },
    program: `
import bpy, os
r = bpy.context.scene.render
r.engine = 'CYCLES'
bpy.context.scene.cycles.samples = 1
bpy.context.scene.cycles.use_denoising = False
r.resolution_x = r.resolution_y = 32
r.filepath = os.getcwd() + '/f'
bpy.context.scene.frame_end = 1048574
bpy.ops.render.render(animation=True)`,
  },
  {
    name: "handlers and timers",
    ...ours,
    outcomes: ["ok"],
    weak: true,
    program: `
import bpy
scene = bpy.context.scene
def spoil(*_):
    scene.render.resolution_x = 4000
    scene.render.filepath = '/tmp/spore.png'
    raise ValueError
@bpy.app.handlers.persistent
def stay(*_): spoil()
for name in dir(bpy.app.handlers):
    handlers = getattr(bpy.app.handlers, name)
    if isinstance(handlers, list) and 'depsgraph' not in name:
        handlers.append(spoil)
        handlers.append(stay)
bpy.app.timers.register(stay, persistent=True)
bpy.msgbus.subscribe_rna(key=(bpy.types.RenderSettings, 'filepath'), owner=scene, args=(), notify=spoil)`,
  },
  {
    name: "handler that feeds itself",
    mustNot: "hold the render",
    outcomes: ["ok", "program", "crash", "timeout"],
    limits: { seconds: 6 },
    program: `
import bpy
def again(*_):
    bpy.context.scene.frame_set(bpy.context.scene.frame_current + 1)
bpy.app.handlers.depsgraph_update_post.append(again)
bpy.app.handlers.frame_change_post.append(again)
bpy.ops.mesh.primitive_cube_add()`,
  },
  {
    name: "output nodes of the compositor",
    ...ours,
    outcomes: ["ok"],
    program: ({ outside }) => `
import bpy
scene = bpy.context.scene
scene.use_nodes = True
tree = scene.node_tree
for base in ('${outside}/open', bpy.path.abspath('//') or '.', '/tmp'):
    node = tree.nodes.new('CompositorNodeOutputFile')
    node.base_path = base
    tree.links.new(tree.nodes['Render Layers'].outputs['Image'], node.inputs[0])`,
  },
  {
    name: "infinite subdivision",
    mustNot: "use more time or memory than it may",
    outcomes: ["timeout", "memory", "crash", "program"],
    limits: { seconds: 6, memoryMb: 512 },
    weak: true,
    program: `
import bpy
bpy.ops.mesh.primitive_cube_add()
for _ in range(4):
    m = bpy.context.object.modifiers.new('x', 'SUBSURF')
    m.levels = m.render_levels = 11
bpy.context.view_layer.update()`,
  },
  {
    name: "billions of copies at render time only",
    mustNot: "use more time or memory than it may",
    outcomes: ["timeout", "memory", "crash", "program", "output"],
    limits: { seconds: 6, memoryMb: 512 },
    program: `
import bpy
bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=5)
for _ in range(3):
    m = bpy.context.object.modifiers.new('x', 'ARRAY')
    m.count = 2000
    m.show_viewport = False`,
  },
  {
    name: "graphics card renderers in its own time",
    mustNot: "take the engine with it",
    outcomes: ["ok", "program", "crash", "timeout", "memory"],
    limits: { seconds: 10 },
    program: `
import bpy
r = bpy.context.scene.render
r.engine = 'BLENDER_WORKBENCH'
r.resolution_x = r.resolution_y = 16
bpy.ops.render.render()`,
  },
  {
    name: "removes every object, camera and scene",
    mustNot: "take the engine with it",
    outcomes: ["program", "crash"],
    program: `
import bpy
for collection in (bpy.data.objects, bpy.data.cameras, bpy.data.worlds, bpy.data.collections, bpy.data.meshes, bpy.data.materials):
    for item in list(collection): collection.remove(item)
for scene in list(bpy.data.scenes)[1:]: bpy.data.scenes.remove(scene)
try: bpy.data.batch_remove(list(bpy.data.scenes) + list(bpy.data.window_managers))
except Exception: pass`,
  },
  {
    name: "starts Blender over",
    ...held(),
    outcomes: ["ok", "program"],
    program:
      "import bpy\nbpy.ops.wm.read_homefile(use_factory_startup=True, load_ui=True)\nbpy.ops.wm.read_factory_settings()",
  },
  {
    name: "turns every add-on on",
    ...held(),
    outcomes: ["ok", "program", "crash", "timeout"],
    limits: { seconds: 20 },
    program: `
import addon_utils
for module in list(addon_utils.modules())[:40]:
    try: addon_utils.enable(module.__name__, default_set=True, persistent=True)
    except Exception: pass`,
  },
];

function held(): { mustNot: string } {
  return { mustNot: "change what the next job finds" };
}
