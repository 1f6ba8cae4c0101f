/** Programs of the chaos fixture: a cube on a plane, a little further each round, not better every time. */
const shifts = [0.9, 0.5, 0.7, 0.3, 0.35, 0.1, 0.2, 0.05, 0.15, 0];

/** The program of round `t`; 0 is the start program. Deterministic. */
export function programOf(t: number): string {
  const shift = shifts[t % shifts.length] ?? 0;
  return `import bpy
bpy.ops.wm.read_factory_settings(use_empty=True)
bpy.ops.mesh.primitive_plane_add(size=10, location=(0, 0, -0.8))
bpy.ops.mesh.primitive_cube_add(size=1.6, location=(${shift}, 0.2, ${(shift / 2).toFixed(3)}))
bpy.ops.object.light_add(type="SUN", location=(0, 0, 5), rotation=(0.5, 0.3, 0))
bpy.context.object.data.energy = ${(1 + shift).toFixed(2)}
bpy.ops.object.camera_add(location=(0, -6, 3), rotation=(1.1, 0, 0))
bpy.context.scene.camera = bpy.context.object
# round ${t}
`;
}
