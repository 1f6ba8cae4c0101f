import type { HostileDocuments } from "../document.ts";
import { functions, output, windows } from "./misleads.ts";
import { network, secrets } from "./reach.ts";
import { disk, loops, memory } from "./takes.ts";

export const pages: HostileDocuments = {
  engine: "web",
  view: { name: "page", camera: null, aspect: { width: 320, height: 240 } },
  good: `<p style="color:#123456">good</p><script>
console.log([document.cookie, localStorage.length, sessionStorage.length, window.name, location.hash].join("|"));</script>`,
  log: "|0|0||",
  seconds: 6,
  memoryMb: 1500,
  processes: 24,
  themes: { loops, memory, disk, output, network, secrets, windows, functions },
};
