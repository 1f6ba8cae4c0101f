// Set-up and start: `npm start`, `npm test`, and `npm run` chaos, hostile, bench or generate. Runs on Node 18 and newer without any
// package installed. Installs what the chosen command needs, then hands over to it on Node 24.
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { commandFor, installPackages, prepare, rights } from "./apt.mjs";
import { handOver } from "./handover.mjs";
import { fullPath, nodeFor } from "./node24.mjs";
import { install, stale } from "./packages.mjs";
import { absent, needs, oldBlender, programs, which } from "./programs.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const say = (/** @type {string} */ line) => process.stderr.write(`set-up: ${line}\n`);

/** What runs once the machine is ready. */
const starts = {
  demo: ["cli/main.ts", "run", "--config", "examples/demo.yaml"],
  test: ["node_modules/vitest/vitest.mjs", "run"],
  chaos: ["test/chaos/run.ts"],
  hostile: ["test/hostile/run.ts"],
  bench: ["bench/run.ts"],
  generate: ["examples/generate.ts"],
};

/** Missing on the machine, or not allowed: exit 3, with what to do. */
function stop(/** @type {readonly string[]} */ lines) {
  for (const line of lines) say(line);
  process.exit(3);
}

function packages(/** @type {boolean} */ plan) {
  const reason = stale(root);
  if (reason === null) return;
  say(`packages: ${reason}; ${plan ? "would run" : "running"} npm ci`);
  if (plan) return;
  const complaint = install(root);
  if (complaint !== null) stop([complaint, "then start again; nothing else was changed"]);
}

function askPerson(/** @type {string} */ question) {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((/** @type {(yes: boolean) => void} */ resolve) => {
    reader.on("SIGINT", () => {
      reader.close();
      process.exit(130);
    });
    reader.on("close", () => resolve(false));
    reader.question(question, (answer) => {
      resolve(/^(|y|yes)$/i.test(answer.trim()));
      reader.close();
    });
  });
}

async function systemPrograms(/** @type {keyof typeof needs} */ command, /** @type {boolean} */ plan) {
  const missing = absent(needs[command]);
  if (missing.length === 0) return;
  for (const { name, why, apt } of missing)
    say(`missing: ${name} (${why}; Debian ${apt.length > 1 ? "packages" : "package"} ${apt.join(", ")})`);
  const prefix = rights();
  if (typeof prefix === "string") {
    const how = which(["apt-get"]) === null ? "install these with your system's package manager" : commandFor(missing);
    if (plan) return void say(`would stop here: ${prefix}. To install: ${how}`);
    return stop([`cannot install them: ${prefix}. Run this, then start again:`, `  ${how}`]);
  }
  const { packages: names, unknown, updated, size } = prepare(missing, prefix, { say, mayUpdate: !plan });
  if (unknown.length > 0) {
    const line = `apt knows no package ${unknown.join(", ")}`;
    if (plan) return void say(`${line} yet; would run apt-get update, then install ${names.join(" ")}`);
    return stop([`${line}; check your package sources and the network, then run:`, `  ${commandFor(missing)}`]);
  }
  say(`${plan ? "would install" : "to install"}: ${names.join(" ")} (${size ?? "size unknown"})`);
  if (plan) return;
  if (process.stdin.isTTY && process.stderr.isTTY && !process.env.CI && !(await askPerson("set-up: install? [Y/n] "))) {
    stop(["nothing was installed. To do it yourself:", `  ${commandFor(missing)}`]);
  }
  if (!installPackages({ packages: names, updated }, prefix, say)) {
    stop(["apt-get failed; its own message stands above. Mend that, then run:", `  ${commandFor(missing)}`]);
  }
  const still = absent(missing);
  if (still.length > 0) stop([`installed, but not on PATH: ${still.map(({ commands }) => commands[0]).join(", ")}`]);
  const old = missing.includes(programs.blender) ? oldBlender() : null;
  if (old !== null) {
    stop([`this system's Blender is ${old}; viga needs 3.4 or newer. Get one from blender.org and put it on PATH`]);
  }
  say("system programs are ready");
}

const [name = "", ...rest] = process.argv.slice(2);
const command = /** @type {keyof typeof starts} */ (name);
if (!Object.hasOwn(starts, name)) {
  say(`expected one of ${Object.keys(starts).join(", ")}, got ${JSON.stringify(name)}`);
  process.exit(2);
}
const plan = rest[0] === "--plan";
packages(plan);
/** What the command needs for what it is asked: pages and slides need no Blender. */
function needed() {
  if (command === "generate" && rest.includes("design2code")) return "generate-page";
  if (command === "hostile" && rest.includes("web")) return "hostile-web";
  if (command === "hostile" && rest.includes("slides")) return "hostile-slides";
  return command;
}
await systemPrograms(needed(), plan);
const node = nodeFor(root);
const [script = "", ...fixed] = starts[command];
const line = [script, ...fixed, ...rest.slice(plan ? 1 : 0)];
if (plan) {
  say(`would start: node ${line.join(" ")}`);
} else if (node === null) {
  stop(["there is no Node 24 here, neither your own nor the bundled one; run `npm ci --include=optional`"]);
} else {
  process.env.PATH = fullPath();
  process.exitCode = await handOver(node, [join(root, script), ...line.slice(1)], { cwd: root });
}
