import { modes } from "../../config/modes/index.ts";
import { locate, type Program, programs } from "../setup/programs.mjs";
import { ask, atLeast, versionIn } from "./probe.ts";
import type { Row } from "./row.ts";

interface Wanted {
  program: Program;
  version: readonly string[];
  least?: string;
}

const wanted: readonly Wanted[] = [
  { program: programs["nats-server"], version: ["--version"], least: "2.9" },
  { program: programs.blender, version: ["--version"], least: "3.4" },
  { program: programs.bubblewrap, version: ["--version"], least: "0.7" },
  { program: programs.chromium, version: ["--version"] },
  { program: programs.libreoffice, version: ["--version"] },
  { program: programs.ffmpeg, version: ["-version"] },
];

/** A program that works for longer than this over its version, or Blender over a line of Python, hangs. */
const versionSeconds = 20;
const scriptSeconds = 30;

/** Whether a mode needs a program, as the mode itself says. */
const needs = (mode: string, { name }: Program) => modes.get(mode)?.programs.includes(name) === true;

/** The mode most people start with: what is required where no mode is named. */
const usual = "blendergym";

async function programRow({ program, version, least }: Wanted, mode: string): Promise<Row> {
  const path = locate(program);
  const found = path === null ? null : versionIn(await ask(path, version, versionSeconds));
  const old = found !== null && least !== undefined && !atLeast(found, least);
  const required = needs(mode, program);
  const get = `apt-get install --no-install-recommends ${program.apt.join(" ")}`;
  const ok = found !== null && !old;
  return {
    name: program.name,
    version: found,
    ok,
    required,
    needed_for: program.why,
    how_to_get: ok
      ? ""
      : old
        ? `${found} is too old; ${least} or newer is needed (point ${program.env} to it)`
        : path === null
          ? get
          : `${path} is there but does not answer; try ${path} ${version.join(" ")}`,
    apt: path === null ? program.apt : [],
  };
}

/** Python inside Blender, where the engine's worker runs, and numpy there, which many Blender programs import. */
async function blenderPython(mode: string): Promise<Row[]> {
  const path = locate(programs.blender);
  const script = [
    "import sys, importlib.util",
    "print('python', sys.version.split()[0])",
    "print('numpy', __import__('numpy').__version__ if importlib.util.find_spec('numpy') else 'none')",
  ];
  const said =
    path && (await ask(path, ["-b", "--factory-startup", "--python-expr", script.join("\n")], scriptSeconds));
  const python = /^python (\S+)/m.exec(said ?? "")?.[1] ?? null;
  const numpy = /^numpy (\d\S*)/m.exec(said ?? "")?.[1] ?? null;
  const first = path === null ? "install blender first" : "";
  return [
    {
      name: "python in blender",
      version: python,
      ok: python !== null,
      required: needs(mode, programs.blender),
      needed_for: "the engine's worker",
      how_to_get: python ? "" : first || "this Blender runs no script; try: blender -b --python-expr 'print(1)'",
      apt: [],
    },
    {
      name: "numpy in blender",
      version: numpy,
      ok: numpy !== null,
      required: false,
      needed_for: "programs that import numpy",
      how_to_get: numpy ? "" : first || "apt-get install python3-numpy",
      apt: path === null ? [] : ["python3-numpy"],
    },
  ];
}

/** Rows for the system programs. `mode` says which are required. */
export async function programRows(mode: string = usual): Promise<Row[]> {
  return (await Promise.all([...wanted.map((each) => programRow(each, mode)), blenderPython(mode)])).flat();
}
