import { below, numberOf, type XmlElement } from "./xml.ts";

/** Left, top, width and height in EMU (914,400 an inch). */
export type EmuBox = readonly [number, number, number, number];

/** What a slide inherits from: its layout, and that one's master. */
export interface SlideAncestors {
  layout: XmlElement | null;
  master: XmlElement | null;
}

export interface Placeholder {
  type: string;
  index: number;
}

/** What kind of placeholder a shape is; null where it is none. */
export function placeholderOf(shape: XmlElement): Placeholder | null {
  const own = shape.children.find((child) => /^nv[A-Z]\w*Pr$/.test(child.name));
  const found = below(own, "nvPr", "ph");
  if (found === undefined) return null;
  return { type: found.attributes.type ?? "obj", index: numberOf(found.attributes.idx) ?? 0 };
}

/** Which placeholder of a master one of a layout takes its place from, by type. */
const masterTypes: Record<string, string> = {
  ctrTitle: "title",
  title: "title",
  dt: "dt",
  ftr: "ftr",
  sldNum: "sldNum",
};

function placeholderIn(part: XmlElement | null, fits: (placeholder: Placeholder) => boolean): XmlElement | undefined {
  return below(part, "cSld", "spTree")?.children.find((shape) => {
    const placeholder = placeholderOf(shape);
    return placeholder !== null && fits(placeholder);
  });
}

/** A placeholder and those it inherits from, nearest first: in its layout by index, in the master by type. */
function lineage(shape: XmlElement, { layout, master }: SlideAncestors): XmlElement[] {
  const own = placeholderOf(shape);
  if (own === null) return [shape];
  const inLayout = placeholderIn(layout, ({ index }) => index === own.index);
  if (inLayout === undefined) return [shape];
  const wanted = masterTypes[placeholderOf(inLayout)!.type] ?? "body";
  const inMaster = placeholderIn(master, ({ type }) => type === wanted);
  return inMaster === undefined ? [shape, inLayout] : [shape, inLayout, inMaster];
}

/** Box of a shape; what its own properties leave out comes from the placeholders above it, or is 0. */
export function inheritedBox(shape: XmlElement, ancestors: SlideAncestors): EmuBox {
  const frames = lineage(shape, ancestors).map((element) => below(element, "spPr", "xfrm"));
  const first = (part: "off" | "ext", key: string) => {
    for (const frame of frames) {
      const value = numberOf(below(frame, part)?.attributes[key]);
      if (value !== undefined) return value;
    }
    return 0;
  };
  return [first("off", "x"), first("off", "y"), first("ext", "cx"), first("ext", "cy")];
}
