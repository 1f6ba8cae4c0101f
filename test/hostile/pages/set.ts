import type { Outcome } from "../program.ts";

/** What a page may aim at: a file with the secret, and a local server that counts what reaches it. */
export interface PageTargets {
  file: string;
  port: number;
}

/** One hostile page. It prints a line with ESCAPED where it gets something that it should not have. */
export interface HostilePage {
  name: string;
  outcomes: readonly Outcome[];
  program: (targets: PageTargets) => string;
}

const script = (text: string): string => `<!DOCTYPE html><p>page</p><script>${text}</script>`;
const escaped = 'console.log("ESCAPED " + text)';

export const pages: readonly HostilePage[] = [
  { name: "endless loop", outcomes: ["timeout"], program: () => script("for (;;) {}") },
  {
    name: "reads files by address",
    outcomes: ["ok"],
    program: ({ file }) => `<!DOCTYPE html><p>page</p><iframe src="file://${file}"></iframe><img src="file://${file}">
<link rel=stylesheet href="file://${file}"><object data="file://${file}"></object><embed src="file://${file}">
<script>
const text = "read a file";
fetch("file://${file}").then((answer) => answer.text()).then(() => ${escaped}).catch(() => 0);
const old = new XMLHttpRequest();
old.onload = () => ${escaped};
try { old.open("GET", "file://${file}"); old.send(); } catch {}
try { importScripts("file://${file}"); } catch {}
import("file://${file}").then(() => ${escaped}).catch(() => 0);
</script>`,
  },
  {
    name: "reaches this machine by every way there is",
    outcomes: ["ok"],
    program: ({
      port,
    }) => `<!DOCTYPE html><p>page</p><img src="http://127.0.0.1:${port}/a"><iframe src="http://localhost:${port}/b"></iframe>
<link rel=preconnect href="http://127.0.0.1:${port}"><link rel=dns-prefetch href="//example.com"><link rel=prefetch href="http://127.0.0.1:${port}/c">
<script>
fetch("http://127.0.0.1:${port}/d", { mode: "no-cors", keepalive: true }).catch(() => 0);
navigator.sendBeacon("http://127.0.0.1:${port}/e", "x");
new WebSocket("ws://127.0.0.1:${port}/f");
new EventSource("http://127.0.0.1:${port}/g");
try { new WebTransport("https://127.0.0.1:${port}/h"); } catch {}
new Worker(URL.createObjectURL(new Blob(["fetch('http://127.0.0.1:${port}/i', { mode: 'no-cors' }).catch(() => 0)"])));
const form = document.createElement("form");
form.action = "http://127.0.0.1:${port}/j"; form.method = "post"; form.target = "frame"; document.body.append(form); form.submit();
</script>`,
  },
  {
    name: "finds addresses by WebRTC",
    outcomes: ["ok"],
    program: ({ port }) =>
      script(`const peer = new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:${port}" }] });
peer.createDataChannel("x"); peer.createOffer().then((offer) => peer.setLocalDescription(offer));
peer.onicecandidate = ({ candidate }) => { if (candidate && /srflx/.test(candidate.candidate)) console.log("ESCAPED " + candidate.candidate); };`),
  },
  {
    name: "windows, dialogs, downloads, going elsewhere",
    outcomes: ["ok", "output"],
    program: ({ port }) =>
      script(`for (let i = 0; i < 20; i++) window.open("about:blank");
alert("a"); confirm("b"); prompt("c"); print();
const link = document.createElement("a"); link.href = "data:text/plain,x"; link.download = "x.txt"; document.body.append(link); link.click();
onbeforeunload = (event) => { event.preventDefault(); return "stay"; };
location.href = "http://127.0.0.1:${port}/k";`),
  },
  {
    name: "registers a service worker and leaves storage",
    outcomes: ["ok"],
    program: () =>
      script(`navigator.serviceWorker?.register("/sw.js").then(() => console.log("ESCAPED service worker"), () => 0);
document.cookie = "spore=1; domain=page.viga"; localStorage.spore = 1; sessionStorage.spore = 1; window.name = "spore";
indexedDB.open("spore"); new BroadcastChannel("spore").postMessage("spore"); history.pushState({}, "", "#spore");
setInterval(() => localStorage.spore++, 1);`),
  },
  {
    name: "takes memory for ever",
    outcomes: ["memory", "crash"],
    program: () => script("const a = []; for (;;) a.push(new Uint8Array(2 ** 26).fill(1));"),
  },
  {
    name: "canvas far too large",
    outcomes: ["ok", "memory", "crash"],
    program: () =>
      script(`for (let i = 0; i < 8; i++) { const canvas = document.createElement("canvas"); canvas.width = canvas.height = 30000;
document.body.append(canvas); const context = canvas.getContext("2d"); if (context) { context.fillRect(0, 0, 30000, 30000); } }`),
  },
  {
    name: "page a billion pixels high",
    outcomes: ["ok"],
    program: () =>
      "<!DOCTYPE html><p>page</p><div style='height:1000000000px;background:linear-gradient(red,blue)'></div>",
  },
  {
    name: "workers without end",
    outcomes: ["ok", "memory", "timeout", "crash"],
    program: () => script("for (let i = 0; i < 3000; i++) new Worker(URL.createObjectURL(new Blob(['for (;;) {}'])));"),
  },
  {
    name: "floods its log",
    outcomes: ["ok", "timeout", "memory"],
    program: () => script("for (let i = 0; i < 20000; i++) console.log('x'.repeat(1000));"),
  },
  {
    name: "loads itself again and again",
    outcomes: ["ok", "output", "timeout"],
    program: () => script("location.reload(); setInterval(() => location.reload(), 1);"),
  },
  {
    name: "breaks what pages are looked at with",
    outcomes: ["ok", "output"],
    program: () =>
      script(`for (const name of ["getBoundingClientRect", "querySelectorAll"]) Element.prototype[name] = () => { throw 1; };
document.querySelectorAll = () => { throw 1; }; JSON.stringify = () => "forged"; Array.prototype.map = () => [];
window.getComputedStyle = () => ({}); Promise.prototype.then = () => {}; Object.prototype.toJSON = () => "forged";`),
  },
];
