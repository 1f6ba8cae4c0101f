import type { ModeName } from "../../config/modes/mode.ts";
import { locate, type Program, programs } from "../setup/programs.mjs";
import { ask, atLeast, versionIn } from "./probe.ts";
import type { Row } from "./row.ts";

interface Wanted {
  program: Program;
  version: readonly string[];
  least?: string;
  /** Modes that need it; absent: every mode. */
  modes?: readonly ModeName[];
}

const blenderModes: readonly ModeName[] = ["blendergym", "blenderbench", "static_scene", "dynamic_scene"];

const wanted: readonly Wanted[] = [
  { program: programs["nats-server"], version: ["--version"], least: "2.9" },
  {
    program: programs.blender,
    version: ["--version"],
    least: "3.4",
    modes: blenderModes,
  },
  { program: programs.bubblewrap, version: ["--version"], least: "0.5" },
  { program: programs.chromium, version: ["--version"], modes: ["design2code"] },
  { program: programs.libreoffice, version: ["--version"], modes: ["autopresent"] },
  { program: programs.ffmpeg, version: ["-version"], modes: ["dynamic_scene"] },
];

/** The mode most people start with: what is required where no mode is named. */
const usual: ModeName = "blendergym";

async function programRow({ program, version, least, modes }: Wanted, mode: ModeName): Promise<Row> {
  const path = locate(program);
  const found = path === null ? null : versionIn(await ask(path, version, 60));
  const old = found !== null && least !== undefined && !atLeast(found, least);
  const required = modes?.includes(mode) ?? true;
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
        ? `${found} is too old; ${least} or newer is needed${program.env ? ` (point ${program.env} to it)` : ""}`
        : path === null
          ? get
          : `${path} is there but does not answer; try ${path} ${version.join(" ")}`,
    apt: path === null ? program.apt : [],
  };
}

/** Python inside Blender, where the engine's worker runs, and numpy there, which many Blender programs import. */
async function blenderPython(mode: ModeName): Promise<Row[]> {
  const path = locate(programs.blender);
  const script = [
    "import sys, importlib.util",
    "print('python', sys.version.split()[0])",
    "print('numpy', __import__('numpy').__version__ if importlib.util.find_spec('numpy') else 'none')",
  ];
  const said = path && (await ask(path, ["-b", "--factory-startup", "--python-expr", script.join("\n")], 90));
  const python = /^python (\S+)/m.exec(said ?? "")?.[1] ?? null;
  const numpy = /^numpy (\d\S*)/m.exec(said ?? "")?.[1] ?? null;
  const first = path === null ? "install blender first" : "";
  return [
    {
      name: "python in blender",
      version: python,
      ok: python !== null,
      required: blenderModes.includes(mode),
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
export async function programRows(mode: ModeName = usual): Promise<Row[]> {
  return (await Promise.all([...wanted.map((each) => programRow(each, mode)), blenderPython(mode)])).flat();
}
