import type { Rgb } from "../matching/ciede2000.ts";
import { parseSoup, type SoupTag, soupHtml, tagsOf } from "./soup.ts";

/** Tags that get a colour of their own; the text of all others has the colour of what they stand in. */
const texts = new Set("p h1 h2 h3 h4 h5 h6 div span a b li table td th button footer header figcaption".split(" "));

/** White space at a text's ends, as Python has it. */
const blank = "[\\s\\u001c-\\u001f\\u0085]+";
const blankEnds = new RegExp(`^${blank}|${blank}$`, "g");

/** Colours a channel takes, 16 apart so that smoothed edges are told from text. */
const levels = Array.from({ length: 16 }, (_, index) => 10 + 16 * index);
const hex = (rgb: Rgb) => `#${rgb.map((value) => value.toString(16).toUpperCase().padStart(2, "0")).join("")}`;

/** Colour number `index` of a page, the brightest first; undefined where there is none left. */
function palette(index: number, shift: number): Rgb | undefined {
  const from = levels.length ** 3 - 1 - index;
  if (from < 0) return undefined;
  const channel = (place: number) => (levels[Math.floor(from / levels.length ** place) % levels.length]! + shift) % 256;
  return [channel(2), channel(1), channel(0)];
}

function setStyle(tag: SoupTag, property: string, value: string): void {
  const others = (tag.attributes.get("style") ?? "")
    .split(";")
    .filter((rule) => rule.trim() !== "" && !rule.trim().startsWith(property));
  tag.attributes.set("style", [...others, `${property}: ${value} !important`].join("; ").trim());
}

/** Shift of the second copy of a page, on every channel, modulo 256. */
export const secondShift = 50;

/** The page with every text in a colour of its own and nothing behind it; `shift` moves all those colours. */
export function recoloured(html: string, shift: 0 | typeof secondShift): string {
  const soup = parseSoup(html);
  for (const tag of tagsOf(soup)) setStyle(tag, "background-color", "rgba(255, 255, 255, 0.0)");
  let count = 0;
  for (const tag of tagsOf(soup)) {
    if (!texts.has(tag.name)) continue;
    const colour = palette(count++, shift);
    if (colour === undefined) break;
    setStyle(tag, "color", hex(colour));
    setStyle(tag, "opacity", "1.0");
  }
  return soupHtml(soup);
}

/** The colour a tag names for its text: as hexadecimal, or null where it names none that is known. */
function colourOf(tag: SoupTag): Rgb | "unusable" | null {
  const rule = (tag.attributes.get("style") ?? "")
    .split(";")
    .findLast((text) => text.includes("color") && !text.includes("background-color"));
  const value = rule?.split(":")[1]?.trim().replace(" !important", "") ?? "";
  if (value.startsWith("#")) {
    if (!/^#[\da-f]{6}/i.test(value)) return "unusable";
    return [1, 3, 5].map((place) => Number.parseInt(value.slice(place, place + 2), 16)) as unknown as Rgb;
  }
  const rgb = /^rgb\(\s*(\d+)\s*,\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(value);
  if (rgb !== null) return [Number(rgb[1]), Number(rgb[2]), Number(rgb[3])];
  // A named colour of its own is not one that shifts, so its text is not found by it.
  const named = /^[a-z]+$/i.test(value) && !/^(inherit|initial|unset|revert|currentcolor|transparent)$/i.test(value);
  return named || /^hs[lv]\(/.test(value) ? "unusable" : null;
}

/** Every text of a recoloured page in its order, with the colour that finds it; null where none does. */
export function colouredTexts(recolouredHtml: string): { text: string; colour: Rgb | null }[] {
  const found: { text: string; colour: Rgb | null }[] = [];
  const visit = (tag: SoupTag, around: Rgb | null) => {
    const own = colourOf(tag);
    const colour = own === "unusable" ? null : (own ?? around);
    for (const child of tag.children) {
      if (child.kind === "tag") visit(child, colour);
      else if (child.kind !== "comment") {
        const text = child.text.replace(blankEnds, "");
        if (text !== "") found.push({ text, colour });
      }
    }
  };
  for (const tag of tagsOf(parseSoup(recolouredHtml))) {
    if (tag.name !== "body") continue;
    // What no tag colours is black, which no text of a recoloured page is.
    visit(tag, null);
    break;
  }
  return found;
}
