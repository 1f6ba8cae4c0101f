import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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
  const complaint = npmCi(root, npm.command, npm.args, npm.env) ?? again(root, npm);
  if (complaint !== null) return complaint;
  if (!ownNodeWillDo() && bundledNode(root) === null) {
    return `no Node 24 for ${process.platform}-${process.arch} came with the packages; install Node 24 or newer yourself`;
  }
  stamp(root);
  return null;
}

/** Runs `npm ci`. Returns a complaint, or null. */
function npmCi(
  /** @type {string} */ root,
  /** @type {string} */ command,
  /** @type {string[]} */ before,
  /** @type {NodeJS.ProcessEnv} */ env,
) {
  const args = [...before, "ci", "--include=dev", "--include=optional", "--no-fund", "--no-audit", "--loglevel=error"];
  const done = spawnSync(command, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  if (done.error) return `npm could not be started: ${done.error.message}`;
  if (done.signal) return `npm ci was ended by ${done.signal}`;
  if (done.status !== 0) return `npm ci failed (exit ${done.status}); its own message stands above`;
  return null;
}

/**
 * npm leaves optional packages out whose `engines` the running Node does not meet (sharp's binary wants 20.9). Under an
 * older Node the installation is therefore done once more by npm on the Node 24 that the first one brought.
 */
function again(
  /** @type {string} */ root,
  /** @type {{ command: string, args: string[], env: NodeJS.ProcessEnv }} */ npm,
) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const node = bundledNode(root);
  if (major > 20 || (major === 20 && minor >= 9) || node === null) return null;
  const script = npm.args[0] ?? realpathSync(npm.command);
  if (!/\.c?js$/.test(script)) return `Node ${process.versions.node} is too old; install Node 20.9 or newer with npm`;
  const folder = mkdtempSync(join(tmpdir(), "viga-node24-"));
  try {
    // npm ci deletes node_modules first, and this Node with it: it runs from a copy.
    const copy = join(folder, "node");
    copyFileSync(node, copy);
    const path = `${folder}${delimiter}${npm.env.PATH ?? ""}`;
    return npmCi(root, copy, [script], { ...npm.env, PATH: path });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
