import { VigaError } from "../../config/errors.ts";
import { HtmlReader, type HtmlToken } from "./html-tokens.ts";

/** A text of the tree, or what stands between tags besides texts. */
export interface SoupText {
  kind: Exclude<HtmlToken["kind"], "start" | "end">;
  text: string;
}

export interface SoupTag {
  kind: "tag";
  name: string;
  attributes: Map<string, string>;
  children: SoupNode[];
}

export type SoupNode = SoupText | SoupTag;

/** Elements that never have an end tag. */
const voids = new Set(
  "area base br col embed hr img input keygen link menuitem meta param source track wbr basefont bgsound command frame image isindex nextid spacer".split(
    " ",
  ),
);
const keepsSpace = new Set(["pre", "textarea"]);

/** A page that nests deeper is refused: whoever walks the tree goes as deep. */
const deepest = 1000;

const spaces = /^[ \n\t\f\r]+$/;

/**
 * The whole page as a tree, its root a tag without a name: BeautifulSoup's over html.parser.
 *
 * @throws VigaError input_invalid for a page that nests too deep
 */
export function parseSoup(html: string): SoupTag {
  const root: SoupTag = { kind: "tag", name: "", attributes: new Map(), children: [] };
  const open = [root];
  const closedVoids: string[] = [];
  let data = "";
  const top = () => open.at(-1)!;
  const flush = (kind: SoupText["kind"] = "text") => {
    if (data === "") return;
    const kept = open.some(({ name }) => keepsSpace.has(name));
    const text = !kept && spaces.test(data) ? (data.includes("\n") ? "\n" : " ") : data;
    top().children.push({ kind, text });
    data = "";
  };
  const close = (name: string) => {
    flush();
    const index = open.findLastIndex((tag, depth) => depth > 0 && tag.name === name);
    if (index > 0) open.length = index;
  };
  for (const token of new HtmlReader(html).tokens) {
    if (token.kind === "text") {
      data += token.text;
    } else if (token.kind === "start") {
      flush();
      const tag: SoupTag = { kind: "tag", name: token.name, attributes: token.attributes, children: [] };
      top().children.push(tag);
      open.push(tag);
      if (open.length > deepest) {
        throw new VigaError("input_invalid", `the page nests more than ${deepest} tags`, {
          hint: "tags that are never closed nest in each other",
        });
      }
      if (token.closed) endTag(token.name);
      else if (voids.has(token.name)) {
        close(token.name);
        closedVoids.push(token.name);
      }
    } else if (token.kind === "end") {
      endTag(token.name);
    } else {
      flush();
      data = token.text;
      flush(token.kind);
    }
  }
  flush();
  return root;

  function endTag(name: string): void {
    const before = closedVoids.indexOf(name);
    if (before >= 0) closedVoids.splice(before, 1);
    else close(name);
  }
}

const around: Record<Exclude<SoupText["kind"], "text">, [string, string]> = {
  comment: ["<!--", "-->"],
  doctype: ["<!DOCTYPE ", ">\n"],
  instruction: ["<?", ">"],
  cdata: ["<![CDATA[", "]]>"],
  declaration: ["<?", "?>"],
};

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function quoted(text: string): string {
  if (!text.includes('"')) return `"${text}"`;
  return text.includes("'") ? `"${text.replaceAll('"', "&quot;")}"` : `'${text}'`;
}

/** What is written out is UTF-8, whatever the page declared. */
function attributeText(tag: SoupTag, name: string, value: string): string {
  if (name === "class") return value.split(/\s+/).filter(Boolean).join(" ");
  if (tag.name !== "meta") return value;
  if (name === "charset") return "utf-8";
  if (name !== "content" || tag.attributes.get("http-equiv") === undefined) return value;
  return value.replace(/((?:^|[\s;])charset=)[^;]*/i, "$1utf-8");
}

/** The tree as HTML again; attributes by name. */
export function soupHtml(node: SoupNode, parent = ""): string {
  if (node.kind === "text") return parent === "script" || parent === "style" ? node.text : escaped(node.text);
  if (node.kind !== "tag") return around[node.kind].join(node.text);
  const inner = node.children.map((child) => soupHtml(child, node.name)).join("");
  if (node.name === "") return inner;
  const attributes = [...node.attributes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ` ${name}=${quoted(escaped(attributeText(node, name, value)))}`)
    .join("");
  return inner === "" && node.children.length === 0 && voids.has(node.name)
    ? `<${node.name}${attributes}/>`
    : `<${node.name}${attributes}>${inner}</${node.name}>`;
}

/** All tags under a node, in the order of the page. */
export function* tagsOf(node: SoupTag): Generator<SoupTag> {
  for (const child of node.children) {
    if (child.kind !== "tag") continue;
    yield child;
    yield* tagsOf(child);
  }
}
