/** Where a part's text comes from: the name as written in `{{> name}}`. Undefined: there is no such part. */
export type PartSource = (name: string) => string | undefined;

const partPattern = /^[ \t]*\{\{>\s*([a-z_]+)\s*\}\}[ \t]*$/gm;
const variablePattern = /\{\{\s*([a-z_]+)\s*\}\}/g;

/**
 * Fills a Markdown template: `{{> name}}` on a line of its own is replaced by a part, `{{name}}` by a value. Values are
 * put in as they are and never read as templates, so a text that holds braces stays what it was.
 *
 * @throws Error when a part or a value is missing, so that no prompt goes out with a hole in it
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>, parts: PartSource): string {
  const whole = withParts(template, parts, 0);
  const filled = whole.replace(variablePattern, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Error(`a prompt asks for {{${name}}}, which nobody gives`);
    return value;
  });
  return filled
    .replace(/[ \t]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

function withParts(template: string, parts: PartSource, depth: number): string {
  if (depth > 5) throw new Error("prompt parts include each other in a circle");
  return template.replace(partPattern, (_, name: string) => {
    const part = parts(name);
    if (part === undefined) throw new Error(`there is no prompt part ${name}`);
    return withParts(part.trimEnd(), parts, depth + 1);
  });
}

/** Names of the values that a template asks for, parts included; in order of appearance, without repeats. */
export function valuesOf(template: string, parts: PartSource): string[] {
  const whole = withParts(template, parts, 0);
  return [...new Set([...whole.matchAll(variablePattern)].map((match) => match[1]!))];
}
