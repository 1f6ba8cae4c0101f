import { spawnSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { fullPath } from "./node24.mjs";

/**
 * @typedef {object} Program
 * @property {string} name
 * @property {readonly string[]} commands any of these on PATH will do
 * @property {readonly string[]} apt Debian packages
 * @property {string} why
 * @property {string} env environment variable that may hold its path
 * @property {string} setting key under `programs:` of viga.yaml that may hold it
 */

/** System programs that set-up knows how to install. */
export const programs = /** @type {const} */ ({
  "nats-server": {
    name: "nats-server",
    commands: ["nats-server"],
    apt: ["nats-server"],
    why: "the message bus",
    env: "VIGA_NATS_SERVER",
    setting: "nats_server",
  },
  // Many Blender programs import numpy, which Debian only recommends.
  blender: {
    name: "blender",
    commands: ["blender"],
    apt: ["blender", "python3-numpy"],
    why: "runs and renders programs",
    env: "VIGA_BLENDER",
    setting: "blender",
  },
  bubblewrap: {
    name: "bubblewrap",
    commands: ["bwrap"],
    apt: ["bubblewrap"],
    why: "the sandbox of LibreOffice and Chromium",
    env: "VIGA_BWRAP",
    setting: "bwrap",
  },
  chromium: {
    name: "chromium",
    commands: ["chromium", "chromium-browser", "google-chrome"],
    // Pages are drawn with these fonts alone, so that they look alike on every machine.
    apt: ["chromium", "fonts-liberation", "fonts-dejavu-core"],
    why: "pictures of web pages (design2code)",
    env: "VIGA_CHROMIUM",
    setting: "chromium",
  },
  libreoffice: {
    name: "libreoffice",
    commands: ["soffice", "libreoffice"],
    // Python speaks with it; slides are drawn with these fonts alone, so that they look alike on every machine.
    apt: ["libreoffice-impress", "python3-uno", "fonts-liberation", "fonts-dejavu-core"],
    why: "pictures of slides (autopresent)",
    env: "VIGA_LIBREOFFICE",
    setting: "libreoffice",
  },
  ffmpeg: {
    name: "ffmpeg",
    commands: ["ffmpeg"],
    apt: ["ffmpeg"],
    why: "animations (dynamic_scene)",
    env: "VIGA_FFMPEG",
    setting: "ffmpeg",
  },
});

const core = [programs["nats-server"], programs.blender];
const web = [programs.chromium, programs.bubblewrap];
const slides = [programs.libreoffice];

/** What each command of set-up needs. */
export const needs = {
  demo: core,
  test: [...core, ...web, ...slides],
  chaos: core,
  hostile: core,
  "hostile-web": web,
  "hostile-slides": [...slides, programs.bubblewrap],
  bench: [...core, ...web, ...slides],
  generate: [programs.blender],
  "generate-page": web,
};

/** Path of the first of `names` that is an executable file on PATH, or null. */
export function which(/** @type {readonly string[]} */ names, path = fullPath()) {
  for (const name of names) {
    for (const folder of path.split(delimiter)) {
      const file = isAbsolute(name) ? name : join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        if (statSync(file).isFile()) return file;
      } catch {
        // Not here; the next folder may have it.
      }
    }
  }
  return null;
}

/** Path of a program: where its environment variable says, else on PATH; null where it is not there. */
export function locate(/** @type {Program} */ program, path = fullPath()) {
  const given = process.env[program.env];
  return given ? which([given], "") : which(program.commands, path);
}

/** The programs among `wanted` that are not on the machine. */
export function absent(/** @type {readonly Program[]} */ wanted, path = fullPath()) {
  return wanted.filter((program) => locate(program, path) === null);
}

/** Version of the Blender on PATH where it is older than 3.4 (or does not start), else null. Asked once, after installing. */
export function oldBlender() {
  const done = spawnSync(locate(programs.blender) ?? "blender", ["--version"], { encoding: "utf8", timeout: 60_000 });
  const [version = "not able to start", major = "0", minor = "0"] = /(\d+)\.(\d+)[.\d]*/.exec(done.stdout ?? "") ?? [];
  return Number(major) * 100 + Number(minor) >= 304 ? null : version;
}
