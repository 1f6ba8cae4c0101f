import type { HostileTheme } from "../document.ts";
import { got, script } from "./page.ts";

export const windows: HostileTheme = {
  mustNot: "open anything, leave its place or stay for the next page",
  programs: [
    {
      name: "windows, dialogs, downloads, going elsewhere",
      outcomes: ["ok", "output"],
      program: ({ tcp }) =>
        script(`for (let i = 0; i < 20; i++) window.open("about:blank");
alert("a"); confirm("b"); prompt("c"); print();
const link = document.createElement("a"); link.href = "data:text/plain,x"; link.download = "x.txt"; document.body.append(link); link.click();
onbeforeunload = (event) => { event.preventDefault(); return "stay"; };
location.href = "http://127.0.0.1:${tcp}/k";`),
    },
    {
      name: "a window that goes on by itself",
      outcomes: ["ok", "output"],
      program: () =>
        script(`const other = window.open("about:blank", "_blank", "noopener=no");
if (other) { other.document.write("<script>setInterval(() => { window.opener && (opener.name = 'spore'); }, 1)<\\/script>"); other.document.close(); }
window.open(location.href); window.open("data:text/html,<script>for(;;){}<\\/script>"); window.open("blob:" + location.origin + "/x");`),
    },
    {
      name: "registers workers and leaves storage",
      outcomes: ["ok"],
      program: () =>
        script(`navigator.serviceWorker?.register("/sw.js").then(() => console.log("ESCAPED service worker"), () => 0);
navigator.serviceWorker?.register(URL.createObjectURL(new Blob(["onfetch = () => 0"], { type: "text/javascript" }))).then(() => console.log("ESCAPED service worker"), () => 0);
try { new SharedWorker(URL.createObjectURL(new Blob(["setInterval(() => new BroadcastChannel('spore').postMessage('spore'), 1)"]))); } catch {}
document.cookie = "spore=1; domain=page.viga"; document.cookie = "spore=1; domain=viga"; localStorage.spore = 1; sessionStorage.spore = 1; window.name = "spore";
indexedDB.open("spore"); new BroadcastChannel("spore").postMessage("spore"); history.pushState({}, "", "#spore"); caches.open("spore").catch(() => 0);
setInterval(() => localStorage.spore++, 1);`),
    },
    {
      name: "closes itself and empties its document",
      outcomes: ["ok", "output", "program", "timeout"],
      program: () =>
        script("window.close(); document.documentElement.remove(); document.open(); document.close(); stop();"),
    },
  ],
};

export const output: HostileTheme = {
  mustNot: "flood its log or write more into it than text",
  programs: [
    {
      name: "floods its log",
      outcomes: ["ok", "timeout", "memory"],
      program: () => script("for (let i = 0; i < 20000; i++) console.log('x'.repeat(1000));"),
    },
    {
      name: "floods its log without end",
      outcomes: ["ok", "timeout", "memory", "crash"],
      program: () => script("for (;;) { console.log('x'.repeat(1e6)); console.error(document); }"),
    },
    {
      name: "errors without end",
      outcomes: ["ok", "timeout", "memory"],
      program: () =>
        script(
          "setInterval(() => { throw new Error('x'.repeat(1e6)); }, 0); for (let i = 0; i < 5000; i++) Promise.reject(new Error('y'.repeat(1e5)));",
        ),
    },
  ],
};

export const functions: HostileTheme = {
  mustNot: "change how it, or the next page, is looked at",
  programs: [
    {
      name: "breaks what pages are looked at with",
      outcomes: ["ok", "output"],
      program: () =>
        script(`for (const name of ["getBoundingClientRect", "querySelectorAll"]) Element.prototype[name] = () => { throw 1; };
document.querySelectorAll = () => { throw 1; }; JSON.stringify = () => "forged"; Array.prototype.map = () => [];
window.getComputedStyle = () => ({}); Promise.prototype.then = () => {}; Object.prototype.toJSON = () => "forged";`),
    },
    {
      name: "gives every object properties of its own",
      outcomes: ["ok", "output"],
      program: () =>
        script(`for (const name of ["x", "y", "width", "height", "text", "kind", "id", "value", "then", "length", "type", "result", "error", "objectId", "0"])
  try { Object.defineProperty(Object.prototype, name, { get() { throw new Error("forged " + name); }, set() {}, configurable: true }); } catch {}
Array.prototype[Symbol.iterator] = function* () { for (;;) yield "forged"; }; Function.prototype.call = Function.prototype.apply = () => "forged"; Reflect.apply = () => "forged";`),
    },
    {
      name: "replaces getters of the document",
      outcomes: ["ok", "output"],
      program: () =>
        script(`for (const [of, names] of [[Node.prototype, ["childNodes", "firstChild", "nextSibling", "textContent", "parentNode", "nodeType"]], [Element.prototype, ["children", "attributes", "tagName", "shadowRoot"]],
  [Document.prototype, ["body", "fonts", "images", "readyState", "styleSheets", "defaultView"]], [HTMLImageElement.prototype, ["complete", "naturalWidth", "decode"]]])
  for (const name of names) try { Object.defineProperty(of, name, { get() { for (;;) throw new Error("forged"); }, configurable: true }); } catch {}`),
    },
    {
      name: "elements that are named like properties",
      outcomes: ["ok", "output"],
      program:
        () => `<!DOCTYPE html><p>page</p><form><input name=attributes><input name=parentNode><input name=childNodes><input name=getBoundingClientRect><input name=tagName><input name=style></form>
<img name=body><img name=fonts><img name=documentElement><form id=getComputedStyle></form><iframe name=document></iframe><a id=console><a id=console name=log></a>`,
    },
    {
      name: "names and texts that are no text",
      outcomes: ["ok", "output"],
      program: () =>
        script(`for (const text of ["\\0", "\\ud800", "\\u202e\\u2066", "\\x1b[2J\\x07", "__proto__", "constructor", "x".repeat(1e6), '"}]}', "</script>"]) {
  const one = document.createElement("div"); one.id = text; one.className = text; one.setAttribute("title", text); one.textContent = text; one.style.fontFamily = "'" + text.slice(0, 50) + "'"; document.body.append(one); }`),
    },
    {
      name: "speaks to who drives the browser",
      outcomes: ["ok", "output"],
      program: () =>
        script(`${got}for (const name of Object.getOwnPropertyNames(window)) if (/playwright|puppeteer|__pw|cdc_|^viga/i.test(name)) got("a binding " + name);
console.debug("__playwright_evaluate", { objectId: "1" }); postMessage({ id: 1, method: "Browser.close" }, "*"); window.__playwright__binding__?.("close");
console.log("\\0{\\"id\\":1,\\"method\\":\\"Browser.close\\"}\\0");`),
    },
    {
      name: "elements whose code runs as they are looked at",
      outcomes: ["ok", "output", "timeout"],
      program: () =>
        `<!DOCTYPE html><p>page</p><x-trap>one</x-trap><script>customElements.define("x-trap", class extends HTMLElement {
connectedCallback() { this.attachShadow({ mode: "closed" }).innerHTML = "<b>hidden</b><slot></slot>"; }
getBoundingClientRect() { throw new Error("forged"); } getClientRects() { for (;;) {} } get offsetWidth() { for (;;) {} } get textContent() { for (;;) {} } get innerText() { for (;;) {} } });</script>`,
    },
  ],
};
