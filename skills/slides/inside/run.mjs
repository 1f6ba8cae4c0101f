/**
 * Runs one program in the sandbox, which is what holds it: nothing that this process says is believed. It makes the library
 * ready, waits for a program and its files on stdin, and when the program is over writes the deck to descriptor 3 and what went
 * wrong to descriptor 4.
 */
import { linkSync, mkdirSync, readdirSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

const folder = "/work";
const program = `${folder}/program.js`;
const deck = "output.pptx";

const require = createRequire(program);
const library = pathToFileURL(require.resolve("pptxgenjs")).href;
const Library = require("pptxgenjs");
// With its first deck the library loads and compiles the most of itself: that is done before anybody waits.
const first = new Library();
first
  .addSlide()
  .addText([{ text: "first", options: { bullet: true } }], { x: 1, y: 1, w: 1, h: 1, color: "000000" })
  .addShape("rect", { x: 1, y: 1, w: 1, h: 1, fill: { color: "000000" } });
await first.write({ outputType: "nodebuffer" });
// One copy of the library, loaded already, for programs that import it and those that require it.
registerHooks({
  resolve: (name, context, next) =>
    name === "pptxgenjs" ? { url: library, format: "commonjs", shortCircuit: true } : next(name, context),
});
// Programs mix both ways of naming a module.
globalThis.require = require;

function waiting(work) {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}

function read(bytes) {
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; ) {
    const got = waiting(() => readSync(0, buffer, at, bytes - at, null));
    if (got === 0) process.exit(0);
    at += got;
  }
  return buffer;
}

function write(descriptor, bytes) {
  for (let at = 0; at < bytes.length; ) at += waiting(() => writeSync(descriptor, bytes, at));
}

const order = JSON.parse(read(read(4).readUInt32BE()).toString("utf8"));
for (const { name, full, size } of order.files) {
  mkdirSync(dirname(`${folder}/${full}`), { recursive: true });
  writeFileSync(`${folder}/${full}`, read(size));
  if (name === full) continue;
  // A program may name its files with their folder or without.
  mkdirSync(dirname(`${folder}/${name}`), { recursive: true });
  try {
    linkSync(`${folder}/${full}`, `${folder}/${name}`);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
}
writeFileSync(program, read(order.program));
process.chdir(folder);

/** @type {{ type: string, message: string, line?: number } | undefined} */
let failed;

function told(error) {
  const text = String(error?.stack ?? error);
  const line = /\/work\/program\.js:(\d+)/.exec(text)?.[1];
  return {
    type: String(error?.name ?? "Error").slice(0, 80),
    message: String(error?.message ?? error).slice(0, 2000),
    ...(line === undefined ? {} : { line: Number(line) }),
  };
}

const fail = (error) => {
  failed ??= told(error);
  process.exit(1);
};
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);
process.on("exit", (code) => {
  let bytes;
  try {
    bytes = readFileSync(`${folder}/${deck}`);
  } catch {
    // It wrote none; the names of what it did write say more.
  }
  const others = readdirSync(folder).filter((name) => name.endsWith(".pptx") && name !== deck);
  const report = { code, wrote: bytes !== undefined, others: others.slice(0, 5), ...(failed ? { error: failed } : {}) };
  write(4, Buffer.from(JSON.stringify(report)));
  if (bytes !== undefined && failed === undefined) write(3, bytes);
});

await import(pathToFileURL(program).href).catch(fail);
