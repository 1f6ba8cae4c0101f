import { plainText } from "../../config/plain-text.ts";

/** Markup that is known to be safe. Everything else is escaped where it is put in. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
/** Text as HTML shows it, also inside a quoted attribute, without characters that no reader sees. */
export function escaped(text: string): string {
  return plainText(text).replace(/[&<>"']/g, (character) => entities[character]!);
}

export type Part = Markup | string | number | null | undefined | false | readonly Part[];

function put(part: Part): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(put).join("");
  return escaped(String(part));
}

/** Tagged template for HTML: values are escaped unless they are Markup; null, undefined and false vanish. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(strings.reduce((out, text, i) => out + put(parts[i - 1]) + text));
}
