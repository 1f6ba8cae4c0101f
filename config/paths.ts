import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { isTree, type Tree } from "./layer.ts";
import { kindOf, players } from "./players.ts";

/**
 * A path as written, made absolute: `~/` is the home folder, all else is relative to `from`. Environment variables
 * are not expanded, so that no secret can slip into a recorded configuration.
 */
export function absolute(written: string, from: string): string {
  if (written === "~" || written.startsWith("~/")) return join(homedir(), written.slice(1));
  return resolve(from, written);
}

/** An expanded layer with its paths made absolute. A program named without a slash stays a name to find on PATH. */
export function absolutePaths(tree: Tree, from: string): Tree {
  const out: Tree = { ...tree };
  const map = (section: string, change: (key: string, value: unknown) => unknown): void => {
    const at = out[section];
    if (isTree(at)) out[section] = Object.fromEntries(Object.entries(at).map(([key, v]) => [key, change(key, v)]));
  };
  const path = (value: unknown): unknown => (typeof value === "string" && value !== "" ? absolute(value, from) : value);
  map("task", (key, value) => {
    if (key === "targets" && Array.isArray(value)) return value.map(path);
    if (key === "views" && Array.isArray(value)) {
      return value.map((view) => (isTree(view) && "target" in view ? { ...view, target: path(view.target) } : view));
    }
    return ["dir", "start", "start_image", "base", "assets"].includes(key) ? path(value) : value;
  });
  map("bus", (key, value) => (key === "creds" ? path(value) : value));
  map("programs", (_key, value) => (typeof value === "string" && /[/~]/.test(value) ? path(value) : value));
  for (const section of ["roles", "shadow"]) map(section, (_role, value) => playerPath(value, from));
  return out;
}

function playerPath(role: unknown, from: string): unknown {
  if (!isTree(role) || typeof role.player !== "string") return role;
  const own = kindOf(role.player);
  if (own?.argument == null || own.argument === "" || players[own.kind]?.argument?.path !== true) return role;
  return { ...role, player: `${own.kind}:${absolute(own.argument, from)}` };
}
