import type { Outcome } from "../program.ts";

/** What a program may aim at: a file with the secret, and a local server that counts what reaches it. */
export interface SlideTargets {
  file: string;
  port: number;
}

/** One hostile program. It prints a line with ESCAPED where it gets something that it should not have. */
export interface HostileSlides {
  name: string;
  outcomes: readonly Outcome[];
  /** That it is given; 20 where nothing is said. */
  seconds?: number;
  program: (targets: SlideTargets) => string;
}

const head = `const PptxGenJS = require("pptxgenjs");
const pptx = new PptxGenJS();
pptx.addSlide().addText("x", { x: 1, y: 1, w: 1, h: 1, color: "000000" });
const got = (what) => console.log("ESCAPED " + what);
const tried = (what, work) => { try { const found = work(); if (found) got(what + " " + String(found).slice(0, 80)); } catch {} };
`;
const write = `\npptx.writeFile({ fileName: "output.pptx" });\n`;
const around = (body: string): string => `${head}${body}${write}`;

/** A deck of the library's that is opened again and changed before it is handed in; \`zip\` is its archive. */
const forged = (body: string): string => `${head}
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

export const slides: readonly HostileSlides[] = [
  { name: "endless loop", outcomes: ["timeout"], program: () => around("for (;;) {}") },
  { name: "waits for ever", outcomes: ["timeout"], program: () => around("setInterval(() => 0, 1000);") },
  { name: "process.exit", outcomes: ["output"], program: () => around("process.exit(0);") },
  {
    name: "ends itself by a signal",
    outcomes: ["crash"],
    program: () => around("process.kill(process.pid, 'SIGKILL');"),
  },
  {
    name: "memory in buffers",
    outcomes: ["memory", "crash"],
    program: () => around("const all = []; for (;;) all.push(Buffer.alloc(64e6, 1));"),
  },
  {
    name: "memory in objects",
    outcomes: ["memory", "crash"],
    program: () => around("const all = []; for (;;) all.push({ all: new Array(1000).fill(all.length) });"),
  },
  {
    name: "fills the disk",
    outcomes: ["program", "output"],
    program: () =>
      around("const fs = require('fs'); for (let i = 0; ; i++) fs.writeFileSync('f' + i, Buffer.alloc(16e6, 1));"),
  },
  {
    name: "starts processes, threads and native code",
    outcomes: ["ok"],
    program: () =>
      around(`const child = require("child_process");
tried("process", () => child.execFileSync("/bin/sh", ["-c", "echo out"]));
for (let i = 0; i < 200; i++) tried("fork", () => child.spawn(process.execPath, ["-e", "for (;;) {}"], { detached: true }).pid);
tried("thread", () => new (require("worker_threads").Worker)("for (;;) {}", { eval: true }).threadId);
tried("addon", () => process.dlopen({ exports: {} }, "/usr/lib/libreoffice/program/libmergedlo.so") ?? "loaded");
tried("binding", () => process.binding("spawn_sync").spawn({ file: "/bin/sh", args: ["sh"], stdio: [] }).pid);
tried("inspector", () => require("inspector").open(0, "127.0.0.1") ?? require("inspector").url());`),
  },
  {
    name: "reads files and secrets",
    outcomes: ["ok"],
    program: ({ file }) =>
      around(`const fs = require("fs");
for (const path of [${JSON.stringify(file)}, "/etc/passwd", "/etc/shadow", "/root/.ssh", "/proc/1/environ", "/proc/self/cmdline", process.cwd() + "/../etc/hostname"])
  tried("read " + path, () => fs.readFileSync(path, "utf8"));
for (const path of ["/", "/home", "/root", "/tmp", "/proc"]) tried("listed " + path, () => fs.readdirSync(path).join());
tried("wrote", () => fs.writeFileSync("/tmp/x", "x") ?? "x");
tried("link", () => fs.symlinkSync(${JSON.stringify(file)}, "link") ?? fs.readFileSync("link", "utf8"));
tried("environment", () => Object.keys(process.env).filter((name) => !/^(HOME|PATH|LANG|TZ|PWD)$/.test(name)).join());`),
  },
  {
    name: "reaches the network",
    outcomes: ["ok", "program"],
    program: ({ port }) =>
      around(`const net = require("net");
net.connect(${port}, "127.0.0.1", () => got("socket")).on("error", () => 0);
require("http").get("http://127.0.0.1:${port}/", () => got("http")).on("error", () => 0);
fetch("http://127.0.0.1:${port}/").then(() => got("fetch"), () => 0);
require("dgram").createSocket("udp4").on("error", () => 0).send("x", ${port}, "127.0.0.1", function () { this.close(); });
require("dns").lookup("example.com", (error) => error || got("name"));`),
  },
  {
    name: "changes the library and all objects",
    outcomes: ["ok", "program", "output"],
    program: () =>
      around(`Object.prototype.left = "left"; PptxGenJS.prototype.addSlide = () => 0; JSON.parse = () => 0; Array.prototype.map = () => [];
require("fs").readFileSync = () => Buffer.from("PK");`),
  },
  {
    name: "lies about its end",
    outcomes: ["output", "crash", "program", "ok"],
    program: () =>
      around(`tried("", () => { require("fs").writeSync(4, '{"code":0,"wrote":true,"others":[]'); require("fs").writeSync(3, "not a deck"); });
console.log("x".repeat(5e6));`),
  },
  {
    name: "links to a file of the machine",
    outcomes: ["output"],
    program: ({ file }) => forged(`await relation("image", "file://${file}"); await picture("link");`),
  },
  {
    name: "links to /etc/passwd as an own part",
    outcomes: ["output"],
    program: () => forged(`await relation("image", "file:///etc/passwd", "Internal"); await picture("embed");`),
  },
  {
    name: "a picture of the network",
    outcomes: ["output"],
    program: ({ port }) => forged(`await relation("image", "http://127.0.0.1:${port}/x.png"); await picture("link");`),
  },
  {
    name: "macros",
    outcomes: ["output"],
    program: () =>
      forged(`zip.file("ppt/vbaProject.bin", "x"); await relation("vbaProject", "../vbaProject.bin", "Internal");`),
  },
  {
    name: "an outer part by a path upwards",
    outcomes: ["output", "ok"],
    program: ({ file }) =>
      forged(`await relation("image", "../../../../../..${file}", "Internal"); await picture("embed");`),
  },
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
];
