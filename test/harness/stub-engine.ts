import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import type { CapabilityCard, Engine, RunState } from "../../bridge/engines/contract.ts";
import { randomOf } from "../chaos/plan.ts";

export const stubCard: CapabilityCard = {
  engine: "blender",
  version: "stub",
  isolation: "fork",
  isolationNotes: [],
  sandbox: {
    namespaces: true,
    readOnlyRoot: true,
    noNetwork: true,
    seccomp: true,
    landlock: true,
    unprivileged: true,
    notes: [],
  },
  devices: ["CPU"],
  visibleDevices: null,
  cpus: 1,
  renderers: ["CYCLES"],
  denoiser: false,
};

export interface StubEngine extends Engine {
  /** Programs run so far, in order. */
  readonly programs: string[];
}

/**
 * An engine whose programs are one number: the grey level (0-255) of an 8 x 8 picture; "150 +- 40" has grain of so many
 * levels at one sample, less with more. "raise" is a program error, "crash" kills the engine, "hang" never ends.
 */
export function stubEngine(options: { delay?: number } = {}): StubEngine {
  const programs: string[] = [];
  const seconds = { execute: 0, render: 0, total: 0 };
  return {
    card: stubCard,
    pid: undefined,
    programs,
    async run(request): Promise<RunState> {
      programs.push(request.program);
      await new Promise((resolve) => setTimeout(resolve, options.delay ?? 0));
      const failed = (kind: "program" | "crash", message: string): RunState => ({
        ok: false,
        renders: [],
        log: "",
        scene: false,
        error: { kind, type: "StubError", message },
        seconds,
      });
      if (request.program === "raise") return failed("program", "raised");
      if (request.program === "crash") return failed("crash", "crashed");
      if (request.program === "hang") return new Promise(() => undefined);
      const [grey = 0, grain = 0] = request.program.split("+-").map(Number.parseFloat);
      const sigma = grain / Math.sqrt(Number(request.quality.samples ?? 1));
      const random = randomOf(request.renderSeed ?? request.seed ?? 0);
      // A uniform number less its mean has a variance of 1/12.
      const levels = Array.from({ length: 64 }, () => Math.round(grey + sigma * Math.sqrt(12) * (random() - 0.5)));
      const pixels = Uint8Array.from(levels.flatMap((level) => [level, level, level]));
      const image = await sharp(pixels, { raw: { width: 8, height: 8, channels: 3 } })
        .png()
        .toBuffer();
      await writeFile(join(request.dir, `${request.views[0]?.name ?? "render1"}.png`), image);
      if (request.save) await writeFile(join(request.dir, request.save), "blend");
      return {
        ok: true,
        renders: [{ name: request.views[0]?.name ?? "render1", camera: null, frame: 1 }],
        log: "ran",
        scene: false,
        seconds,
      };
    },
    async probe() {
      return { ok: true, result: {}, log: "", seconds: 0 };
    },
    async call(request) {
      return { ok: true, result: { echo: request.args }, log: "", seconds: 0 };
    },
    async snapshot() {
      return "s";
    },
    async restore() {},
    async drop() {},
    async close() {},
  };
}
