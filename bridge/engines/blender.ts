import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { Gpu } from "../../config/executors.ts";
import { quality } from "../../machines/domain/index.ts";
import { workerScript } from "../../skills/blender/entry.ts";
import type { Engine, Isolation, OpenOptions } from "./contract.ts";
import { locateBlender } from "./locate.ts";
import { openWorkerEngine } from "./worker-engine.ts";

export interface BlenderOptions {
  /** Number or UUID of the one GPU this engine's process may see; null or absent: none. */
  gpu?: Gpu | null;
  /** Processors the engine and its jobs share; default: all. */
  cpus?: number;
  /** "auto" takes the best the boot self-test found; a name forces one. */
  isolation?: Isolation | "auto";
  /** The blender program; default: VIGA_BLENDER, else PATH. */
  blender?: string;
  /** Folder for the engine's private files; made if absent. What the engine puts there goes with close(). */
  scratch: string;
  /** Files and folders outside job folders that programs may read (assets). */
  readable?: string[];
  /** Lines the engine's own process prints. */
  log?: (line: string) => void;
  /** It must have come up after these; absent: 120. */
  bootSeconds?: number;
}

/** Blender's own part of a picture's quality: path-tracing samples, and the renderer. */
const blenderQuality = quality.extend({
  samples: z.number().int().min(1).max(65536).default(16),
  renderer: z.enum(["CYCLES", "WORKBENCH", "EEVEE"]).optional(),
});

/** The engine as `openEngine` starts it. */
export function openBlender({ programs, ...options }: OpenOptions): Promise<Engine> {
  return startBlender({ ...options, ...(programs?.blender === undefined ? {} : { blender: programs.blender }) });
}

/** Starts a Blender engine; at most `cpus` probes and calls at once. Throws dependency_missing, engine_failed. */
export async function startBlender(options: BlenderOptions): Promise<Engine> {
  const blender = await locateBlender(options.blender);
  const cpus = Math.max(1, options.cpus ?? availableParallelism());
  const gpu = options.gpu ?? null;
  return openWorkerEngine({
    scratch: options.scratch,
    quality: blenderQuality,
    launch: (own) => {
      const settings = {
        cpus,
        first: typeof gpu === "number" ? gpu * cpus : 0,
        gpu: gpu !== null,
        isolation: options.isolation ?? "auto",
        sandbox: process.env.VIGA_SANDBOX === "weak" ? "weak" : "auto",
        own,
        scratch: dirname(own),
        readable: (options.readable ?? []).map((path) => resolve(path)),
        parent: process.pid,
      };
      return {
        name: "Blender",
        command: [blender, ...blenderFlags, "--python", workerScript, "--", JSON.stringify(settings)],
        env: environment(own, gpu),
        cwd: own,
        log: options.log ?? (() => {}),
        wakes: true,
        ...(options.bootSeconds === undefined ? {} : { bootSeconds: options.bootSeconds }),
      };
    },
  });
}

const blenderFlags = ["-b", "--factory-startup", "-noaudio", "--disable-autoexec", "--python-exit-code", "1"];

/**
 * Of jemalloc, the allocator of Blender's usual builds: all threads share one arena, what is freed is kept and any part of it
 * may be given out again, and a block that has to be zero is cleared rather than mapped anew. What a waiting process holds
 * (skills/worker/allocator.py) then serves the whole job.
 */
const allocator = "narenas:1,dirty_decay_ms:-1,muzzy_decay_ms:-1,lg_extent_max_active_fit:20,thp:always";

/**
 * What of this process's environment Blender may see. No keys, no tokens: a program could read them. CUDA_DEVICE_ORDER
 * says what the number of a GPU means.
 */
const passedOn = [
  ...["LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH", "LIBGL_ALWAYS_SOFTWARE"],
  ...["CUDA_CACHE_PATH", "CUDA_DEVICE_ORDER"],
];

function environment(own: string, gpu: Gpu | null): Record<string, string> {
  const env: Record<string, string> = {
    // Not this process's PATH: Blender would take its Python library from whatever python3 comes first in it.
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: own,
    TMPDIR: own,
    MALLOC_CONF: allocator,
    // Empty rather than absent: absent would show every GPU.
    CUDA_VISIBLE_DEVICES: gpu === null ? "" : String(gpu),
  };
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}
