import { textRatio } from "../matching/ratio.ts";
import { parseSoup, type SoupTag, soupHtml, tagsOf } from "./soup.ts";

/** Length of the pieces that are compared, in characters; how alike two must be, and how many make a repetition. */
const piece = 100;
const alike = 0.8;
const repetitions = 5;
/** Equal elements that a page may have. */
const mostEqual = 50;

/** The page up to where its text begins to repeat itself; positions are code points, as the original counts them. */
function withoutRepetition(html: string): string {
  const content = Array.from(html);
  const text = Array.from(html.replace(/<.*?>/g, ""));
  const placeOf: number[] = [];
  let place = 0;
  for (const character of text) {
    while (content[place] !== character) place++;
    placeOf.push(place++);
  }
  const seen: { text: string; places: number[] }[] = [];
  let start = text.length;
  for (let index = 0; index * piece < text.length; index++) {
    const chunk = text.slice(index * piece, (index + 1) * piece).join("");
    const known = seen.find((one) => textRatio(chunk, one.text) >= alike);
    if (known === undefined) {
      seen.push({ text: chunk, places: [index] });
      continue;
    }
    known.places.push(index);
    if (known.places.length < repetitions) continue;
    const clean = Math.min(start, known.places[0]! * piece);
    start = Math.min(start, placeOf[clean] ?? content.length);
  }
  return start === text.length ? html : content.slice(0, start).join("");
}

/** Takes out every element that comes, letter by letter, for the fifty-first time or later. */
function withoutDuplicates(soup: SoupTag): void {
  const counts = new Map<string, number>();
  const gone = new Set<SoupTag>();
  for (const tag of [...tagsOf(soup)]) {
    if (gone.has(tag)) continue;
    const html = soupHtml(tag);
    const count = (counts.get(html) ?? 0) + 1;
    counts.set(html, count);
    if (count <= mostEqual) continue;
    for (const inner of tagsOf(tag)) gone.add(inner);
    gone.add(tag);
    removeFrom(soup, tag);
  }
}

function removeFrom(parent: SoupTag, tag: SoupTag): boolean {
  const index = parent.children.indexOf(tag);
  if (index >= 0) parent.children.splice(index, 1);
  return index >= 0 || parent.children.some((child) => child.kind === "tag" && removeFrom(child, tag));
}

/** A page after cleaning, and how much of it was left where its text began to repeat itself. */
export interface CleanedPage {
  html: string;
  /** 0..1; 1: it was not cut. */
  kept: number;
}

/**
 * A prediction's page as Design2Code cleans it before it is drawn: cut where its text repeats itself (style sheets count as
 * text), wrapped where it has no `<html>`, without what comes more than fifty times, and written anew by a parser.
 */
export function cleanedPage(html: string): CleanedPage {
  const once = withoutRepetition(html);
  const whole = /<html[^>]*>/i.test(once) ? once : `<html><body><p>${once}</p></body></html>`;
  const soup = parseSoup(whole);
  withoutDuplicates(soup);
  return { html: soupHtml(soup), kept: html === "" ? 1 : once.length / html.length };
}

/** Why a page that was cut scores little or nothing. */
export const whyCut =
  "from where its text, style sheets included, begins to repeat itself; the benchmark's own does that too, and what is cut scores nothing";

export const keptWords = (kept: number): string => `${(100 * kept).toFixed(1)} % of its characters kept`;

export const cleanPrediction = (html: string): string => cleanedPage(html).html;
