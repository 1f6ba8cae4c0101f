/** What a prompt needs of an engine's capability card; the card itself fits. */
export interface EngineFacts {
  engine: string;
  version: string;
  devices?: readonly string[];
  renderers?: readonly string[];
  denoiser?: boolean;
}

/** The first number of "3.4.1", "4.2.0 LTS" or "Blender 5.2" as [major, minor]; null where there is none. */
export function versionOf(text: string): [number, number] | null {
  const found = /(\d+)\.(\d+)/.exec(text);
  return found === null ? null : [Number(found[1]), Number(found[2])];
}

const renamed: readonly [before: string, since4: string][] = [
  ["Transmission", "Transmission Weight"],
  ["Specular", "Specular IOR Level"],
  ["Subsurface", "Subsurface Weight"],
  ["Clearcoat", "Coat Weight"],
  ["Clearcoat Roughness", "Coat Roughness"],
  ["Sheen", "Sheen Weight"],
  ["Emission", "Emission Color"],
];

/** Inputs of the Principled BSDF whose names changed with Blender 4.0, as this version calls them. */
export function principledInputs(version: readonly [number, number]): string[] {
  return renamed.map(([before, after]) => (version[0] >= 4 ? after : before));
}

/** How this version calls EEVEE: it had another name from 4.2 up to 5.0. */
export function eeveeName(version: readonly [number, number]): "BLENDER_EEVEE" | "BLENDER_EEVEE_NEXT" {
  const next = version[0] === 4 && version[1] >= 2;
  return next ? "BLENDER_EEVEE_NEXT" : "BLENDER_EEVEE";
}

/**
 * What to know about the very Blender that will run the program: names that changed between versions, and calls that
 * models are known to invent. Source: the Python API's release notes of 3.2 to 5.0, the input names of a running 3.4.
 */
function blenderFacts(card: EngineFacts): string[] {
  const version = versionOf(card.version);
  const always = [
    'A rigid body world is made by `bpy.ops.rigidbody.world_add()`, a body by `bpy.ops.rigidbody.object_add(type="ACTIVE")` on the active object; `bpy.data.rigidbody_worlds` does not exist.',
    "Find the shader node by its type (`node.type == 'BSDF_PRINCIPLED'`) and look whether an input exists (`name in node.inputs`) before setting it.",
    "A mesh from `from_pydata` shows something only when it has faces; an object is in the scene only once its data block is linked to a collection.",
  ];
  if (version === null) return always;
  const [major, minor] = version;
  const atLeast = (a: number, b: number) => major > a || (major === a && minor >= b);
  const inputs = principledInputs(version)
    .map((name) => `"${name}"`)
    .join(", ");
  const other = principledInputs(major >= 4 ? [3, 6] : [4, 0])
    .filter((name) => !principledInputs(version).includes(name))
    .map((name) => `"${name}"`)
    .join(", ");
  const facts = [
    `Principled BSDF inputs of this version: ${inputs}, beside "Base Color", "Metallic", "Roughness", "IOR", "Alpha", "Emission Strength" and "Normal". Not ${other}: those belong to ${major >= 4 ? "3.x" : "4.x"}.`,
    `EEVEE is called "${eeveeName(version)}" here.`,
    atLeast(4, 1)
      ? "`mesh.use_auto_smooth` is gone: use `bpy.ops.object.shade_smooth_by_angle(angle=...)` on the selected, active object."
      : "Sharp edges on smooth meshes: `mesh.use_auto_smooth = True`.",
    atLeast(4, 0)
      ? "Sockets of a node group are added with `group.interface.new_socket(...)`."
      : "Sockets of a node group are added with `group.inputs.new(...)` and `group.outputs.new(...)`.",
    ...(atLeast(4, 1) ? ["There is no Musgrave texture: the noise texture took it over."] : []),
    ...(atLeast(5, 0)
      ? [
          "Curves of an action lie in its slots' channel bags: use `keyframe_insert` to set keys.",
          "The compositor's tree is `scene.compositing_node_group`, which ends in a NodeGroupOutput; `scene.node_tree` is gone.",
        ]
      : []),
    "An operator's context is overridden with `bpy.context.temp_override(...)`, not by a dictionary argument.",
  ];
  return [...facts, ...always];
}

/** The engine's part of a generator's prompt; without a card only what holds for every version. */
export function engineFacts(engine: string, card: EngineFacts | null): string {
  if (engine === "web") {
    const which = card === null ? "a browser" : `${card.engine === "web" ? "Chromium" : card.engine} ${card.version}`;
    return `The page is drawn by ${which} in a window 720 px high, and its picture shows all of it. There are these fonts, which others fall back to: Liberation Sans (Arial, Helvetica), Liberation Serif (Times), Liberation Mono (Courier), DejaVu Sans, DejaVu Serif, DejaVu Sans Mono.`;
  }
  if (engine === "slides") {
    const which = card === null ? "LibreOffice" : `LibreOffice ${card.version}`;
    return `The deck is drawn by ${which}: keep to what it shows as PowerPoint does. There are these fonts, name one of them: Arial (Liberation Sans), Times New Roman (Liberation Serif), Courier New (Liberation Mono), DejaVu Sans, DejaVu Serif, DejaVu Sans Mono. Any other is drawn with letters of other widths.`;
  }
  if (engine !== "blender") return card === null ? "" : `Programs run on ${card.engine} ${card.version}.`;
  const lines = blenderFacts(card ?? { engine: "blender", version: "" });
  const head = card === null ? "## Blender" : `## Blender ${card.version}`;
  const denoiser =
    card?.denoiser === false ? ["This build has no denoiser: leave `cycles.use_denoising` switched off."] : [];
  return [head, ...[...lines, ...denoiser].map((line) => `- ${line}`)].join("\n");
}
