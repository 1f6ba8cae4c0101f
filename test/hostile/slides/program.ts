const head = `const PptxGenJS = require("pptxgenjs");
const pptx = new PptxGenJS();
pptx.addSlide().addText("x", { x: 1, y: 1, w: 1, h: 1, color: "000000" });
const got = (what) => console.log("ESCAPED " + what);
const tried = (what, work) => { try { const found = work(); if (found) got(what + " " + String(found).slice(0, 80)); } catch {} };
`;
const write = `\npptx.writeFile({ fileName: "output.pptx" });\n`;
/** A program that does this before it writes an honest deck. */
export const around = (body: string): string => `${head}${body}${write}`;

/** A deck of the library's that is opened again and changed before it is handed in; \`zip\` is its archive. */
export const forged = (body: string): string => `${head}
(async () => {
  const JSZip = require("jszip");
  const fs = require("fs");
  const zip = await JSZip.loadAsync(await pptx.write({ outputType: "nodebuffer" }));
  const rels = "ppt/slides/_rels/slide1.xml.rels";
  const relation = (type, target, mode = "External") => zip.file(rels).async("string").then((text) => zip.file(rels, text.replace("</Relationships>",
    '<Relationship Id="rX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/' + type + '" Target="' + target + '" TargetMode="' + mode + '"/></Relationships>')));
  const picture = (attribute) => zip.file("ppt/slides/slide1.xml").async("string").then((text) => zip.file("ppt/slides/slide1.xml", text.replace("</p:spTree>",
    '<p:pic><p:nvPicPr><p:cNvPr id="9" name="p"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr><p:blipFill><a:blip r:' + attribute + '="rX"/><a:stretch><a:fillRect/></a:stretch></p:blipFill><p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/></p:spPr></p:pic></p:spTree>')));
  ${body}
  fs.writeFileSync("output.pptx", await zip.generateAsync({ type: "nodebuffer", compression: "DEFLATE", compressionOptions: { level: 1 } }));
})();
`;
