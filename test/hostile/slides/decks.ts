import type { HostileTheme } from "../document.ts";
import { around, forged } from "./program.ts";

export const links: HostileTheme = {
  mustNot: "load or name anything outside the deck",
  programs: [
    {
      name: "links to a file of the machine",
      outcomes: ["output"],
      program: ({ outside }) => forged(`await relation("image", "file://${outside}/goal.py"); await picture("link");`),
    },
    {
      name: "links to /etc/passwd as an own part",
      outcomes: ["output"],
      program: () => forged(`await relation("image", "file:///etc/passwd", "Internal"); await picture("embed");`),
    },
    {
      name: "a picture of the network",
      outcomes: ["output"],
      program: ({ tcp }) => forged(`await relation("image", "http://127.0.0.1:${tcp}/x.png"); await picture("link");`),
    },
    {
      name: "an outer part by a path upwards",
      outcomes: ["output", "ok"],
      program: ({ outside }) =>
        forged(`await relation("image", "../../../../../..${outside}/goal.py", "Internal"); await picture("embed");`),
    },
    {
      name: "macros",
      outcomes: ["output"],
      program: () =>
        forged(`zip.file("ppt/vbaProject.bin", "x"); await relation("vbaProject", "../vbaProject.bin", "Internal");`),
    },
    {
      name: "a link that runs a script or a program",
      outcomes: ["output"],
      program: () =>
        forged(`await relation("hyperlink", "javascript:alert(1)"); await relation("hyperlink", "file:///bin/sh");`),
    },
    {
      name: "foreign objects, controls and linked data",
      outcomes: ["output"],
      program: () =>
        forged(
          `zip.file("ppt/embeddings/oleObject1.bin", "x"); await relation("oleObject", "../embeddings/oleObject1.bin", "Internal");`,
        ),
    },
    {
      name: "sound, film and templates of the network",
      outcomes: ["output"],
      program: ({ tcp }) =>
        forged(
          `await relation("audio", "http://127.0.0.1:${tcp}/a.mp3"); await relation("attachedTemplate", "http://127.0.0.1:${tcp}/t.potx");`,
        ),
    },
    {
      name: "addresses in another spelling",
      outcomes: ["output"],
      program: ({ outside }) =>
        forged(`await relation("image", "FiLe:%2f%2f${outside}/goal.py"); await picture("link");`),
    },
    {
      name: "parts whose names lead elsewhere",
      outcomes: ["ok", "output"],
      program: () =>
        forged(
          `for (const name of ["../../../../tmp/spore", "/etc/spore", "..\\\\..\\\\spore", "ppt/media/a\\0b.png"]) zip.file(name, "x");`,
        ),
    },
  ],
};

export const sizes: HostileTheme = {
  mustNot: "take more time or memory than its limits",
  programs: [
    {
      name: "a zip bomb",
      seconds: 90,
      outcomes: ["output", "memory"],
      program: () => forged(`for (let i = 0; i < 4; i++) zip.file("ppt/media/b" + i + ".png", Buffer.alloc(60e6));`),
    },
    {
      name: "entities that grow",
      outcomes: ["output"],
      program: () =>
        forged(
          `zip.file("ppt/slides/slide1.xml", '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]><a>&c;</a>');`,
        ),
    },
    {
      name: "a picture of enormous size",
      outcomes: ["ok", "output", "memory", "timeout", "crash"],
      program: () =>
        forged(
          `zip.file("ppt/media/i.svg", '<svg xmlns="http://www.w3.org/2000/svg" width="900000" height="900000"><image href="file:///etc/passwd" width="9" height="9"/><rect width="900000" height="900000"/></svg>'); await relation("image", "../media/i.svg", "Internal"); await picture("embed");`,
        ),
    },
    {
      name: "far too many shapes",
      outcomes: ["ok", "timeout", "output"],
      program: () =>
        around(
          `const s = pptx.addSlide(); for (let i = 0; i < 4000; i++) s.addText("t", { x: i % 9, y: 1, w: 1, h: 1 });`,
        ),
    },
    {
      name: "far too many slides",
      outcomes: ["output"],
      program: () => around(`for (let i = 0; i < 60; i++) pptx.addSlide();`),
    },
    {
      name: "a slide of enormous size",
      outcomes: ["ok", "output", "timeout", "memory", "crash"],
      program: () =>
        forged(
          `await zip.file("ppt/presentation.xml").async("string").then((text) => zip.file("ppt/presentation.xml", text.replace(/<p:sldSz[^>]*>/, '<p:sldSz cx="2147483647" cy="1"/>')));`,
        ),
    },
    {
      name: "a deck with a tail",
      outcomes: ["ok", "output"],
      program: () =>
        forged(
          `const honest = zip.generateAsync.bind(zip); zip.generateAsync = async (how) => Buffer.concat([await honest(how), Buffer.alloc(6e7, 7)]);`,
        ),
    },
    {
      name: "groups nested ten thousand deep",
      outcomes: ["ok", "output", "crash", "timeout", "memory"],
      program: () =>
        forged(`const open = '<p:grpSp><p:nvGrpSpPr><p:cNvPr id="7" name="g"/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>';
  await zip.file("ppt/slides/slide1.xml").async("string").then((text) => zip.file("ppt/slides/slide1.xml", text.replace("</p:spTree>", open.repeat(10000) + "</p:grpSp>".repeat(10000) + "</p:spTree>")));`),
    },
    {
      name: "parts that are cut off or no XML",
      outcomes: ["output", "ok"],
      program: () =>
        forged(
          `zip.file("ppt/slides/slide1.xml", "<p:sld"); zip.file("ppt/theme/theme1.xml", Buffer.alloc(1000, 255));`,
        ),
    },
    {
      name: "pictures that are broken, or a picture of 30,000 by 30,000",
      outcomes: ["ok", "output", "memory", "timeout", "crash"],
      program: () =>
        forged(`const zlib = require("zlib"); const part = (type, data) => { const head = Buffer.alloc(8); head.writeUInt32BE(data.length); head.write(type, 4); const sum = Buffer.alloc(4); sum.writeUInt32BE(zlib.crc32(Buffer.concat([head.subarray(4), data]))); return Buffer.concat([head, data, sum]); };
  const size = Buffer.from([0, 0, 117, 48, 0, 0, 117, 48, 1, 0, 0, 0, 0]);
  zip.file("ppt/media/i.png", Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), part("IHDR", size), part("IDAT", zlib.deflateSync(Buffer.alloc(3751 * 30000))), part("IEND", Buffer.alloc(0))]));
  await relation("image", "../media/i.png", "Internal"); await picture("embed");`),
    },
  ],
};
