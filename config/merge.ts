import { isTree, nullCounts, type Path, put, type Tree } from "./layer.ts";
import { kindOf, players } from "./players.ts";
import { modelSettings } from "./roles.ts";

/**
 * Lays `over` on `under`: maps are merged key by key, everything else (lists too) is replaced. A key with nothing
 * after it (null) counts as not written where `under` has a value. `at` is where both lie in the configuration.
 */
export function merge(under: Tree, over: Tree, at: Path = []): Tree {
  const out: Tree = {};
  for (const [key, value] of Object.entries(under)) put(out, key, value);
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(out, key) ? out[key] : undefined;
    const here = [...at, key];
    if (value === null && below !== undefined && !nullCounts(here)) continue;
    put(out, key, isTree(below) && isTree(value) ? merge(below, value, here) : value);
  }
  return out;
}

/** Short forms in their long form, so that layers meet on the same keys: a role's, a task's and a refinement's string. */
export function expand(tree: Tree): Tree {
  const out = merge({}, tree);
  if (typeof out.task === "string") out.task = { dir: out.task };
  if (typeof out.refine === "string") out.refine = { player: out.refine };
  for (const section of roleSections) {
    const roles = out[section];
    if (!isTree(roles)) continue;
    const long: Tree = {};
    for (const [role, value] of Object.entries(roles)) {
      put(long, role, typeof value === "string" ? { player: value } : value);
    }
    out[section] = long;
  }
  return out;
}

export const roleSections = ["roles", "shadow"] as const;

/** A player that no setting of a role means anything to. */
const takesNone = (player: unknown): boolean =>
  typeof player === "string" && players[kindOf(player)?.kind ?? ""]?.settings === false;

/** Merges two expanded layers. Naming a player that takes no settings drops those the role would inherit. */
export function mergeConfig(under: Tree, over: Tree): Tree {
  const lower = merge({}, under);
  for (const section of roleSections) {
    const [mine, theirs] = [over[section], lower[section]];
    if (!isTree(mine) || !isTree(theirs)) continue;
    const kept = merge({}, theirs);
    for (const [role, value] of Object.entries(mine)) {
      const below = Object.hasOwn(kept, role) ? kept[role] : undefined;
      if (!isTree(value) || !isTree(below) || !takesNone(value.player)) continue;
      put(kept, role, Object.fromEntries(Object.entries(below).filter(([key]) => !modelSettings.includes(key))));
    }
    lower[section] = kept;
  }
  return merge(lower, over);
}
