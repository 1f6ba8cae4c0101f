import JSZip from "jszip";

const spaces =
  'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';
const kind = (name: string) => `http://schemas.openxmlformats.org/officeDocument/2006/relationships/${name}`;
const related = (entries: [string, string, string][]) =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${entries
    .map(([id, type, target]) => `<Relationship Id="${id}" Type="${kind(type)}" Target="${target}"/>`)
    .join("")}</Relationships>`;

export interface TextShape {
  name?: string;
  text: string;
  /** Inches: left, top, width, height. */
  box: [number, number, number, number];
  /** Six hexadecimal digits. */
  fill?: string;
  colour?: string;
  points?: number;
}

const emu = (inches: number) => Math.round(inches * 914_400);
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export function shapeXml({ name = "shape", text, box, fill, colour, points }: TextShape): string {
  const [x, y, cx, cy] = box.map(emu);
  const solid = (hex: string) => `<a:solidFill><a:srgbClr val="${hex}"/></a:solidFill>`;
  const size = points === undefined ? "" : ` sz="${Math.round(points * 100)}"`;
  const runs = text
    .split("\n")
    .map(
      (line) =>
        `<a:p><a:r><a:rPr lang="en-US"${size}>${colour ? solid(colour) : ""}</a:rPr><a:t>${escaped(line)}</a:t></a:r></a:p>`,
    );
  return `<p:sp><p:nvSpPr><p:cNvPr id="2" name="${name}"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="${x}" y="${y}"/><a:ext cx="${cx}" cy="${cy}"/></a:xfrm>${fill ? solid(fill) : ""}</p:spPr><p:txBody><a:bodyPr wrap="square"/>${runs.join("")}</p:txBody></p:sp>`;
}

/** Parts of a .pptx file of 10 x 7.5 inches; each slide is given by the XML of its shapes, and a background. */
export function deckParts(slides: { shapes: string; background?: string }[]): Map<string, string> {
  const parts = new Map([
    ["_rels/.rels", related([["rId1", "officeDocument", "ppt/presentation.xml"]])],
    [
      "ppt/presentation.xml",
      `<p:presentation ${spaces}><p:sldIdLst>${slides.map((_, i) => `<p:sldId id="${256 + i}" r:id="rId${i + 1}"/>`).join("")}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>`,
    ],
    [
      "ppt/_rels/presentation.xml.rels",
      related(slides.map((_, i) => [`rId${i + 1}`, "slide", `slides/slide${i + 1}.xml`])),
    ],
  ]);
  for (const [i, { shapes, background }] of slides.entries()) {
    const behind = background
      ? `<p:bg><p:bgPr><a:solidFill><a:srgbClr val="${background}"/></a:solidFill></p:bgPr></p:bg>`
      : "";
    parts.set(
      `ppt/slides/slide${i + 1}.xml`,
      `<p:sld ${spaces}><p:cSld>${behind}<p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`,
    );
  }
  return parts;
}

export async function zipped(parts: Map<string, string | Buffer>): Promise<Buffer> {
  const zip = new JSZip();
  for (const [path, content] of parts) zip.file(path, content);
  return zip.generateAsync({ type: "nodebuffer", compression: "DEFLATE" });
}

/** A deck of one slide. */
export const oneSlide = (shapes: TextShape[], background?: string): Promise<Buffer> =>
  zipped(deckParts([{ shapes: shapes.map(shapeXml).join(""), ...(background === undefined ? {} : { background }) }]));
