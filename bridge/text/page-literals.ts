/** Numbers and colours of a page's own style, by their places in its text: what can be moved without writing it anew. */

export interface PageLiteral {
  kind: "number" | "colour";
  /** As it is written, unit included. */
  text: string;
  /** Where it stands in the page. */
  start: number;
  end: number;
  property: string;
  /** Which holder of `holdersOf` it stands in. */
  holder: number;
  /** Selector of its rule; null where it stands in an element's own attribute. */
  selector: string | null;
}

/** A text that a live page takes anew at once: a style sheet's, or an attribute's. */
export interface Holder {
  start: number;
  end: number;
  /** Right behind the name of its tag, where an attribute can be put in; of a later part of a sheet, where it begins. */
  tag: number;
  /** Attributes of the sheet that this is a later part of. */
  sheet?: string;
  /** The attribute; "" for the text of a style sheet. */
  attribute: string;
}

export interface PageLiterals {
  holders: Holder[];
  literals: PageLiteral[];
}

/** Properties whose numbers and colours show. */
const shown =
  /^(width|height|(min|max)-(width|height)|margin(-\w+)*|padding(-\w+)*|top|left|right|bottom|font-size|font|line-height|letter-spacing|word-spacing|text-indent|border(-\w+)*|outline|gap|row-gap|column-gap|color|background|background-color|opacity|fill|stroke|flex-basis)$/;
/** Attributes of elements that say what a style would. */
const attributes: ReadonlySet<string> = new Set([
  ...[
    "width",
    "height",
    "bgcolor",
    "color",
    "text",
    "border",
    "cellpadding",
    "cellspacing",
    "size",
    "hspace",
    "vspace",
  ],
]);

const token =
  /url\([^)]*\)|"[^"]*"|'[^']*'|(#[0-9a-f]{6}\b|#[0-9a-f]{3}\b|rgba?\((?:[^()]|\([^()]*\))*\))|(?<![\w#.-])(-?(?:\d+\.?\d*|\.\d+))(px|em|rem|%|pt|vw|vh)?(?![\w.#-])/gi;

/** Finds them tolerantly: what is not understood is left alone. */
export function pageLiterals(page: string): PageLiterals {
  const found: PageLiterals = { holders: [], literals: [] };
  const piece =
    /<!--[\s\S]*?-->|<(script|style|textarea|title)\b([^>]*)>([\s\S]*?)<\/\1\s*>|<([a-z][\w-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi;
  for (const match of page.matchAll(piece)) {
    const [whole, raw, rawAttributes = "", content = "", name, written = ""] = match;
    if (raw?.toLowerCase() === "style") {
      const tag = match.index + 1 + raw.length;
      const start = tag + rawAttributes.length + 1;
      for (const [index, [from, to]] of parts(content).entries()) {
        const place = index === 0 ? { tag } : { tag: start + from, sheet: rawAttributes };
        const holder = found.holders.push({ start: start + from, end: start + to, ...place, attribute: "" }) - 1;
        rules(content.slice(from, to), start + from, holder, found.literals);
      }
    } else if (name !== undefined && whole.length < 20_000) {
      const tag = match.index + 1 + name.length;
      attributesOf(written, tag, found);
    }
  }
  return { ...found, literals: found.literals.sort((a, b) => a.start - b.start) };
}

function attributesOf(written: string, tag: number, found: PageLiterals): void {
  for (const match of written.matchAll(/([\w-]+)\s*=\s*("([^"]*)"|'([^']*)'|[^\s"'>]+)/g)) {
    const name = match[1]!.toLowerCase();
    const quoted = match[3] ?? match[4];
    const value = quoted ?? match[2]!;
    const start = tag + match.index + match[0].length - value.length - (quoted === undefined ? 0 : 1);
    const holder = { start, end: start + value.length, tag, attribute: name };
    const literals: PageLiteral[] = [];
    const index = found.holders.length;
    if (name === "style") declarations(value, start, index, null, literals);
    else if (attributes.has(name)) valuesIn(value, start, index, name, null, literals);
    if (literals.length === 0) continue;
    found.holders.push(holder);
    found.literals.push(...literals);
  }
}

/** Characters of a part of a sheet: a whole sheet would be read anew for every number that changes in it. */
const partLength = 1500;

/** A sheet in parts, cut between its rules. */
function parts(css: string): [from: number, to: number][] {
  const text = uncommented(css);
  const found: [number, number][] = [];
  let from = 0;
  let at = 0;
  for (let open = text.indexOf("{"); open >= 0; open = text.indexOf("{", at)) {
    at = blockEnd(text, open) + 1;
    if (at - from < partLength || at >= text.length) continue;
    found.push([from, at]);
    from = at;
  }
  return [...found, [from, css.length]];
}

/** A sheet without comments, every character in its place. */
const uncommented = (css: string): string =>
  css.replaceAll(/\/\*[\s\S]*?\*\/|<!--|-->/g, (gone) => " ".repeat(gone.length));

/** The rules of a sheet, those inside @media too; @font-face, @keyframes and the like hold nothing to move. */
function rules(css: string, offset: number, holder: number, into: PageLiteral[]): void {
  const text = uncommented(css);
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf("{", at);
    if (open < 0) return;
    const close = blockEnd(text, open);
    const prelude = text.slice(text.lastIndexOf(";", open) >= at ? text.lastIndexOf(";", open) + 1 : at, open).trim();
    const inside = text.slice(open + 1, close);
    if (/^@(media|supports|layer)\b/i.test(prelude)) {
      if (!/\bprint\b/i.test(prelude)) rules(inside, offset + open + 1, holder, into);
    } else if (!prelude.startsWith("@")) declarations(inside, offset + open + 1, holder, prelude, into);
    at = close + 1;
  }
}

function blockEnd(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return text.length;
}

function declarations(css: string, offset: number, holder: number, selector: string | null, into: PageLiteral[]): void {
  for (const match of css.matchAll(/(?:^|;|\{)\s*([\w-]+)\s*:\s*([^;{}]*)/g)) {
    const property = match[1]!.toLowerCase();
    if (!shown.test(property)) continue;
    const value = match[2]!;
    valuesIn(value, offset + match.index + match[0].length - value.length, holder, property, selector, into);
  }
}

function valuesIn(
  value: string,
  offset: number,
  holder: number,
  property: string,
  selector: string | null,
  into: PageLiteral[],
): void {
  for (const match of value.matchAll(token)) {
    const [text, colour, number] = match;
    if (colour === undefined && (number === undefined || Number(number) === 0)) continue;
    const start = offset + match.index;
    const kind = colour === undefined ? "number" : "colour";
    into.push({ kind, text, start, end: start + text.length, property, holder, selector });
  }
}

/** The page with other texts for some of its literals. */
export function withTexts(page: string, literals: readonly PageLiteral[], texts: ReadonlyMap<number, string>): string {
  let out = "";
  let at = 0;
  for (const [index, { start, end }] of literals.entries()) {
    const text = texts.get(index);
    if (text === undefined) continue;
    out += page.slice(at, start) + text;
    at = end;
  }
  return out + page.slice(at);
}

/** A number of a literal, its unit apart. */
export function numberOf({ text }: Pick<PageLiteral, "text">): { value: number; unit: string } {
  const value = Number.parseFloat(text);
  return { value, unit: text.replace(/^-?[\d.]+/, "") };
}

/** A number as a page has it, with at most so many decimals. */
export const numberText = (value: number, unit: string, decimals = 3): string =>
  `${Number(value.toFixed(decimals))}${unit}`;

export type Rgb = readonly [number, number, number];

/** A colour's levels, 0 to 255; null where it is none that can be read. */
export function colourOf({ text }: Pick<PageLiteral, "text">): Rgb | null {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text)?.[1];
  if (hex !== undefined) {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    return [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16)) as unknown as Rgb;
  }
  const levels = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/i.exec(text);
  return levels === null ? null : [Number(levels[1]), Number(levels[2]), Number(levels[3])];
}

/** A colour as a page has it; what the literal says of transparency stays. */
export function colourText({ text }: Pick<PageLiteral, "text">, rgb: Rgb): string {
  const levels = rgb.map((level) => Math.max(0, Math.min(255, Math.round(level))));
  const alpha = /^rgba?\([^,/]*(?:,[^,/]*,[^,/]*,|\/)\s*([\d.]+%?|var\([^()]*\))\s*\)$/i.exec(text)?.[1];
  if (alpha !== undefined) return `rgba(${levels.join(", ")}, ${alpha})`;
  return `#${levels.map((level) => level.toString(16).padStart(2, "0")).join("")}`;
}
