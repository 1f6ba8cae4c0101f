#!/usr/bin/env node
// Makes `viga` work under any Node from 18 on: hands over to the bundled Node 24 where this one is older.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledNode, fullPath, ownNodeWillDo, wantedMajor } from "./setup/node24.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, "cli", "main.ts");

function missing(/** @type {string} */ message, /** @type {string} */ command) {
  process.stderr.write(`viga: ${message}\n  ${command}\n`);
  process.exit(3);
}

if (!existsSync(join(root, "node_modules"))) {
  missing("its packages are not installed yet. Run:", `cd ${JSON.stringify(root)} && npm ci`);
}
process.env.PATH = fullPath();
if (ownNodeWillDo()) {
  await import("./main.ts");
} else {
  const node = bundledNode(root);
  if (node === null) {
    missing(
      `needs Node ${wantedMajor} or newer; this is ${process.versions.node}, and the bundled one is not installed. Run:`,
      `cd ${JSON.stringify(root)} && npm ci --include=optional`,
    );
  } else {
    const { handOver } = await import("./setup/handover.mjs");
    process.exitCode = await handOver(node, [...process.execArgv, main, ...process.argv.slice(2)]);
  }
}
