import { createHash } from "node:crypto";
import { VigaError } from "../../config/errors.ts";
import type { Rgb } from "../matching/ciede2000.ts";
import { DeckPackage, type Relation } from "./package.ts";
import { type EmuBox, inheritedBox, placeholderOf, type SlideAncestors } from "./placeholders.ts";
import { allBelow, below, numberOf, relationOf, type XmlElement } from "./xml.ts";

/** What fills a shape, as far as its own properties say; `inherited` where they say nothing. */
export type Fill =
  | { kind: "inherited" | "none" | "picture" | "gradient" | "pattern" | "group" }
  | { kind: "solid"; rgb: Rgb }
  | { kind: "solid"; theme: string }
  | { kind: "solid"; other: string };

/** A shape with a text frame, or a picture; all else (groups, tables, charts, lines) is left out. */
export interface DeckShape {
  name: string;
  kind: "text" | "picture";
  /** Null for a picture. */
  text: string | null;
  box: EmuBox;
  fill: Fill;
  /** SHA-1 of a picture's file. */
  picture: string | null;
}

export interface DeckSlide {
  shapes: DeckShape[];
  /** The slide's own background where it is one plain colour. */
  background: Rgb | null;
}

/** A deck as python-pptx shows it. */
export interface Deck {
  width: number;
  height: number;
  slides: DeckSlide[];
}

const broken = (name: string, what: string) =>
  new VigaError("input_invalid", `${name} is no deck: ${what}`, { hint: "give a .pptx file" });

/** The part that the one relation of a kind leads to. */
const related = (relations: Map<string, Relation>, kind: string) =>
  [...relations.values()].find((relation) => relation.kind === kind)?.target;

/**
 * Reads the slides of a .pptx file in their order.
 *
 * @throws VigaError input_invalid for what is no deck, is damaged, or unpacks to too much
 */
export async function readDeck(bytes: Buffer, name = "deck"): Promise<Deck> {
  const parts = await DeckPackage.open(bytes, name);
  const main = related(await parts.relations(""), "officeDocument") ?? "ppt/presentation.xml";
  const presentation = await parts.xml(main);
  if (presentation === null) throw broken(name, `it has no ${main}`);
  const size = below(presentation, "sldSz")?.attributes;
  const [width, height] = [numberOf(size?.cx), numberOf(size?.cy)];
  if (width === undefined || height === undefined || width <= 0 || height <= 0)
    throw broken(name, "it has no slide size");
  const relations = await parts.relations(main);
  const slides: DeckSlide[] = [];
  for (const entry of allBelow(below(presentation, "sldIdLst"), "sldId")) {
    const target = relations.get(relationOf(entry, "id") ?? "")?.target;
    const root = target === undefined ? null : await parts.xml(target);
    if (target === undefined || root === null) throw broken(name, `slide ${slides.length + 1} is not in it`);
    slides.push(await readSlide(parts, target, root));
  }
  return { width, height, slides };
}

async function readSlide(parts: DeckPackage, path: string, root: XmlElement): Promise<DeckSlide> {
  const relations = await parts.relations(path);
  const layoutPath = related(relations, "slideLayout");
  const masterPath = layoutPath === undefined ? undefined : related(await parts.relations(layoutPath), "slideMaster");
  const [layout = null, master = null] = await Promise.all(
    [layoutPath, masterPath].map((part) => (part === undefined ? null : parts.xml(part))),
  );
  const ancestors: SlideAncestors = { layout, master };
  const shapes: DeckShape[] = [];
  for (const element of below(root, "cSld", "spTree")?.children ?? []) {
    const shape = await readShape(element, { parts, relations, ancestors });
    if (shape !== null) shapes.push(shape);
  }
  const background = fillOf(below(root, "cSld", "bg", "bgPr"));
  return { shapes, background: background.kind === "solid" && "rgb" in background ? background.rgb : null };
}

interface Surroundings {
  parts: DeckPackage;
  relations: Map<string, Relation>;
  ancestors: SlideAncestors;
}

async function readShape(
  element: XmlElement,
  { parts, relations, ancestors }: Surroundings,
): Promise<DeckShape | null> {
  const properties = below(element, "spPr");
  if (element.name === "sp") {
    return {
      name: below(element, "nvSpPr", "cNvPr")?.attributes.name ?? "",
      kind: "text",
      text: textOf(below(element, "txBody")),
      box: inheritedBox(element, ancestors),
      fill: fillOf(properties),
      picture: null,
    };
  }
  if (element.name !== "pic" || placeholderOf(element) !== null) return null;
  const target = relations.get(relationOf(below(element, "blipFill", "blip"), "embed") ?? "")?.target;
  const bytes = target === undefined ? null : await parts.part(target);
  return {
    name: below(element, "nvPicPr", "cNvPr")?.attributes.name ?? "",
    kind: "picture",
    text: null,
    box: inheritedBox(element, ancestors),
    fill: { kind: "picture" },
    picture: bytes === null ? null : createHash("sha1").update(bytes).digest("hex"),
  };
}

/** Text of a frame: paragraphs by line feed, breaks within one by vertical tab. */
export function textOf(body: XmlElement | undefined): string {
  return allBelow(body, "p").map(paragraphText).join("\n");
}

function paragraphText(paragraph: XmlElement): string {
  return paragraph.children
    .map((child) => {
      if (child.name === "br") return "\v";
      return child.name === "r" || child.name === "fld" ? (below(child, "t")?.text ?? "") : "";
    })
    .join("");
}

const fills: Record<string, Exclude<Fill["kind"], "inherited" | "solid">> = {
  noFill: "none",
  blipFill: "picture",
  gradFill: "gradient",
  pattFill: "pattern",
  grpFill: "group",
};

function rgbOf(hex: string | undefined): Rgb | null {
  if (hex === undefined || !/^[\da-f]{6}$/i.test(hex)) return null;
  return [0, 2, 4].map((place) => Number.parseInt(hex.slice(place, place + 2), 16)) as unknown as Rgb;
}

/** The fill that properties name themselves. */
function fillOf(properties: XmlElement | undefined): Fill {
  for (const child of properties?.children ?? []) {
    const kind = fills[child.name];
    if (kind !== undefined) return { kind };
    if (child.name !== "solidFill") continue;
    const colour = child.children[0];
    const rgb = colour?.name === "srgbClr" ? rgbOf(colour.attributes.val) : null;
    if (rgb !== null) return { kind: "solid", rgb };
    if (colour?.name === "schemeClr") return { kind: "solid", theme: colour.attributes.val ?? "" };
    return { kind: "solid", other: colour?.name ?? "" };
  }
  return { kind: "inherited" };
}
