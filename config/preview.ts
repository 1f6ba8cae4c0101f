import { isTree, type Tree } from "./layer.ts";
import type { ModeDefinition } from "./modes/mode.ts";
import { kindOf, roleNames } from "./players.ts";
import type { ResolvedConfig } from "./resolved.ts";

/** Whether a model plays one of the roles that a tree names. */
function hasModel({ roles }: Tree): boolean {
  if (!isTree(roles)) return false;
  return roleNames.some((role) => {
    const written = roles[role];
    const player = isTree(written) ? written.player : written;
    return typeof player === "string" && kindOf(player) === null;
  });
}

/**
 * A mode's defaults for a tree: with a model in either role, previews are large and clean enough to tell shapes by. A scene
 * that takes 2 processor seconds at 256 px and 16 samples takes about 16 so, a fraction of a model's reply.
 */
export function defaultsFor({ defaults, lookedAt }: ModeDefinition, tree: Tree): Tree {
  const preview = lookedAt !== undefined && hasModel(tree) ? lookedAt : defaults.render.preview;
  return { ...defaults, render: { ...defaults.render, preview } };
}

/** How a run draws, in words for its plan. */
export function drawnText({ render }: Pick<ResolvedConfig, "render">): string {
  const said = ({ px, samples, renderer }: ResolvedConfig["render"]["preview"]) =>
    `${px} px${samples === 1 ? "" : `, ${samples} samples`}${renderer === undefined ? "" : ` by ${renderer}`}`;
  return `pictures: previews of ${said(render.preview)}, final ones of ${said(render.final)}`;
}
