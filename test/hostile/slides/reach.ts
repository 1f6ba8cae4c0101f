import type { HostileTheme } from "../document.ts";
import { around } from "./program.ts";

export const processes: HostileTheme = {
  mustNot: "start a process or a thread, or load code of the machine",
  programs: [
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
      name: "fork bombs by every module",
      outcomes: ["ok", "program"],
      program: () =>
        around(`for (let i = 0; i < 50; i++) {
tried("cluster", () => require("cluster").fork().id); tried("fork", () => require("child_process").fork("program.js").pid);
tried("exec", () => require("child_process").exec("sleep 1000").pid); tried("sync", () => require("child_process").spawnSync("sh", ["-c", "echo out"]).stdout); }`),
    },
    {
      name: "other ways to code: loaders, wasi, sqlite, vm, bindings",
      outcomes: ["ok", "program"],
      program: ({ outside }) =>
        around(`tried("loader", () => require("module").register("data:text/javascript,export const load = () => { throw 1; }") ?? 0);
tried("wasi", () => new (require("wasi").WASI)({ version: "preview1", preopens: { "/": "/" } }) && require("fs").readdirSync("/").join());
for (const path of ["${outside}/spore", "${outside}/open/free.txt", "/etc/spore", "/viga/spore"]) tried("database " + path, () => { new (require("node:sqlite").DatabaseSync)(path).exec("create table t (a)"); return "written"; });
tried("extension", () => { const to = new (require("node:sqlite").DatabaseSync)(":memory:", { allowExtension: true }); to.loadExtension("/usr/lib/x86_64-linux-gnu/libm.so.6"); return "loaded"; });
tried("vm", () => new (require("vm").Script)("this.constructor.constructor('return process')().mainModule?.require('child_process').execSync('id')").runInNewContext({}));
for (const name of ["process_wrap", "fs", "tcp_wrap", "worker", "natives"]) tried("binding " + name, () => { const found = process.binding(name); return found.Process && new found.Process().spawn({ file: "/bin/sh", args: ["sh"] }) === 0 && "spawned"; });
tried("permission", () => { process.permission.has = () => true; Object.defineProperty(process, "permission", { value: undefined }); return require("fs").readFileSync("/etc/passwd", "utf8"); });
tried("arguments", () => { process.execArgv.length = 0; process.env.NODE_OPTIONS = "--allow-child-process"; return new (require("worker_threads").Worker)("program.js").threadId; });`),
    },
  ],
};

export const secrets: HostileTheme = {
  mustNot: "read or write a file of the machine, another job's or an earlier one's",
  programs: [
    {
      name: "reads files and secrets",
      outcomes: ["ok"],
      program: ({ outside }) =>
        around(`const fs = require("fs");
  for (const path of [${JSON.stringify(`${outside}/goal.py`)}, "/etc/passwd", "/etc/shadow", "/root/.ssh", "/proc/1/environ", "/proc/self/cmdline", process.cwd() + "/../etc/hostname"])
    tried("read " + path, () => fs.readFileSync(path, "utf8"));
  for (const path of ["/", "/home", "/root", "/tmp", "/proc"]) tried("listed " + path, () => fs.readdirSync(path).join());
  tried("wrote", () => fs.writeFileSync("/tmp/x", "x") ?? "x");
  tried("link", () => fs.symlinkSync(${JSON.stringify(`${outside}/goal.py`)}, "link") ?? fs.readFileSync("link", "utf8"));
  tried("environment", () => Object.keys(process.env).filter((name) => !/^(HOME|PATH|LANG|TZ|PWD)$/.test(name)).join());`),
    },
    {
      name: "writes outside its folder",
      outcomes: ["ok"],
      program: ({ outside, neighbour }) =>
        around(`const fs = require("fs");
for (const path of ["/tmp/spore", "/dev/shm/spore", "/etc/spore", "/root/spore", "/var/tmp/spore", "/viga/spore", "../tmp/spore", "${outside}/open/free.txt", "${neighbour}/spore", "/proc/self/oom_score_adj", "/proc/sys/kernel/core_pattern"])
  for (const work of [() => fs.writeFileSync(path, "x"), () => fs.mkdirSync(path), () => fs.renameSync("program.js", path), () => fs.linkSync("program.js", path), () => fs.symlinkSync("program.js", path), () => fs.chmodSync(path, 0o777)])
    tried("wrote " + path, () => { work(); return "done"; });
for (const path of ["/viga/run.mjs", "/node_modules/pptxgenjs/package.json"]) tried("changed " + path, () => { fs.appendFileSync(path, " "); return "done"; });`),
    },
    {
      name: "reads other processes, and the engine's environment",
      outcomes: ["ok"],
      program: ({ engine, runner, victim }) =>
        around(`const fs = require("fs");
for (const pid of ["self", 1, process.ppid, ${engine}, ${runner}, ${victim}]) for (const what of ["environ", "maps", "mem", "cwd/goal.py", "root/etc/passwd", "fd/3", "cmdline"])
  tried(pid + " " + what, () => fs.readFileSync("/proc/" + pid + "/" + what, "utf8"));
tried("environment", () => Object.values(process.env).filter((value) => /key/.test(value)).join()); tried("user", () => require("os").userInfo().username !== "nobody" && require("os").userInfo().username);
tried("report", () => Object.keys(process.report.getReport().environmentVariables).filter((name) => /KEY|TOKEN|BYSTANDER/.test(name)).join());`),
    },
    {
      name: "hands in a link instead of a deck",
      outcomes: ["output", "ok", "program"],
      program: () =>
        `${around("")}const fs = require("fs");
process.prependListener("exit", () => { for (const path of ["/etc/passwd", "/proc/self/environ", "/viga/run.mjs", "/dev/zero"]) try { fs.rmSync("output.pptx", { force: true }); fs.symlinkSync(path, "output.pptx"); } catch {} });`,
    },
  ],
};

export const network: HostileTheme = {
  mustNot: "reach anything over a network, this machine included",
  programs: [
    {
      name: "reaches the network",
      outcomes: ["ok", "program"],
      program: ({ tcp }) =>
        around(`const net = require("net");
  net.connect(${tcp}, "127.0.0.1", () => got("socket")).on("error", () => 0);
  require("http").get("http://127.0.0.1:${tcp}/", () => got("http")).on("error", () => 0);
  fetch("http://127.0.0.1:${tcp}/").then(() => got("fetch"), () => 0);
  require("dgram").createSocket("udp4").on("error", () => 0).send("x", ${tcp}, "127.0.0.1", function () { this.close(); });
  require("dns").lookup("example.com", (error) => error || got("name"));`),
    },
    {
      name: "sockets of every kind",
      outcomes: ["ok", "program"],
      program: ({ tcp, udp, unix, outside }) =>
        around(`const net = require("net"); const end = (socket, what) => socket.on("error", () => 0).on("connect", () => got(what));
end(net.connect({ path: "\\0${unix}" }), "abstract"); end(net.connect({ path: "${outside}/open/socket" }), "socket"); end(net.connect({ path: "/run/dbus/system_bus_socket" }), "bus");
for (const host of ["localhost", "::1", "0.0.0.0", "10.0.2.2", "169.254.169.254"]) end(net.connect({ host, port: ${tcp}, timeout: 500 }), host);
try { end(require("tls").connect({ host: "127.0.0.1", port: ${tcp} }), "tls"); } catch {} try { require("http2").connect("http://127.0.0.1:${tcp}").on("error", () => 0).on("connect", () => got("http2")); } catch {}
try { new WebSocket("ws://127.0.0.1:${tcp}").onopen = () => got("web socket"); } catch {} try { new EventSource("http://127.0.0.1:${tcp}"); } catch {}
const datagrams = require("dgram").createSocket("udp4").on("error", () => 0); datagrams.send("x", ${udp}, "127.0.0.1", () => datagrams.close());
for (const [name, { address }] of Object.entries(require("os").networkInterfaces()).map(([name, all]) => [name, all[0]])) if (name !== "lo") got("interface " + name + " " + address);
setTimeout(() => process.exit(0), 1500);`),
    },
  ],
};

export const library: HostileTheme = {
  mustNot: "change what runs it, or the next one",
  programs: [
    {
      name: "changes the library and all objects",
      outcomes: ["ok", "program", "output"],
      program: () =>
        around(`Object.prototype.left = "left"; PptxGenJS.prototype.addSlide = () => 0; JSON.parse = () => 0; Array.prototype.map = () => [];
  require("fs").readFileSync = () => Buffer.from("PK");`),
    },
    {
      name: "gives every object traps",
      outcomes: ["ok", "program", "output", "crash"],
      program: () =>
        around(`for (const name of ["code", "wrote", "others", "error", "length", "get", "value", "encoding", "flag"]) Object.defineProperty(Object.prototype, name, { get() { return "forged"; }, set() {}, configurable: true });
Buffer.prototype.toString = () => "forged"; Buffer.from = () => { throw 1; }; process.exit = () => 0; process.reallyExit = () => 0; Array.prototype[Symbol.iterator] = null;`),
    },
  ],
};
