import { statSync } from "node:fs";
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
  map("assets", (key, value) => (key === "folders" && Array.isArray(value) ? value.map(path) : value));
  map("models", (_name, keys) =>
    isTree(keys) && "key_file" in keys ? { ...keys, key_file: path(keys.key_file) } : keys,
  );
  map("bus", (key, value) => (key === "creds" ? path(value) : value));
  map("programs", (_key, value) => (typeof value === "string" && /[/~]/.test(value) ? path(value) : value));
  for (const section of ["roles", "shadow"]) map(section, (_role, value) => playerPath(value, from));
  return out;
}

function playerPath(role: unknown, from: string): unknown {
  if (!isTree(role) || typeof role.player !== "string") return role;
  const own = kindOf(role.player);
  if (own?.argument == null || own.argument === "") return role;
  if (own.kind === "command") return { ...role, player: `command:${commandPaths(own.argument, from)}` };
  if (players[own.kind]?.argument?.path !== true) return role;
  return { ...role, player: `${own.kind}:${absolute(own.argument, from)}` };
}

/** A command runs in a folder of its own: its words that name files of the caller's become absolute. */
function commandPaths(command: string, from: string): string {
  let first = true;
  return command.replace(/(?:\\.|[^\s\\])+/g, (word) => {
    const plain = word.replace(/\\(.)/g, "$1");
    const path = absolute(plain, from);
    const program = first && /[/~]/.test(plain);
    const file = !first && !plain.startsWith("/") && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    first = false;
    return program || file ? path.replace(/[\s\\]/g, "\\$&") : word;
  });
}
