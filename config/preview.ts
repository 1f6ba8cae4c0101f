import { isTree, type Tree } from "./layer.ts";
import { modeOf } from "./modes/index.ts";
import type { ModeDefinition } from "./modes/mode.ts";
import { kindOf, roleNames } from "./players.ts";
import type { ResolvedConfig } from "./resolved.ts";

/**
 * Previews that a model looks at: large and clean enough to tell shapes by, where a mode's own need only be measured. A
 * scene that takes 2 processor seconds at 256 px and 16 samples takes about 16 so, a fraction of a model's reply.
 */
const lookedAt = { px: 512, samples: 32 } as const;

/** Whether a model plays one of the roles that a tree names. */
function hasModel({ roles }: Tree): boolean {
  if (!isTree(roles)) return false;
  return roleNames.some((role) => {
    const written = roles[role];
    const player = isTree(written) ? written.player : written;
    return typeof player === "string" && kindOf(player) === null;
  });
}

/** A mode's defaults for a tree: with a model in either role, renders of a scene are made to be looked at. */
export function defaultsFor(mode: ModeDefinition, tree: Tree): Tree {
  const { defaults } = mode;
  const own = mode.engine !== "blender" || !hasModel(tree);
  return { ...defaults, render: { ...defaults.render, preview: own ? defaults.render.preview : lookedAt } };
}

/** How a run draws, in words for its plan. */
export function drawnText({ mode, render }: Pick<ResolvedConfig, "mode" | "render">): string | null {
  if (modeOf(mode).engine !== "blender") return null;
  const said = ({ px, samples, renderer }: ResolvedConfig["render"]["preview"]) =>
    `${px} px, ${samples} samples${renderer === undefined ? "" : ` by ${renderer}`}`;
  return `pictures: previews of ${said(render.preview)}, final ones of ${said(render.final)}`;
}
