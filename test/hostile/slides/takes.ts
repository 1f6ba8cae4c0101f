import type { HostileTheme } from "../document.ts";
import { around } from "./program.ts";

export const loops: HostileTheme = {
  mustNot: "hold its slot beyond its seconds",
  programs: [
    { name: "endless loop", outcomes: ["timeout"], program: () => around("for (;;) {}") },
    { name: "waits for ever", outcomes: ["timeout"], program: () => around("setInterval(() => 0, 1000);") },
    {
      name: "endless regular expression",
      outcomes: ["timeout"],
      program: () => around('/^(a+)+$/.test("a".repeat(60) + "b");'),
    },
    {
      name: "begins again whenever it is about to end",
      outcomes: ["timeout"],
      program: () => around("process.on('beforeExit', () => setTimeout(() => 0, 10));"),
    },
    {
      name: "hangs when the process ends",
      outcomes: ["timeout"],
      program: () => around("process.prependListener('exit', () => { for (;;) {} });"),
    },
    {
      name: "sleeps in the kernel, deaf to signals",
      outcomes: ["timeout"],
      program: () =>
        around(`for (const name of Object.keys(require("os").constants.signals)) try { process.on(name, () => 0); } catch {}
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`),
    },
    {
      name: "listens and waits for a caller",
      outcomes: ["timeout", "program"],
      program: () => around("require('net').createServer().listen(8080, '0.0.0.0');"),
    },
  ],
};

export const exits: HostileTheme = {
  mustNot: "end more than itself, or be taken for what it is not",
  programs: [
    { name: "process.exit", outcomes: ["output"], program: () => around("process.exit(0);") },
    {
      name: "ends itself by a signal",
      outcomes: ["crash"],
      program: () => around("process.kill(process.pid, 'SIGKILL');"),
    },
    { name: "process.abort", outcomes: ["crash"], program: () => around("process.abort();") },
    {
      name: "recursion without end",
      outcomes: ["program"],
      program: () => around("const again = () => again() + 1; again();"),
    },
    {
      name: "throws what is no error",
      outcomes: ["program"],
      program: () => around("throw { get name() { throw 1; }, toString() { throw 2; } };"),
    },
    {
      name: "an error whose text never ends",
      outcomes: ["program", "timeout", "memory", "crash"],
      program: () =>
        around("throw Object.assign(new Error('x'.repeat(4e8)), { get name() { return 'y'.repeat(4e8); } });"),
    },
    {
      name: "kills by number: its parent, process 1, all, the engine, a bystander",
      outcomes: ["ok", "crash", "output"],
      program: ({ engine, runner, victim }) =>
        around(`for (const pid of [process.ppid, 1, ${engine}, ${runner}, ${victim}, -${engine}, ...Array.from({ length: 4000 }, (_, i) => i + 2)])
  if (pid !== process.pid) try { process.kill(pid, "SIGKILL"); } catch {}
try { process.kill(-1, "SIGKILL"); } catch {}`),
    },
    {
      name: "crashes the engine that runs it",
      outcomes: ["crash", "program", "ok"],
      program: () =>
        around(`require("v8").setFlagsFromString("--allow-natives-syntax --stack-size=900000");
const deep = () => deep() + 1; try { deep(); } catch {} try { new Function("%Abort('x')")(); } catch {}`),
    },
  ],
};

export const memory: HostileTheme = {
  mustNot: "take more memory than its limit",
  programs: [
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
      name: "memory of WebAssembly and shared memory",
      outcomes: ["memory", "crash"],
      program: () =>
        around(`const all = []; for (;;) { const memory = new WebAssembly.Memory({ initial: 8192, maximum: 8192, shared: true });
new Uint8Array(memory.buffer).fill(1); all.push(memory, new Uint8Array(new SharedArrayBuffer(2 ** 27)).fill(1)); }`),
    },
    {
      name: "one text that doubles",
      outcomes: ["program", "memory", "crash"],
      program: () => around("let text = 'x'; for (;;) { text += text; Buffer.from(text); }"),
    },
    {
      name: "a deck of a hundred thousand words",
      outcomes: ["ok", "timeout", "output", "memory", "crash"],
      program: () => around("pptx.addSlide().addText('word '.repeat(100000), { x: 0, y: 0, w: 9, h: 5 });"),
    },
  ],
};

export const disk: HostileTheme = {
  mustNot: "fill a disk or leave a file",
  programs: [
    {
      name: "fills the disk",
      outcomes: ["program", "output"],
      program: () =>
        around("const fs = require('fs'); for (let i = 0; ; i++) fs.writeFileSync('f' + i, Buffer.alloc(16e6, 1));"),
    },
    {
      name: "a file of a terabyte with nothing in it",
      outcomes: ["output", "program", "memory"],
      program: () =>
        around(`process.prependListener("exit", () => require("fs").truncateSync("output.pptx", 2 ** 40));`),
    },
    {
      name: "files without number",
      outcomes: ["program", "output", "timeout", "memory", "ok"],
      program: () => around("const fs = require('fs'); for (let i = 0; ; i++) fs.writeFileSync('f' + i, '');"),
    },
    {
      name: "files it removes but keeps open",
      outcomes: ["program", "output", "memory"],
      program: () =>
        around(
          "const fs = require('fs'); for (let i = 0; ; i++) { const to = fs.openSync('g', 'w'); fs.writeSync(to, Buffer.alloc(16e6, 1)); fs.unlinkSync('g'); }",
        ),
    },
    {
      name: "databases, which Node's permissions do not see",
      outcomes: ["ok", "memory"],
      seconds: 60,
      program: () =>
        around(`for (const path of ["/spore", "/etc/spore", "/viga/spore", "/tmp/spore", "/dev/shm/spore"]) try {
  const base = new (require("node:sqlite").DatabaseSync)(path); base.exec("pragma journal_mode = off; pragma synchronous = off; create table t (a)");
  const add = base.prepare("insert into t values (zeroblob(16000000))"); for (let i = 0; i < 40; i++) add.run(); got("600 MB in " + path); } catch {}`),
    },
    {
      name: "folders nested without end",
      outcomes: ["program", "output", "timeout", "ok", "memory"],
      program: () => around("const fs = require('fs'); for (;;) { fs.mkdirSync('d'); process.chdir('d'); }"),
    },
    {
      name: "dumps and reports of the process",
      outcomes: ["ok", "program"],
      program: () =>
        around(`for (const path of ["/tmp/spore", "/dev/shm/spore", "/viga/spore"]) {
  tried("heap " + path, () => require("v8").writeHeapSnapshot(path)); tried("report " + path, () => require("fs").existsSync(process.report.writeReport(path)) && path); }`),
    },
  ],
};

export const output: HostileTheme = {
  mustNot: "flood its log, or forge what it handed in",
  programs: [
    {
      name: "lies about its end",
      outcomes: ["output", "crash", "program", "ok"],
      program: () =>
        around(`tried("", () => { require("fs").writeSync(4, '{"code":0,"wrote":true,"others":[]'); require("fs").writeSync(3, "not a deck"); });
  console.log("x".repeat(5e6));`),
    },
    {
      name: "prints endlessly",
      outcomes: ["timeout", "crash", "memory"],
      program: () => around("const fs = require('fs'); for (;;) fs.writeSync(1, 'x'.repeat(1e6));"),
    },
    {
      name: "one line of 200 MB, and bytes that are no text",
      outcomes: ["ok", "memory"],
      program: () => around("process.stdout.write('x'.repeat(2e8)); process.stderr.write(Buffer.alloc(1e7, 0xff));"),
    },
    {
      name: "forges its report with odd types",
      outcomes: ["ok", "output", "crash", "program"],
      program: () =>
        around(`const fs = require("fs"); process.prependListener("exit", () => {
for (const text of ['{"code":true,"wrote":"yes","others":"x","error":{"type":1,"message":[],"line":"1e999"}}', "[".repeat(60000), '{"__proto__":{"ok":true}}', "NaN"]) try { fs.writeSync(4, text); } catch {} });`),
    },
    {
      name: "a report of a gigabyte",
      outcomes: ["output", "crash", "memory", "timeout", "program"],
      program: () => around("const fs = require('fs'); for (;;) fs.writeSync(4, 'x'.repeat(1e6));"),
    },
    {
      name: "a deck of a gigabyte",
      outcomes: ["output", "crash", "memory", "timeout", "program"],
      program: () => around("const fs = require('fs'); for (;;) fs.writeSync(3, Buffer.alloc(1e6, 1));"),
    },
    {
      name: "closes every descriptor, and reads each",
      outcomes: ["ok", "crash", "output", "program", "timeout"],
      program: () =>
        around(`const fs = require("fs"); for (let i = 5; i < 64; i++) try { const to = Buffer.alloc(100); const size = fs.readSync(i, to); if (size > 8) got("descriptor " + i); } catch {}
for (let i = 0; i < 64; i++) try { fs.closeSync(i); } catch {}`),
    },
  ],
};
