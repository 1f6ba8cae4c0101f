import { nearest } from "../../../config/suggest.ts";

/**
 * A tool as far as its name and the names of its arguments go; `aliases` are names it is known by elsewhere, in older
 * prompts or to other models.
 */
export type NamedTool = { name: string; aliases?: readonly string[]; parameters?: Record<string, unknown> };

/** Names of a tool's arguments, in its order. */
export function argumentNames({ parameters }: NamedTool): string[] {
  const properties = parameters?.properties;
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

/** The tools' names and aliases as the inside of a pattern; undefined where there are none. */
export function namePattern(offered: readonly NamedTool[]): string | undefined {
  const names = offered.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  const sorted = [...new Set(names)].sort((a, b) => b.length - a.length);
  return sorted.length === 0 ? undefined : sorted.map((name) => name.replaceAll(/[^\w]/g, "\\$&")).join("|");
}

const plain = (name: string): string =>
  name
    .trim()
    // Harmony's and Kimi's marks stand around the name: `functions.execute_code:0`, `execute_code<|channel|>commentary`.
    .replace(/<\|[\s\S]*$/, "")
    .replace(/^(functions?|tools?|default_api)[.:]/i, "")
    .replace(/:\d+$/, "")
    .replace(/[\s-]+/g, "_")
    .toLowerCase();

/**
 * Names from the paper's own text and its reference that stand for a tool of another name, whoever offers it. A tool's
 * definition has more (`aliases`); these hold for tools that a user's server or a later skill brings, too.
 */
const paperNames: Readonly<Record<string, string>> = {
  setup_camera: "set_camera",
  set_key_frame: "set_keyframe",
  get_better_object: "get_better_assets",
  get_better_objects: "get_better_assets",
  get_better_asset: "get_better_assets",
  initialize_viewpoints: "initialize_viewpoint",
};

export type NameMatch =
  | { kind: "exact" | "alias"; name: string }
  /** `meant` is the nearest tool, if one is near. */
  | { kind: "unknown"; meant: string | undefined };

/** Which offered tool a name means. An alias counts only where its tool is offered; a mere likeness never does. */
export function matchName(said: string, offered: readonly NamedTool[]): NameMatch {
  if (offered.some(({ name }) => name === said)) return { kind: "exact", name: said };
  const wanted = plain(said);
  for (const { name, aliases } of offered) {
    if (plain(name) === wanted || aliases?.includes(wanted) || paperNames[wanted] === name)
      return { kind: "alias", name };
  }
  const names = offered.map(({ name }) => name);
  return { kind: "unknown", meant: nearest(wanted, names) };
}
