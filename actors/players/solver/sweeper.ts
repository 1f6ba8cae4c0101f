import { randomUUID } from "node:crypto";
import { z } from "zod";
import { VigaError } from "../../../config/errors.ts";
import { type PictureSize, pictureSize, type View } from "../../../machines/domain/index.ts";
import type { JobReply, JobRequest, PlayerIO } from "../player.ts";
import { type Knob, knobsReply, type Trace, traceReply } from "./knobs.ts";
import type { Box } from "./pictures.ts";

/** A knob set to a value; a vector is what it changes about the program. */
export type Edit = readonly [knob: number, value: number];

export interface Level {
  readonly px: number;
  readonly samples: number;
  readonly seed: number;
  /** Each vector runs the program, instead of moving what another's run has made. */
  readonly exact?: boolean;
  /** Pixels average their area, as a larger picture scaled down does, instead of the program's own pixel filter. */
  readonly area?: boolean;
}

/** Pictures of one vector, all views concatenated, sRGB 0..1; inside `boxes` only where boxes were asked for. */
export type Shot = Float32Array[];

const sweepReply = z.object({
  file: z.string(),
  /** Pixels of each view's pictures. */
  sizes: z.array(
    z
      .tuple([z.number(), z.number()])
      .transform(([width, height]) => ({ width, height }))
      .pipe(pictureSize),
  ),
  /** Byte offset of each vector's pictures in the file; -1 where its program failed. */
  offsets: z.array(z.number().int()),
  failed: z.record(z.string(), z.string()),
  seconds: z.object({ total: z.number(), execute: z.number(), render: z.number(), cpu: z.number() }),
});

export interface Sweep {
  /** Per view: the size of its pictures. */
  readonly sizes: readonly PictureSize[];
  /** Per vector: null where the program failed with these values. */
  readonly shots: (Shot | null)[];
}

const point3 = z.tuple([z.number(), z.number(), z.number()]);
const masksReply = z.object({
  sizes: sweepReply.shape.sizes,
  offsets: z.array(z.number().int()),
  vectors: z.array(
    z
      .object({
        views: z.array(
          z.object({
            matrix: z.array(z.number()).length(16),
            counts: z.array(z.tuple([z.number().int(), z.number().int()])),
          }),
        ),
        boxes: z.array(z.tuple([point3, point3]).nullable()),
      })
      .nullable(),
  ),
});

const crossingsReply = z.object({
  vectors: z.array(z.array(z.tuple([z.string(), z.string(), z.number(), z.number()])).nullable()),
});

/** Two objects whose surfaces cut each other: how deep, and the size of the smaller, in metres. */
export interface Crossing {
  readonly one: string;
  readonly other: string;
  readonly depth: number;
  readonly size: number;
}

/** What is seen of things in one view. */
export interface ViewMasks extends PictureSize {
  /** World to clip space, row by row. */
  readonly matrix: readonly number[];
  /** Per pixel 0, or 1 + the thing that is in front. */
  readonly ids: Uint8Array;
  /** Pixels of each thing: in front, and were nothing before it. */
  readonly things: readonly { readonly seen: number; readonly alone: number }[];
}

export interface Masks {
  readonly views: readonly ViewMasks[];
  /** Per thing the corners of its world box; null for what has no surface. */
  readonly boxes: readonly (readonly [low: Point3, high: Point3] | null)[];
}
export type Point3 = readonly [number, number, number];

/** Runs the engine's solver operations for one program and counts what they cost. */
export class Sweeper {
  renders = 0;
  /** Processor seconds the engine's children spent: on n idle processors about n times the wall clock. */
  cpuSeconds = 0;
  private readonly io: PlayerIO;
  private readonly session = randomUUID();
  private readonly views: readonly View[];

  constructor(io: PlayerIO, views: readonly View[]) {
    this.io = io;
    this.views = views;
  }

  private async job(request: Extract<JobRequest, { op: "call" }>): Promise<JobReply> {
    if (this.io.signal.aborted) throw new VigaError("interrupted", "the run was stopped while the solver was fitting");
    const reply = await this.io.job({ ...request, session: this.session });
    if (!reply.ok) {
      const error = reply.error;
      throw new VigaError(
        "player_failed",
        `the solver's ${request.op} job failed: ${error?.message ?? "no reason given"}`,
        {
          hint: error?.hint ?? "The start program must run on its own; try it with another generator or fix it first.",
        },
      );
    }
    return reply;
  }

  async knobs(program: string): Promise<Knob[]> {
    const reply = await this.job({ op: "call", name: "knobs", args: { program }, seconds: 60 });
    return knobsReply.parse(reply.result).knobs;
  }

  async trace(program: string): Promise<Trace> {
    const reply = await this.job({ op: "call", name: "trace", args: { program, seed: this.io.seed }, seconds: 300 });
    const trace = traceReply.parse(reply.result);
    if (trace.ok) return trace;
    throw new VigaError("player_failed", `the solver cannot fit this program: ${trace.reason}`, {
      hint: "The solver tunes the numbers of a program that runs; give a start program that does.",
    });
  }

  /** The traced places of the knobs that these vectors edit. */
  private inPlace(trace: Trace, edits: readonly (readonly Edit[])[]) {
    const used = new Set(edits.flatMap((vector) => vector.map(([k]) => String(k))));
    return Object.fromEntries(Object.entries(trace.in_place).filter(([k]) => used.has(k)));
  }

  /**
   * Pictures of many vectors of `program`. `boxes[v][view]` limits a vector to a part of the picture, `hide[v]` leaves the
   * objects of these names out of it, `seeds[v]` draws it with other random numbers than the level's.
   */
  async sweep(
    program: string,
    trace: Trace,
    edits: readonly (readonly Edit[])[],
    level: Level,
    boxes?: readonly (readonly (Box | null)[] | null)[],
    hide?: readonly (readonly string[] | null)[],
    seeds?: readonly number[],
  ): Promise<Sweep> {
    const reply = await this.job({
      op: "call",
      name: "sweep",
      args: {
        program,
        edits,
        in_place: this.inPlace(trace, edits),
        lean: trace.lean,
        px: level.px,
        samples: level.samples,
        seed: this.io.seed + level.seed,
        area: level.area ?? false,
        exact: level.exact ?? false,
        views: this.views,
        boxes:
          boxes?.map((one) => one?.map((box) => box && [box.left, box.top, box.right, box.bottom]) ?? null) ?? null,
        hide: hide ?? null,
        seeds: seeds?.map((seed) => this.io.seed + seed) ?? null,
      },
      files: ["sweep.rgb"],
      seconds: 600,
    });
    const result = sweepReply.parse(reply.result);
    const ref = reply.files["sweep.rgb"];
    if (ref === undefined) throw new VigaError("engine_failed", "a sweep came back without its pictures");
    const bytes = await this.io.bytes(ref);
    this.renders += edits.length * this.views.length;
    this.cpuSeconds += result.seconds.cpu;
    if (result.sizes.length !== this.views.length) {
      throw new VigaError("engine_failed", "a sweep came back without a size for each view");
    }
    const shots = edits.map((_, v): Shot | null => {
      let at = result.offsets[v] ?? -1;
      if (at < 0) return null;
      return this.views.map((_view, i) => {
        const box = boxes?.[v]?.[i] ?? null;
        const count =
          3 *
          (box ? (box.right - box.left) * (box.bottom - box.top) : result.sizes[i]!.width * result.sizes[i]!.height);
        if (at + count > bytes.length) throw new VigaError("engine_failed", "a sweep's picture file is cut short");
        const part = Float32Array.from(bytes.subarray(at, at + count), (byte) => byte / 255);
        at += count;
        return part;
      });
    });
    return { sizes: result.sizes, shots };
  }

  /** Which of the things (lists of object names) are seen where, for many vectors of `program`; null where it failed. */
  async masks(
    program: string,
    trace: Trace,
    edits: readonly (readonly Edit[])[],
    px: number,
    things: readonly (readonly string[])[],
  ): Promise<(Masks | null)[]> {
    const reply = await this.job({
      op: "call",
      name: "masks",
      args: {
        program,
        edits,
        in_place: this.inPlace(trace, edits),
        lean: trace.lean,
        px,
        views: this.views,
        things: Object.fromEntries(things.map((names, i) => [`thing${i}`, names])),
      },
      files: ["masks.ids"],
      seconds: 600,
    });
    const { sizes, offsets, vectors } = masksReply.parse(reply.result);
    const ref = reply.files["masks.ids"];
    if (ref === undefined) throw new VigaError("engine_failed", "masks came back without their file");
    const bytes = await this.io.bytes(ref);
    return vectors.map((vector, v) => {
      let at = offsets[v] ?? -1;
      if (vector === null || at < 0) return null;
      const views = vector.views.map(({ matrix, counts }, i) => {
        const { width, height } = sizes[i]!;
        const ids = bytes.subarray(at, at + width * height);
        at += width * height;
        return { width, height, matrix, ids, things: counts.map(([seen, alone]) => ({ seen, alone })) };
      });
      return { views, boxes: vector.boxes };
    });
  }

  /** What stands in these objects, or they in it, for many vectors of `program`; null where it failed. */
  async crossings(
    program: string,
    trace: Trace,
    edits: readonly (readonly Edit[])[],
    of: readonly string[],
  ): Promise<(Crossing[] | null)[]> {
    const args = { program, edits, in_place: this.inPlace(trace, edits), lean: trace.lean, of };
    const reply = await this.job({ op: "call", name: "crossings", args, seconds: 600 });
    const { vectors } = crossingsReply.parse(reply.result);
    return vectors.map((found) => found?.map(([one, other, depth, size]) => ({ one, other, depth, size })) ?? null);
  }
}
