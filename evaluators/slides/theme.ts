import type { Rgb } from "../matching/ciede2000.ts";
import { type Fill, fillOf, rgbOf } from "./deck.ts";
import type { SlideAncestors } from "./placeholders.ts";
import { below } from "./xml.ts";

/** Which colour of the theme a slide's own names stand for, where a master does not say. */
const usual: Record<string, string> = { tx1: "dk1", tx2: "dk2", bg1: "lt1", bg2: "lt2" };

/** A colour of the theme by its name; null where the theme has none. Its tints and shades are not applied. */
export function themeColour(name: string, { theme, master }: SlideAncestors): Rgb | null {
  const mapped = below(master, "clrMap")?.attributes[name] ?? usual[name] ?? name;
  const colour = below(theme, "themeElements", "clrScheme", mapped)?.children[0];
  return rgbOf(colour?.attributes.lastClr ?? colour?.attributes.val);
}

/** The plain colour of a fill; null for what is none, or is not known. */
export function plainColour(fill: Fill, ancestors: SlideAncestors): Rgb | null {
  if (fill.kind !== "solid") return null;
  if ("rgb" in fill) return fill.rgb;
  return "theme" in fill ? themeColour(fill.theme, ancestors) : null;
}

/** The plain colour behind a slide; null where a picture or a gradient is. */
export function groundColour(own: Rgb | null, ancestors: SlideAncestors): Rgb | null {
  if (own !== null) return own;
  for (const part of [ancestors.layout, ancestors.master]) {
    const background = below(part, "cSld", "bg");
    if (background === undefined) continue;
    const named = below(background, "bgRef", "schemeClr")?.attributes.val;
    if (named !== undefined) return themeColour(named, ancestors);
    return plainColour(fillOf(below(background, "bgPr")), ancestors);
  }
  return [255, 255, 255];
}
