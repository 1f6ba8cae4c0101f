import { nearest } from "../../../config/suggest.ts";

/** A tool as far as its name goes; `aliases` are names it is known by elsewhere, in older prompts or to other models. */
export type NamedTool = { name: string; aliases?: readonly string[] };

const plain = (name: string): string =>
  name
    .trim()
    // Harmony's and Kimi's marks stand around the name: `functions.execute_code:0`, `execute_code<|channel|>commentary`.
    .replace(/<\|[\s\S]*$/, "")
    .replace(/^(functions?|tools?|default_api)[.:]/i, "")
    .replace(/:\d+$/, "")
    .replace(/[\s-]+/g, "_")
    .toLowerCase();

export type NameMatch =
  | { kind: "exact" | "alias"; name: string }
  /** `meant` is the nearest tool, if one is near. */
  | { kind: "unknown"; meant: string | undefined };

/** Which offered tool a name means. An alias counts only where its tool is offered; a mere likeness never does. */
export function matchName(said: string, offered: readonly NamedTool[]): NameMatch {
  if (offered.some(({ name }) => name === said)) return { kind: "exact", name: said };
  const wanted = plain(said);
  for (const { name, aliases } of offered) {
    if (plain(name) === wanted || aliases?.includes(wanted)) return { kind: "alias", name };
  }
  const names = offered.map(({ name }) => name);
  return { kind: "unknown", meant: nearest(wanted, names) };
}
