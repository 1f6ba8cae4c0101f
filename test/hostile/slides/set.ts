import { program } from "../../bridge/engines/office.ts";
import type { HostileDocuments } from "../document.ts";
import { links, sizes } from "./decks.ts";
import { library, network, processes, secrets } from "./reach.ts";
import { disk, exits, loops, memory, output } from "./takes.ts";

export const slides: HostileDocuments = {
  engine: "slides",
  view: { name: "slide", camera: null },
  good: program(`pptx.addSlide().addText("good", { x: 1, y: 1, w: 3, h: 1, fontFace: "Arial", color: "123456" });
console.log([typeof Object.prototype.left, require("fs").readdirSync(".").join()].join("|"));`),
  log: "undefined|program.js",
  seconds: 20,
  memoryMb: 900,
  processes: 12,
  themes: { loops, exits, memory, disk, output, processes, secrets, network, library, links, sizes },
};
