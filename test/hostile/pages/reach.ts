import type { HostileTheme } from "../document.ts";
import { got, script } from "./page.ts";

export const network: HostileTheme = {
  mustNot: "reach anything over a network, this machine included",
  programs: [
    {
      name: "every way to send to this machine",
      outcomes: ["ok"],
      program: ({
        tcp,
      }) => `<!DOCTYPE html><p>page</p><img src="http://127.0.0.1:${tcp}/a"><iframe src="http://localhost:${tcp}/b"></iframe>
<link rel=preconnect href="http://127.0.0.1:${tcp}"><link rel=dns-prefetch href="//example.com"><link rel=prefetch href="http://127.0.0.1:${tcp}/c">
<script>
fetch("http://127.0.0.1:${tcp}/d", { mode: "no-cors", keepalive: true }).catch(() => 0);
navigator.sendBeacon("http://127.0.0.1:${tcp}/e", "x");
new WebSocket("ws://127.0.0.1:${tcp}/f");
new EventSource("http://127.0.0.1:${tcp}/g");
try { new WebTransport("https://127.0.0.1:${tcp}/h"); } catch {}
new Worker(URL.createObjectURL(new Blob(["fetch('http://127.0.0.1:${tcp}/i', { mode: 'no-cors' }).catch(() => 0)"])));
const form = document.createElement("form");
form.action = "http://127.0.0.1:${tcp}/j"; form.method = "post"; form.target = "frame"; document.body.append(form); form.submit();
</script>`,
    },
    {
      name: "style sheets, fonts, media and manifests from elsewhere",
      outcomes: ["ok"],
      program: ({ tcp }) => `<!DOCTYPE html><link rel=manifest href="http://127.0.0.1:${tcp}/m"><style>
@import "http://127.0.0.1:${tcp}/a"; @font-face { font-family: f; src: url("http://127.0.0.1:${tcp}/b") }
p { font-family: f; cursor: url("http://127.0.0.1:${tcp}/c"), auto; mask: url("http://127.0.0.1:${tcp}/d#m"); background: url("http://127.0.0.1:${tcp}/e") }
</style><p>page</p><video src="http://127.0.0.1:${tcp}/f" poster="http://127.0.0.1:${tcp}/g" autoplay></video><audio src="http://127.0.0.1:${tcp}/h" autoplay></audio>
<svg><image href="http://127.0.0.1:${tcp}/i"/><use href="http://127.0.0.1:${tcp}/j#x"/></svg><script src="http://127.0.0.1:${tcp}/k"></script>
<script type=speculationrules>{"prefetch":[{"source":"list","urls":["http://127.0.0.1:${tcp}/l"]}],"prerender":[{"source":"list","urls":["http://127.0.0.1:${tcp}/n"]}]}</script>`,
    },
    {
      name: "addresses and packets by WebRTC",
      outcomes: ["ok"],
      program: ({ tcp, udp }) =>
        script(`const peer = new RTCPeerConnection({ iceServers: [{ urls: "stun:127.0.0.1:${udp}" }, { urls: "turn:127.0.0.1:${tcp}?transport=tcp", username: "a", credential: "b" }] });
peer.createDataChannel("x"); peer.createOffer().then((offer) => peer.setLocalDescription(offer));
peer.onicecandidate = ({ candidate }) => { if (candidate && /srflx|relay/.test(candidate.candidate)) console.log("ESCAPED " + candidate.candidate); };
peer.addIceCandidate?.({ candidate: "candidate:1 1 udp 1 127.0.0.1 ${udp} typ host", sdpMid: "0" }).catch(() => 0);`),
    },
    {
      name: "a meta refresh to this machine",
      outcomes: ["ok", "output"],
      program: ({ tcp }) =>
        `<!DOCTYPE html><meta http-equiv=refresh content="0;url=http://127.0.0.1:${tcp}/a"><p>page</p>`,
    },
    {
      name: "the browser's own doors: debugging, chrome:, view-source:",
      outcomes: ["ok", "output"],
      program: () =>
        script(`${got}for (const port of [9222, 9229, 1, 80])
  tried("debugging " + port, () => fetch("http://127.0.0.1:" + port + "/json/version", { mode: "no-cors" }).then(() => "answered"));
for (const url of ["chrome://version", "chrome://crash", "view-source:file:///etc/passwd", "devtools://devtools/bundled/inspector.html", "filesystem:file:///etc/passwd"]) {
  tried(url, () => fetch(url).then((answer) => answer.text()));
  const frame = document.createElement("iframe"); frame.src = url; document.body.append(frame);
  setTimeout(() => tried(url, () => frame.contentDocument?.body?.innerText.includes("root:")), 100);
}`),
    },
  ],
};

export const secrets: HostileTheme = {
  mustNot: "read a file of the machine, another task's or an earlier page's",
  programs: [
    {
      name: "reads files by address",
      outcomes: ["ok"],
      program: ({
        outside,
      }) => `<!DOCTYPE html><p>page</p><iframe src="file://${outside}/goal.py"></iframe><img src="file://${outside}/goal.py">
<link rel=stylesheet href="file://${outside}/goal.py"><object data="file://${outside}/goal.py"></object><embed src="file://${outside}/goal.py">
<script>${got}
tried("fetched", () => fetch("file://${outside}/goal.py").then((answer) => answer.text()));
tried("imported", () => import("file://${outside}/goal.py").then(() => "a module"));
const old = new XMLHttpRequest(); old.onload = () => got("loaded " + old.responseText);
try { old.open("GET", "file://${outside}/goal.py"); old.send(); } catch {}
try { importScripts("file://${outside}/goal.py"); got("scripts"); } catch {}
</script>`,
    },
    {
      name: "climbs out of its folder",
      outcomes: ["ok"],
      program: ({ outside, neighbour }) =>
        script(`${got}for (const path of ["/etc/passwd", "/../../../../etc/passwd", "/..%2f..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd", "/..\\\\..\\\\etc\\\\passwd",
  "/${outside}/goal.py", "/${neighbour}/secret.txt", "/proc/self/environ", "/target.png", "/goal.html", "/page.png", "/rick.jpg%00", "//etc/passwd", "/./././etc/passwd"])
  tried(path, () => fetch(path).then((answer) => answer.ok && answer.text()));`),
    },
    {
      name: "looks for what an earlier page left",
      outcomes: ["ok"],
      program: () =>
        script(`${got}tried("caches", () => caches.keys().then((all) => all.join()));
tried("databases", () => indexedDB.databases().then((all) => all.map((one) => one.name).join()));
tried("workers", () => navigator.serviceWorker?.getRegistrations().then((all) => all.length || ""));
tried("folder", async () => { for await (const [name] of (await navigator.storage.getDirectory()).entries()) return name; });
tried("referrer", () => document.referrer); tried("opener", () => window.opener); tried("name", () => window.name);
tried("cookies", () => document.cookie); tried("local", () => Object.keys(localStorage).join()); tried("session", () => Object.keys(sessionStorage).join());
tried("history", () => (history.length > 2 ? history.length + " entries" : ""));
tried("entries", () => performance.getEntriesByType("resource").map((one) => one.name).join());
new BroadcastChannel("spore").onmessage = ({ data }) => got("a message " + data);`),
    },
    {
      name: "asks for devices, the clipboard and places",
      outcomes: ["ok"],
      program: () =>
        script(`${got}tried("camera", () => navigator.mediaDevices.getUserMedia({ video: true, audio: true }));
tried("screen", () => navigator.mediaDevices.getDisplayMedia());
tried("clipboard", () => navigator.clipboard.readText());
navigator.geolocation?.getCurrentPosition(() => got("a place"), () => 0);
tried("notifications", () => Notification.requestPermission().then((is) => is === "granted"));
tried("usb", () => navigator.usb?.requestDevice({ filters: [] })); tried("serial", () => navigator.serial?.requestPort());
tried("bluetooth", () => navigator.bluetooth?.requestDevice({ acceptAllDevices: true })); tried("midi", () => navigator.requestMIDIAccess?.({ sysex: true }).then((all) => all.inputs.size));
tried("fonts", () => window.queryLocalFonts?.().then((all) => all.length)); tried("files", () => window.showOpenFilePicker?.()); tried("folders", () => window.showDirectoryPicker?.());
document.documentElement.requestFullscreen?.().catch(() => 0); document.body.requestPointerLock?.();`),
    },
  ],
};
