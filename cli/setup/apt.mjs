import { spawnSync } from "node:child_process";
import { which } from "./programs.mjs";

/** @typedef {import("./programs.mjs").Program} Program */

const quiet = { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" };

/** @param {readonly string[]} argv */
function ask(argv) {
  const [command = "", ...args] = argv;
  const done = spawnSync(command, args, {
    env: { ...process.env, ...quiet },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { ok: done.status === 0, text: `${done.stdout ?? ""}${done.stderr ?? ""}` };
}

/** @param {readonly string[]} argv */
function show(argv) {
  const [command = "", ...args] = argv;
  return (
    spawnSync(command, args, { env: { ...process.env, ...quiet }, stdio: ["ignore", "inherit", "inherit"] }).status ===
    0
  );
}

/** The command line for a person to type. */
export function commandFor(/** @type {readonly Program[]} */ missing) {
  const packages = missing.flatMap((program) => program.apt).join(" ");
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  return `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packages}`;
}

/**
 * Words to put before apt-get so that it may install: none as root, sudo where that asks no password.
 * A text says why it may not.
 * @returns {readonly string[] | string}
 */
export function rights() {
  if (process.env.VIGA_INSTALL === "never") return "VIGA_INSTALL=never is set";
  if (which(["apt-get"]) === null) return "this is no Debian or Ubuntu (there is no apt-get)";
  if (process.getuid?.() === 0) return [];
  const sudo = which(["sudo"]);
  if (sudo === null) return "you are not root, and there is no sudo";
  // sudo drops the environment, so what apt must know is said again behind it.
  const settings = Object.entries(quiet).map(([key, value]) => `${key}=${value}`);
  return ask([sudo, "-n", "true"]).ok
    ? [sudo, "-n", "env", ...settings]
    : "you are not root, and sudo wants a password";
}

/** Packages that apt does not know, after at most one `apt-get update` (told by `updated`). */
function unknownTo(/** @type {readonly string[]} */ packages) {
  return packages.filter((name) => !/^ {2}Candidate: (?!\(none\))/m.test(ask(["apt-cache", "policy", name]).text));
}

/**
 * What installing would take, in apt's own words; null where apt cannot say.
 * @param {readonly string[]} packages
 */
function size(packages) {
  const { text } = ask(["apt-get", "-y", "--print-uris", "--no-install-recommends", "install", ...packages]);
  const count = /(\d+) newly installed/.exec(text)?.[1];
  const get = /Need to get (?:.*\/)?(\d[\d.,]* ?[kMG]?B)/.exec(text)?.[1];
  const use = /After this operation, (\d[\d.,]* ?[kMG]?B) of additional/.exec(text)?.[1];
  if (count === undefined || get === undefined) return null;
  return `${count} package${count === "1" ? "" : "s"}, ${get} to download${use === undefined ? "" : `, ${use} on disk`}`;
}

/**
 * Looks at what is to be installed, refreshing apt's lists first where it does not know a package.
 * @param {readonly Program[]} missing
 * @param {readonly string[]} prefix see `rights`
 * @param {{ say: (line: string) => void, mayUpdate: boolean }} options
 */
export function prepare(missing, prefix, { say, mayUpdate }) {
  const packages = missing.flatMap((program) => program.apt);
  let unknown = unknownTo(packages);
  let updated = false;
  if (unknown.length > 0 && mayUpdate) {
    say("refreshing the package lists (apt-get update) ...");
    if (!show([...prefix, "apt-get", "-q", "update"])) say("apt-get update failed; going on with the lists at hand");
    updated = true;
    unknown = unknownTo(packages);
  }
  return { packages, unknown, updated, size: unknown.length > 0 ? null : size(packages) };
}

/**
 * Installs packages; where that fails with old lists, refreshes them and tries once more. Returns whether it worked.
 * @param {{ packages: readonly string[], updated: boolean }} plan
 * @param {readonly string[]} prefix
 * @param {(line: string) => void} say
 */
export function installPackages(plan, prefix, say) {
  const install = [...prefix, "apt-get", "-y", "-q", "--no-install-recommends", "install", ...plan.packages];
  if (show(install)) return true;
  if (plan.updated) return false;
  say("that failed; refreshing the package lists and trying once more ...");
  return show([...prefix, "apt-get", "-q", "update"]) && show(install);
}
