import type { Rgb } from "../matching/ciede2000.ts";
import { type DeckShape, fillOf, paragraphText } from "./deck.ts";
import { lineage, placeholderOf, type SlideAncestors } from "./placeholders.ts";
import { plainColour, themeColour } from "./theme.ts";
import { allBelow, below, numberOf, type XmlElement } from "./xml.ts";

/** A paragraph's text with the size (points) and colour that most of it has. */
export interface StyledParagraph {
  text: string;
  points: number;
  colour: Rgb | null;
}

/** What PowerPoint writes in where nothing says otherwise. */
const usualPoints = 18;

const masterStyle = (type: string | undefined) => {
  if (type === "title" || type === "ctrTitle") return "titleStyle";
  return type === undefined ? "otherStyle" : "bodyStyle";
};

/** Run properties that hold for a paragraph, nearest first: its runs', those of its shape, layout and master. */
function propertiesOf(paragraph: XmlElement, shape: DeckShape, ancestors: SlideAncestors): XmlElement[] {
  const own = below(paragraph, "pPr");
  const level = `lvl${1 + (numberOf(own?.attributes.lvl) ?? 0)}pPr`;
  const runs = paragraph.children.filter(({ name }) => name === "r" || name === "fld");
  const longest = runs.toSorted((a, b) => (below(b, "t")?.text.length ?? 0) - (below(a, "t")?.text.length ?? 0))[0];
  const styles = lineage(shape.element, ancestors).map((element) => below(element, "txBody", "lstStyle", level));
  const master = below(ancestors.master, "txStyles", masterStyle(placeholderOf(shape.element)?.type), level);
  const found = [
    below(longest, "rPr"),
    below(own, "defRPr"),
    ...[...styles, master].map((style) => below(style, "defRPr")),
    below(paragraph, "endParaRPr"),
  ];
  return found.filter((element) => element !== undefined);
}

/** The paragraphs of a shape as they are written. */
export function styledParagraphs(shape: DeckShape, ancestors: SlideAncestors): StyledParagraph[] {
  return allBelow(below(shape.element, "txBody"), "p").map((paragraph) => {
    const properties = propertiesOf(paragraph, shape, ancestors);
    const size = properties.map(({ attributes }) => numberOf(attributes.sz)).find((value) => value !== undefined);
    const fill = properties.map(fillOf).find(({ kind }) => kind !== "inherited");
    const font = below(shape.element, "style", "fontRef", "schemeClr")?.attributes.val ?? "tx1";
    const colour = fill === undefined ? (themeColour(font, ancestors) ?? [0, 0, 0]) : plainColour(fill, ancestors);
    return { text: paragraphText(paragraph), points: size === undefined ? usualPoints : size / 100, colour };
  });
}
