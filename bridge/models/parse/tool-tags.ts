import type { RawCall } from "./calls.ts";
import { argumentNames, matchName, type NamedTool, namePattern } from "./tool-names.ts";

/** Value between two tags: a line break after the first belongs to the form, and then one before the last does too. */
const unwrapped = (value: string): string =>
  /^\r?\n/.test(value) ? value.replace(/^\r?\n/, "").replace(/\r?\n$/, "") : value;

/** Arguments whose tags are their names; undefined where anything else stands between them. */
function argumentsOf(body: string, names: readonly string[]): Record<string, unknown> | undefined {
  const args: Record<string, unknown> = {};
  let rest = body.trim();
  while (rest !== "") {
    const name = names.find((each) => rest.startsWith(`<${each}>`));
    if (name === undefined) return undefined;
    const close = `</${name}>`;
    // The value may hold the same tag: the last one that another argument or the end follows is its end.
    let end = -1;
    for (let at = rest.indexOf(close); at >= 0; at = rest.indexOf(close, at + 1)) {
      const after = rest.slice(at + close.length).trimStart();
      if (after === "" || names.some((each) => each !== name && after.startsWith(`<${each}>`))) end = at;
      if (after !== "" && end === at) break;
    }
    if (end < 0) return undefined;
    const value = unwrapped(rest.slice(name.length + 2, end));
    Object.defineProperty(args, name, { value, enumerable: true, configurable: true, writable: true });
    rest = rest.slice(end + close.length).trim();
  }
  return args;
}

/**
 * Calls whose tag is the tool's name and whose arguments' tags are theirs, as coding agents taught models to write
 * them: `<end_process><reason>done</reason></end_process>`, `<get_scene_info/>`. Only whole ones.
 */
export function readToolTags(text: string, offered: readonly NamedTool[]): RawCall[] {
  const pattern = namePattern(offered);
  if (pattern === undefined) return [];
  const found: RawCall[] = [];
  const opening = new RegExp(`<(${pattern})\\s*(/?)>`, "g");
  for (let match = opening.exec(text); match !== null && found.length < 16; match = opening.exec(text)) {
    const name = match[1]!;
    const matched = matchName(name, offered);
    const tool = matched.kind === "unknown" ? undefined : offered.find((each) => each.name === matched.name);
    const from = match.index + match[0].length;
    const close = match[2] === "/" ? from : text.lastIndexOf(`</${name}>`);
    if (tool === undefined || close < from) continue;
    const args = argumentsOf(text.slice(from, close), argumentNames(tool));
    if (args === undefined) continue;
    const end = match[2] === "/" ? from : close + name.length + 3;
    found.push({ name, args, form: "xml", repaired: false, complete: true, start: match.index, end });
    opening.lastIndex = end;
  }
  return found;
}
