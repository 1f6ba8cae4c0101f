import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { bundledNode, ownNodeWillDo } from "./node24.mjs";
import { which } from "./programs.mjs";

const stampOf = (/** @type {string} */ root) => join(root, "node_modules", ".viga-lock");

function lockHash(/** @type {string} */ root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

function readOr(/** @type {string} */ file, /** @type {string} */ otherwise) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return otherwise;
  }
}

/**
 * Why the packages in node_modules are not the ones of package-lock.json; null where they are.
 * @param {string} root folder of package.json
 * @returns {string | null}
 */
export function stale(root) {
  if (!existsSync(join(root, "node_modules"))) return "not installed yet";
  if (!ownNodeWillDo() && bundledNode(root) === null) return "the bundled Node 24 is missing";
  if (readOr(stampOf(root), "") === lockHash(root)) return null;
  if (!matchesLock(root)) return "not the versions of package-lock.json";
  stamp(root);
  return null;
}

/** Whether npm's own record of node_modules agrees with package-lock.json: someone ran `npm ci` by hand. */
function matchesLock(/** @type {string} */ root) {
  /** @type {{ packages?: Record<string, { version?: string, optional?: boolean }> }} */
  let wanted;
  /** @type {typeof wanted} */
  let installed;
  try {
    wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    installed = JSON.parse(readFileSync(join(root, "node_modules", ".package-lock.json"), "utf8"));
  } catch {
    return false;
  }
  return Object.entries(wanted.packages ?? {}).every(([path, entry]) => {
    if (path === "") return true;
    const found = installed.packages?.[path];
    // Optional packages are for other platforms where npm left them out.
    return found === undefined ? entry.optional === true : found.version === entry.version;
  });
}

function stamp(/** @type {string} */ root) {
  try {
    writeFileSync(stampOf(root), lockHash(root));
  } catch {
    // A read-only checkout works too; it is only checked again each time.
  }
}

/** How to call npm: the one that started this process, else the one on PATH. null: there is none. */
function npmCommand(/** @type {string} */ root) {
  const script = process.env.npm_execpath;
  // `npm ci` deletes node_modules first, so npm must not run on the Node that lies in there.
  const inside = `${join(root, "node_modules")}${sep}`;
  const path = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !`${folder}${sep}`.startsWith(inside))
    .join(delimiter);
  const node = process.execPath.startsWith(inside) ? which(["node"], path) : process.execPath;
  const env = { ...process.env, PATH: path };
  if (node !== null && script?.endsWith("npm-cli.js") && existsSync(script))
    return { command: node, args: [script], env };
  const npm = which(["npm"], path);
  return npm === null ? null : { command: npm, args: [], env };
}

/**
 * Installs the packages of package-lock.json. Returns a complaint, or null.
 * @param {string} root
 * @returns {string | null}
 */
export function install(root) {
  const npm = npmCommand(root);
  if (npm === null) return "npm is not on PATH; install Node.js 18 or newer with npm";
  const args = [
    ...npm.args,
    "ci",
    "--include=dev",
    "--include=optional",
    "--no-fund",
    "--no-audit",
    "--loglevel=error",
  ];
  const done = spawnSync(npm.command, args, { cwd: root, env: npm.env, stdio: ["ignore", "inherit", "inherit"] });
  if (done.error) return `npm could not be started: ${done.error.message}`;
  if (done.signal) return `npm ci was ended by ${done.signal}`;
  if (done.status !== 0) return `npm ci failed (exit ${done.status}); its own message stands above`;
  if (!ownNodeWillDo() && bundledNode(root) === null) {
    return `no Node 24 for ${process.platform}-${process.arch} came with the packages; install Node 24 or newer yourself`;
  }
  stamp(root);
  return null;
}
