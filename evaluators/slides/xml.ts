import { decodeXML } from "entities";
import { XMLParser } from "fast-xml-parser";
import { VigaError } from "../../config/errors.ts";

/** An element of a part: its name without prefix, its attributes as written, its elements, and the text right in it. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

type Ordered = Record<string, unknown>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // References are decoded below: no entity of a document's own is ever expanded.
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
});

const deepest = 200;

function elementOf(node: Ordered, depth: number): XmlElement | null {
  const key = Object.keys(node).find((name) => name !== ":@" && name !== "#text");
  if (key === undefined) return null;
  if (depth > deepest) throw new Error(`nests more than ${deepest} elements`);
  const children = (node[key] ?? []) as Ordered[];
  const attributes = Object.entries((node[":@"] ?? {}) as Record<string, unknown>);
  return {
    name: key.slice(key.indexOf(":") + 1),
    attributes: Object.fromEntries(attributes.map(([name, value]) => [name, decodeXML(String(value))])),
    children: children.flatMap((child) => elementOf(child, depth + 1) ?? []),
    text: children.map((child) => ("#text" in child ? decodeXML(String(child["#text"])) : "")).join(""),
  };
}

/** @throws VigaError input_invalid for what is no XML, declares entities, or nests too deep */
export function parseXml(xml: string, name: string): XmlElement {
  try {
    if (/<!DOCTYPE/i.test(xml)) throw new Error("it declares a document type");
    const roots = (parser.parse(xml) as Ordered[]).flatMap((node) => elementOf(node, 0) ?? []);
    if (roots[0] === undefined) throw new Error("it has no element");
    return roots[0];
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new VigaError("input_invalid", `${name} cannot be read: ${why}`, { hint: "write the deck again", cause });
  }
}

/** The first element of a path of names below an element. */
export function below(element: XmlElement | null | undefined, ...path: string[]): XmlElement | undefined {
  let found = element ?? undefined;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found;
}

export const allBelow = (element: XmlElement | undefined, name: string): XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

/** The value of a relation's attribute, whatever prefix the namespace has: `r:id`, `r:embed`. */
export const relationOf = (element: XmlElement | undefined, name: string): string | undefined =>
  Object.entries(element?.attributes ?? {}).find(([key]) => key.endsWith(`:${name}`))?.[1];

/** A whole number; undefined for what is none. */
export function numberOf(value: string | undefined): number | undefined {
  return value !== undefined && /^-?\d+$/.test(value.trim()) ? Number(value) : undefined;
}
