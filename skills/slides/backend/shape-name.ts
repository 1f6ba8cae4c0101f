import type { SlideShape } from "../tools/deck/summary.ts";

/** How a shape is called in words: by its text, else by its name. */
export function nameOf({ text = "", name }: SlideShape): string {
  const said = text.replace(/\s+/g, " ").trim();
  return said === "" ? `'${name}'` : `'${said.length > 40 ? `${said.slice(0, 37)}...` : said}'`;
}
