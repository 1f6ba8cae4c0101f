// Builds dist/ for a package: Node reads no TypeScript under node_modules, so the tarball holds .js and .d.ts files, and beside
// them all that the program reads at run time. Run by `npm pack`; a clone never needs it.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const dist = join(root, "dist");
const settings = join(root, "tsconfig.build.json");

rmSync(dist, { recursive: true, force: true });
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
const done = spawnSync(process.execPath, [compiler, "-p", settings], { cwd: root, stdio: "inherit" });
if (done.status !== 0) process.exit(done.status ?? 1);

/** @type {{ include: string[] }} */
const { include: folders } = JSON.parse(readFileSync(settings, "utf8"));
for (const folder of folders) {
  cpSync(join(root, folder), join(dist, folder), {
    recursive: true,
    filter: (path) => !/\.ts$|__pycache__/.test(path),
  });
}
/** @type {{ name: string, version: string, type: string }} */
const { name, version, type } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
writeFileSync(join(dist, "package.json"), `${JSON.stringify({ name, version, type })}\n`);
