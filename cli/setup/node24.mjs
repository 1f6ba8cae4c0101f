import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The Node version viga runs on: it reads TypeScript by itself. */
export const wantedMajor = 24;

const major = (/** @type {string} */ version) => Number.parseInt(version, 10);

/** Whether the running Node will do. */
export function ownNodeWillDo(version = process.versions.node) {
  return major(version) >= wantedMajor;
}

/**
 * Path of the Node 24 that `npm ci` put beside the other packages, or null. Looks through the parents too, because
 * npm may have placed it in an outer node_modules.
 * @param {string} root folder of package.json
 */
export function bundledNode(root) {
  const name = `node-linux-${process.arch}`;
  for (let folder = root; ; folder = dirname(folder)) {
    const found = join(folder, "node_modules", name, "bin", "node");
    if (existsSync(found)) return realpathSync(found);
    if (dirname(folder) === folder) return null;
  }
}

/** The Node to run viga with: this one, the bundled one, or null. */
export function nodeFor(/** @type {string} */ root) {
  return ownNodeWillDo() ? process.execPath : bundledNode(root);
}

/** PATH with the folders of system programs that a plain user's PATH leaves out (Debian puts nats-server there). */
export function fullPath(path = process.env.PATH ?? "") {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  for (const extra of ["/usr/local/sbin", "/usr/sbin"]) if (!folders.includes(extra)) folders.push(extra);
  return folders.join(delimiter);
}
