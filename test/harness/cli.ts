import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import sharp from "sharp";
import { programOf } from "../chaos/programs.ts";

export const main = join(import.meta.dirname, "..", "..", "cli", "main.ts");

export interface Workplace {
  dir: string;
  /** Starts `viga ...` in the folder; stdout and stderr are kept. */
  viga: (...args: string[]) => ReturnType<typeof start>;
  /** Arguments of a small run: a cube on a plane, three recorded programs, 32 px. */
  run: string[];
  close: () => Promise<void>;
}

const start = (dir: string, args: string[]) =>
  execa(process.execPath, [main, ...args], { cwd: dir, reject: false, stdin: "ignore", all: true });

/** A folder with a target, a start program and a recording that plays the generator. */
export async function workplace(): Promise<Workplace> {
  const dir = await mkdtemp(join(tmpdir(), "viga-cli-"));
  await mkdir(join(dir, "task"));
  const grey = { r: 120, g: 120, b: 120 };
  await sharp({ create: { width: 32, height: 18, channels: 3, background: grey } })
    .png()
    .toFile(join(dir, "task", "target.png"));
  await writeFile(join(dir, "task", "start.py"), programOf(0));
  const generator = [1, 2, 3].map((t) => ({ t, thought: `program ${t}`, code: programOf(t) }));
  await writeFile(join(dir, "recording.json"), JSON.stringify({ generator }));
  const sets = [
    "roles.generator=replay:recording.json",
    "render.preview={px: 32, samples: 1}",
    "render.final={px: 32, samples: 1}",
  ];
  return {
    dir,
    viga: (...args) => start(dir, args),
    run: [
      "run",
      "--mode",
      "static_scene",
      "--target",
      "task/target.png",
      "--start",
      "task/start.py",
      ...sets.flatMap((set) => ["--set", set]),
    ],
    close: () => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
