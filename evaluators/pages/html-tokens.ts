import { decodeHTML, decodeHTMLStrict } from "entities";

/** What the reader of HTML meets, in the order of the text. */
export type HtmlToken =
  | { kind: "start"; name: string; attributes: Map<string, string>; closed: boolean }
  | { kind: "end"; name: string }
  | { kind: "text"; text: string }
  | { kind: "comment" | "doctype" | "instruction" | "cdata" | "declaration"; text: string };

// The expressions of Python's html.parser: what counts as a tag or an attribute there decides the benchmark's blocks.
const tagName = /([a-zA-Z][^\t\n\r\f />\0]*)(?:\s|\/(?!>))*/y;
const attribute = /((?<=['"\s/])[^\s/>][^\s/=>]*)(\s*=+\s*('[^']*'|"[^"]*"|(?!['"])[^>\s]*))?(?:\s|\/(?!>))*/y;
const startTag =
  /<[a-zA-Z][^\t\n\r\f />\0]*(?:[\s/]*(?:(?<=['"\s/])[^\s/>][^\s/=>]*(?:\s*=+\s*(?:'[^']*'|"[^"]*"|(?!['"])[^>\s]*)\s*)?(?:\s|\/(?!>))*)*)?\s*/y;
const endTag = /<\/\s*([a-zA-Z][-.a-zA-Z0-9:_]*)\s*>/y;
const number = /&#(?:[0-9]+|[xX][0-9a-fA-F]+)[^0-9a-fA-F]/y;
const entity = /&([a-zA-Z][-.a-zA-Z0-9]*)[^a-zA-Z0-9]/y;
const unfinished = /&[a-zA-Z#]/y;

/** Elements whose content is text up to their end tag. */
const rawText = new Set(["script", "style"]);
const windows1252 = new TextDecoder("windows-1252");

function at(expression: RegExp, text: string, from: number): RegExpExecArray | null {
  expression.lastIndex = from;
  return expression.exec(text);
}

function characterOf(digits: string): string {
  const code = /^x/i.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10);
  if (code < 256) return windows1252.decode(Uint8Array.of(code));
  return code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
}

/** A named character; a name that is none stays, without its semicolon. */
function namedCharacter(name: string): string {
  const decoded = decodeHTMLStrict(`&${name};`);
  return decoded === `&${name};` ? `&${name}` : decoded;
}

/** Reads HTML as Python's html.parser does, which is no HTML5 parser: nothing is implied and nothing is moved. */
export class HtmlReader {
  readonly tokens: HtmlToken[] = [];
  private readonly html: string;
  private place = 0;
  private raw: string | null = null;

  constructor(html: string) {
    this.html = html;
    // As with Python's feed and close: what the first pass leaves as unfinished the second takes as it stands.
    this.read(false);
    this.read(true);
  }

  private text(text: string): void {
    if (text !== "") this.tokens.push({ kind: "text", text });
  }

  private read(end: boolean): void {
    const { html } = this;
    while (this.place < html.length) {
      const stop = this.nextOfInterest();
      if (stop === null) break;
      this.text(html.slice(this.place, stop));
      this.place = stop;
      if (stop === html.length) break;
      if (html[stop] === "<" ? !this.readTag(stop, end) : !this.readReference(stop)) break;
    }
    if (end && this.raw === null) {
      this.text(html.slice(this.place));
      this.place = html.length;
    }
  }

  private nextOfInterest(): number | null {
    const expression = this.raw === null ? /[&<]/g : new RegExp(`</\\s*${this.raw}\\s*>`, "gi");
    expression.lastIndex = this.place;
    const found = expression.exec(this.html);
    return found?.index ?? (this.raw === null ? this.html.length : null);
  }

  /** False where reading cannot go on. */
  private readTag(from: number, end: boolean): boolean {
    const { html } = this;
    const starts = (text: string) => html.startsWith(text, from);
    let next: number;
    if (/[a-zA-Z]/.test(html[from + 1] ?? "")) next = this.readStart(from);
    else if (starts("</")) next = this.readEnd(from);
    else if (starts("<!--")) next = this.readUntil(from + 4, /--\s*>/g, "comment");
    else if (starts("<?")) next = this.readUntil(from + 2, />/g, "instruction");
    else if (starts("<![")) next = this.readMarked(from);
    else if (/^<!doctype/i.test(html.slice(from, from + 9))) next = this.readUntil(from + 10, />/g, "doctype");
    else if (starts("<!")) next = this.readUntil(from + 2, />/g, "comment");
    else if (from + 1 < html.length) {
      this.text("<");
      next = from + 1;
    } else return false;
    if (next < 0) {
      if (!end) return false;
      const close = html.indexOf(">", from + 1);
      const open = html.indexOf("<", from + 1);
      next = close >= 0 ? close + 1 : open >= 0 ? open : from + 1;
      this.text(html.slice(from, next));
    }
    this.place = next;
    return true;
  }

  private readUntil(from: number, close: RegExp, kind: "comment" | "instruction" | "doctype"): number {
    close.lastIndex = from;
    const found = close.exec(this.html);
    if (found === null) return -1;
    this.tokens.push({ kind, text: this.html.slice(from, found.index) });
    return found.index + found[0].length;
  }

  private readMarked(from: number): number {
    const close = this.html.indexOf("]]>", from + 3);
    if (close < 0) return -1;
    const text = this.html.slice(from + 3, close);
    const data = /^cdata\[/i.test(text);
    this.tokens.push({ kind: data ? "cdata" : "declaration", text: data ? text.slice(6) : text });
    return close + 3;
  }

  /** End of the start tag at `from`; -1 where it is not finished. */
  private endOfStart(from: number): number {
    const { html } = this;
    const end = from + (at(startTag, html, from)?.[0].length ?? 0);
    const next = html[end] ?? "";
    if (next === ">") return end + 1;
    if (next === "/") return html[end + 1] === ">" ? end + 2 : -1;
    if (next === "" || /[a-zA-Z=]/.test(next)) return -1;
    return end > from ? end : from + 1;
  }

  private readStart(from: number): number {
    const { html } = this;
    const end = this.endOfStart(from);
    if (end < 0) return end;
    const named = at(tagName, html, from + 1)!;
    const attributes = new Map<string, string>();
    let place = from + 1 + named[0].length;
    while (place < end) {
      const found = at(attribute, html, place);
      if (found === null || found[0] === "") break;
      const value = found[2] === undefined ? "" : found[3]!;
      const quoted = /^(['"])[\s\S]*\1$/.test(value) && value.length > 1;
      attributes.set(found[1]!.toLowerCase(), decodeHTML(quoted ? value.slice(1, -1) : value));
      place += found[0].length;
    }
    const rest = html.slice(place, end).trim();
    if (rest !== ">" && rest !== "/>") {
      this.text(html.slice(from, end));
      return end;
    }
    const name = named[1]!.toLowerCase();
    this.tokens.push({ kind: "start", name, attributes, closed: rest === "/>" });
    if (rest === ">" && rawText.has(name)) this.raw = name;
    return end;
  }

  private readEnd(from: number): number {
    const { html } = this;
    const close = html.indexOf(">", from + 1);
    if (close < 0) return -1;
    const found = at(endTag, html, from);
    if (found === null) {
      const named = at(tagName, html, from + 2);
      if (named === null) return html.startsWith("</>", from) ? from + 3 : this.readUntil(from + 2, />/g, "comment");
      this.tokens.push({ kind: "end", name: named[1]!.toLowerCase() });
      return html.indexOf(">", from + 2 + named[0].length) + 1;
    }
    this.tokens.push({ kind: "end", name: found[1]!.toLowerCase() });
    this.raw = null;
    return close + 1;
  }

  /** False where reading cannot go on. */
  private readReference(from: number): boolean {
    const { html } = this;
    const digits = at(number, html, from);
    const name = digits === null ? at(entity, html, from) : null;
    const found = digits ?? name;
    if (found !== null) {
      this.text(digits === null ? namedCharacter(name![1]!) : characterOf(digits[0].slice(2, -1)));
      this.place = from + found[0].length - (found[0].endsWith(";") ? 0 : 1);
      return true;
    }
    if (html.startsWith("&#", from)) {
      if (html.includes(";", from)) {
        this.text("&#");
        this.place = from + 2;
      }
      return false;
    }
    if (at(unfinished, html, from) !== null || from + 1 >= html.length) return false;
    this.text("&");
    this.place = from + 1;
    return true;
  }
}
