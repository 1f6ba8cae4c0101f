import type { HostileTheme } from "../document.ts";
import { script } from "./page.ts";

export const loops: HostileTheme = {
  mustNot: "hold its slot beyond its seconds",
  programs: [
    { name: "endless loop", outcomes: ["timeout"], program: () => script("for (;;) {}") },
    {
      name: "endless microtasks",
      outcomes: ["timeout"],
      program: () => script("const again = () => Promise.resolve().then(again); again();"),
    },
    {
      name: "endless regular expression",
      outcomes: ["timeout"],
      program: () => script('/^(a+)+$/.test("a".repeat(50) + "b");'),
    },
    {
      name: "loop that begins while the picture is taken",
      outcomes: ["ok", "timeout"],
      program: () =>
        script("addEventListener('resize', () => { for (;;) {} }); setTimeout(() => { for (;;) {} }, 300);"),
    },
    {
      name: "loop in every frame and timer",
      outcomes: ["ok", "timeout"],
      program: () =>
        script(`const work = () => { const end = performance.now() + 400; while (performance.now() < end); };
const frame = () => { work(); requestAnimationFrame(frame); }; frame(); setInterval(work, 1);`),
    },
    {
      name: "dialogs without end",
      outcomes: ["ok", "output", "timeout"],
      program: () => script("for (;;) alert('again');"),
    },
    {
      name: "loads itself again and again",
      outcomes: ["ok", "output", "timeout"],
      program: () => script("location.reload(); setInterval(() => location.reload(), 1);"),
    },
    {
      name: "changes its history without end",
      outcomes: ["ok", "output", "timeout"],
      program: () =>
        script("for (let i = 0; ; i++) { history.pushState({ i }, '', '#' + i); location.hash = 'h' + i; }"),
    },
    {
      name: "frames in frames without end",
      outcomes: ["ok", "memory", "timeout", "crash"],
      program: () =>
        script(`const add = (at) => { const frame = at.createElement("iframe"); at.body.append(frame); setTimeout(() => { add(frame.contentDocument); add(frame.contentDocument); }); };
add(document);`),
    },
    {
      name: "grows as it is looked at",
      outcomes: ["ok", "timeout", "memory"],
      program: () =>
        script(`new MutationObserver(() => document.body.append("more")).observe(document.body, { childList: true });
new ResizeObserver(() => document.body.append(document.createElement("div"), "x")).observe(document.body); document.body.append("first");`),
    },
  ],
};

export const memory: HostileTheme = {
  mustNot: "take more memory or processors than its limits",
  programs: [
    {
      name: "takes memory for ever",
      seconds: 30,
      outcomes: ["memory", "crash"],
      program: () => script("const a = []; for (;;) a.push(new Uint8Array(2 ** 26).fill(1));"),
    },
    {
      name: "memory of WebAssembly",
      seconds: 30,
      outcomes: ["ok", "memory", "crash"],
      program: () =>
        script(`const all = []; for (let i = 0; i < 16; i++) { const memory = new WebAssembly.Memory({ initial: 16384, maximum: 65536 });
new Uint8Array(memory.buffer).fill(1); all.push(memory); }`),
    },
    {
      name: "memory of many workers together",
      seconds: 30,
      outcomes: ["memory", "crash"],
      program: () =>
        script(`for (let i = 0; i < 16; i++) new Worker(URL.createObjectURL(new Blob(["const a = []; for (;;) a.push(new Uint8Array(2 ** 24).fill(1));"])));
const hold = () => { const frame = document.createElement("iframe"); frame.srcdoc = "x"; frame.onload = () => { frame.remove(); hold(); }; document.body.append(frame); }; hold(); hold();`),
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
      name: "page a billion pixels wide",
      outcomes: ["ok"],
      program: () => "<!DOCTYPE html><p>page</p><div style='width:1000000000px;height:9px;background:red'></div>",
    },
    {
      name: "millions of elements",
      outcomes: ["ok", "memory", "timeout", "crash"],
      program: () =>
        script(
          'for (let i = 0; i < 400; i++) document.body.insertAdjacentHTML("beforeend", "<b>x</b>".repeat(10000));',
        ),
    },
    {
      name: "elements nested a hundred thousand deep",
      outcomes: ["ok", "memory", "timeout", "crash"],
      program: () =>
        script(
          `let at = document.body; for (let i = 0; i < 100000; i++) { const next = document.createElement("div"); at.append(next); at = next; } at.textContent = "deep";`,
        ),
    },
    {
      name: "a text of sixty megabytes",
      outcomes: ["ok", "memory", "timeout", "crash", "output"],
      program: () => script('document.body.append("word ".repeat(12000000)); document.body.id = "x".repeat(6e6);'),
    },
    {
      name: "drawings and variables that grow by doubling",
      outcomes: ["ok", "memory", "timeout", "crash"],
      program:
        () => `<!DOCTYPE html><style>p { --a0: xxxxxxxxxx; ${Array.from({ length: 30 }, (_, i) => `--a${i + 1}: var(--a${i}) var(--a${i});`).join(" ")} content: var(--a30) }</style>
<p>page</p><svg width=100 height=100><defs><g id=u0><rect width=9 height=9 /></g>${Array.from({ length: 24 }, (_, i) => `<g id=u${i + 1}><use href="#u${i}"/><use href="#u${i}"/></g>`).join("")}</defs><use href="#u24"/></svg>`,
    },
    {
      name: "filters and shadows without measure",
      outcomes: ["ok", "memory", "timeout", "crash"],
      program: () =>
        `<!DOCTYPE html><p>page</p><div style="width:9000px;height:9000px;filter:blur(3000px) drop-shadow(0 0 5000px red);box-shadow:${Array(200).fill("0 0 4000px red").join()};backdrop-filter:blur(900px);transform:perspective(1px) rotateX(89deg) scale(90000)">x</div>`,
    },
    {
      name: "a picture of enormous size",
      outcomes: ["ok", "memory", "timeout", "crash"],
      program: () =>
        `<!DOCTYPE html><p>page</p><img src='data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" width="900000" height="900000"><filter id="f"><feTurbulence baseFrequency="0.9" numOctaves="99"/></filter><rect width="900000" height="900000" filter="url(%23f)"/></svg>' style="width:900000px">`,
    },
    {
      name: "workers without end",
      outcomes: ["ok", "memory", "timeout", "crash"],
      program: () =>
        script("for (let i = 0; i < 3000; i++) new Worker(URL.createObjectURL(new Blob(['for (;;) {}'])));"),
    },
  ],
};

export const disk: HostileTheme = {
  mustNot: "fill a disk or leave a file",
  programs: [
    {
      name: "stores without end",
      outcomes: ["ok", "memory", "timeout", "crash"],
      program: () =>
        script(`const block = new Uint8Array(2 ** 24).fill(7);
(async () => { const cache = await caches.open("spore"); for (let i = 0; ; i++) await cache.put("/" + i, new Response(block)); })().catch(() => 0);
(async () => { const folder = await navigator.storage.getDirectory(); for (let i = 0; ; i++) { const to = await (await folder.getFileHandle("spore" + i, { create: true })).createWritable(); await to.write(block); await to.close(); } })().catch(() => 0);
indexedDB.open("spore").onupgradeneeded = ({ target }) => { const store = target.result.createObjectStore("s"); for (let i = 0; i < 60; i++) store.put(block, i); };
try { for (;;) localStorage["k" + localStorage.length] = "x".repeat(1e5); } catch {}`),
    },
    {
      name: "downloads without end",
      outcomes: ["ok", "output", "memory", "timeout", "crash"],
      program: () =>
        script(`const url = URL.createObjectURL(new Blob([new Uint8Array(5e7)]));
for (let i = 0; i < 40; i++) { const link = document.createElement("a"); link.href = url; link.download = "../../spore" + i; document.body.append(link); link.click(); }`),
    },
  ],
};
