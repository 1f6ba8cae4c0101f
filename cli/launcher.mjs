#!/usr/bin/env node
// Makes `viga` work under any Node from 18 on: hands over to the bundled Node 24 where this one is older.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundledNode, fullPath, ownNodeWillDo, wantedMajor } from "./setup/node24.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "cli", "main.ts");
/** A clone runs its sources; a package has none, but what was built of them. */
const inClone = existsSync(source);
const main = inClone ? source : join(root, "dist", "cli", "main.js");

function missing(/** @type {string} */ message, /** @type {string} */ command) {
  process.stderr.write(`viga: ${message}\n  ${command}\n`);
  process.exit(3);
}

if (inClone && !existsSync(join(root, "node_modules"))) {
  missing("its packages are not installed yet. Run:", `cd ${JSON.stringify(root)} && npm ci`);
}
process.env.PATH = fullPath();
if (ownNodeWillDo()) {
  await import(pathToFileURL(main).href);
} else {
  const node = bundledNode(root);
  if (node === null) {
    missing(
      `needs Node ${wantedMajor} or newer; this is ${process.versions.node}, and the bundled one is not installed. Run:`,
      inClone ? `cd ${JSON.stringify(root)} && npm ci --include=optional` : "npm install --include=optional",
    );
  } else {
    const { handOver } = await import("./setup/handover.mjs");
    process.exitCode = await handOver(node, [...process.execArgv, main, ...process.argv.slice(2)]);
  }
}
