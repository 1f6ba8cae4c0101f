import { existsSync } from "node:fs";
import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { stale } from "../setup/packages.mjs";
import { which } from "../setup/programs.mjs";
import { ask, atLeast } from "./probe.ts";
import type { Row } from "./row.ts";

const root = resolve(import.meta.dirname, "../..");
/** Least free disk for a run with its tape and pictures, GiB. */
const leastDisk = 2;

function nodeRow(): Row {
  const version = process.versions.node;
  const ok = atLeast(version, "24");
  const how = ok ? "" : "npm ci --include=optional, then start through `npm run viga --`";
  return { name: "node", version, ok, required: true, needed_for: "viga itself", how_to_get: how, apt: [] };
}

function packagesRow(): Row {
  // A clone has a lock file to compare with; the packages of an installed one are npm's matter.
  const inClone = existsSync(join(root, "package-lock.json"));
  const reason = inClone ? stale(root) : null;
  return {
    name: "npm packages",
    version: reason ?? (inClone ? "as in package-lock.json" : "as npm installed them"),
    ok: reason === null,
    required: true,
    needed_for: "viga itself",
    how_to_get: reason === null ? "" : `cd ${JSON.stringify(root)} && npm ci`,
    apt: [],
  };
}

/** Namespaces as the engine's sandbox makes them, by util-linux's own program. */
const inNamespaces = ["--user", "--map-root-user", "--mount", "--net", "--pid", "--ipc", "--fork", "true"];

/** Whether a process here may make namespaces: tried, not guessed from settings. */
async function namespacesRow(): Promise<Row> {
  const unshare = which(["unshare"]);
  const said = unshare && (await ask(unshare, inNamespaces, 10));
  const ok = said !== null && unshare !== null;
  return {
    name: "user namespaces",
    version: ok ? "work" : unshare === null ? null : "refused",
    ok,
    required: true,
    needed_for: "the sandbox of programs",
    how_to_get: ok
      ? ""
      : unshare === null
        ? "cannot be tried: there is no unshare on PATH (Debian package util-linux)"
        : "allow them: sysctl -w kernel.unprivileged_userns_clone=1 (in a container: --security-opt seccomp=unconfined)",
    apt: [],
  };
}

async function gpuRow(): Promise<Row> {
  const smi = which(["nvidia-smi"]);
  const said = smi && (await ask(smi, ["--query-gpu=index,name,memory.total", "--format=csv,noheader"], 20));
  const gpus = (said ?? "").split("\n").filter((line) => /^\d+,/.test(line));
  return {
    name: "GPUs",
    version:
      gpus.length > 0
        ? gpus
            .map((line) =>
              line
                .split(",")
                .map((cell) => cell.trim())
                .join(" "),
            )
            .join("; ")
        : null,
    ok: gpus.length > 0,
    required: false,
    needed_for: "faster renders, models of your own",
    how_to_get:
      gpus.length > 0 ? "" : "none seen by nvidia-smi; the CPU renders too, more slowly (executors: [{ slot: cpu }])",
    apt: [],
  };
}

/** The nearest folder above (or at) a path that exists. */
function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

async function diskRow(out: string): Promise<Row> {
  const { bavail, bsize } = await statfs(existing(out));
  const free = (bavail * bsize) / 1024 ** 3;
  const ok = free >= leastDisk;
  return {
    name: "disk space",
    version: `${free.toFixed(1)} GiB free`,
    ok,
    required: true,
    needed_for: `tapes and pictures in ${out}`,
    how_to_get: ok ? "" : `free some space there: a run wants ${leastDisk} GiB`,
    apt: [],
  };
}

async function outputRow(out: string): Promise<Row> {
  const base = existing(out);
  const trial = join(base, `.viga-doctor-${process.pid}`);
  const trouble = await (async () => {
    await mkdir(trial);
    await writeFile(join(trial, "x"), "x");
    await rm(trial, { recursive: true });
  })().then(
    () => null,
    (thrown: NodeJS.ErrnoException) => thrown.code ?? thrown.message,
  );
  return {
    name: "output folder",
    version: trouble === null ? "writable" : `not writable (${trouble})`,
    ok: trouble === null,
    required: true,
    needed_for: `results in ${out}`,
    how_to_get: trouble === null ? "" : `make ${base} writable for you, or choose another place with --out`,
    apt: [],
  };
}

/** Rows for the machine beside its programs. `out` is the folder results go to. Nothing is left behind. */
export function machineRows(out = resolve("output")): Promise<Row[]> {
  return Promise.all([nodeRow(), packagesRow(), namespacesRow(), gpuRow(), diskRow(out), outputRow(out)]);
}
