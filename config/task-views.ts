import type { PictureSize, View } from "../machines/domain/index.ts";
import type { ModeDefinition } from "./modes/mode.ts";
import type { TaskView } from "./views.ts";

/** A target picture by the name of its view. */
type Target = PictureSize & { name: string };

/** A view before its shape is known. */
type Taken = Omit<View, "aspect"> & { size?: readonly [number, number] | undefined };

/**
 * The pictures to take, each with its target's aspect: those written, else the mode's own with one for each further
 * target. A view without a target of its own (BlenderGym's second camera) has the first target's aspect, and without any
 * target that of `size`, else the scene's.
 */
export function viewsOf(
  written: readonly TaskView[] | undefined,
  mode: ModeDefinition,
  targets: readonly Target[],
): View[] {
  const views = ownCameras([...firstViews(written, mode), ...furtherViews(written, mode, targets)], targets);
  const shaped = views.map(({ size, ...view }): View => {
    const own = targets.find((target) => target.name === view.name);
    const from = own ?? (size === undefined ? targets[0] : { width: size[0], height: size[1] });
    return from === undefined ? view : { ...view, aspect: { width: from.width, height: from.height } };
  });
  return mode.frames === "single" || written !== undefined ? shaped : withLaterFrames(shaped);
}

/** A scene that moves is compared at its first frame, unless a view has another. */
const frameOf = (mode: ModeDefinition, frame: View["frame"]): Pick<View, "frame"> => {
  const shown = frame ?? (mode.frames === "single" ? undefined : ("start" as const));
  return shown === undefined ? {} : { frame: shown };
};

function firstViews(written: readonly TaskView[] | undefined, mode: ModeDefinition): Taken[] {
  if (written === undefined) return mode.views.map((view) => ({ ...view, ...frameOf(mode, undefined) }));
  return written.map(({ name, camera, frame, size }) => ({
    name,
    camera: camera ?? null,
    ...frameOf(mode, frame),
    size,
  }));
}

/** A view for each target that has none, where the mode measures all of them. */
function furtherViews(
  written: readonly TaskView[] | undefined,
  mode: ModeDefinition,
  targets: readonly Target[],
): Taken[] {
  if (mode.targetsAreViews !== true) return [];
  const named = new Set((written ?? mode.views).map(({ name }) => name));
  const rest = targets.filter(({ name }) => !named.has(name));
  return rest.map(({ name }) => ({ name, camera: null, ...frameOf(mode, undefined) }));
}

/**
 * Two photographs are no one picture: of the views with a target that show the active camera at one frame all but the
 * first take a camera of their own name.
 */
function ownCameras(views: readonly Taken[], targets: readonly Target[]): Taken[] {
  const taken = new Set<string>();
  return views.map((view) => {
    if (view.camera !== null || !targets.some(({ name }) => name === view.name)) return view;
    const frame = String(view.frame);
    if (taken.has(frame)) return { ...view, camera: view.name };
    taken.add(frame);
    return view;
  });
}

/** Each picture again in the middle and at the end of the scene's range, where no target is compared. */
function withLaterFrames(views: readonly View[]): View[] {
  const later = (["middle", "end"] as const).flatMap((frame) =>
    views.map((view) => ({ ...view, name: `${view.name}_${frame}`, frame })),
  );
  return [...views, ...later];
}
