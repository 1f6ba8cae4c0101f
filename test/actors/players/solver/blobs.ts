import { createHash } from "node:crypto";
import sharp from "sharp";
import type { JobReply, JobRequest, PlayerIO } from "../../../../actors/players/player.ts";
import { coordinates } from "../../../../actors/players/solver/coordinates.ts";
import { Fitter } from "../../../../actors/players/solver/fitter.ts";
import { decode } from "../../../../actors/players/solver/pictures.ts";
import { Problem } from "../../../../actors/players/solver/problem.ts";
import { Sweeper } from "../../../../actors/players/solver/sweeper.ts";
import { photometric } from "../../../../evaluators/photometric.ts";
import { type Context, type PictureSize, sizeOf, type Task, type View } from "../../../../machines/domain/index.ts";

/**
 * An engine small enough to reason about: a program is lines `name = number`; two coloured blobs, `a` and `b`, on a grey
 * ground. All knobs are editable in place but `ghost`, which nothing reads.
 */
export const names = ["ax", "ay", "red", "bx", "by", "light", "ghost"] as const;
export const program = (values: readonly number[]): string => names.map((n, i) => `${n} = ${values[i]}\n`).join("");

export function parse(text: string): { values: number[]; starts: number[]; ends: number[] } {
  const values: number[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  for (const line of text.split("\n").slice(0, names.length)) {
    const start = at + line.indexOf("=") + 2;
    starts.push(start);
    ends.push(at + line.length);
    values.push(Number(line.slice(line.indexOf("=") + 2)));
    at += line.length + 1;
  }
  return { values, starts, ends };
}

export function draw(
  values: readonly number[],
  size: PictureSize,
  seed: number,
  noise = 0.01,
  hide: readonly string[] = [],
): Uint8Array {
  const { width, height } = size;
  const [ax, ay, red, bx, by, light] = values as [number, number, number, number, number, number, number];
  const out = new Uint8Array(width * height * 3);
  let state = (seed * 7919 + 13) >>> 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const u = (x + 0.5) / width;
      const v = (y + 0.5) / height;
      const a = hide.includes("a") ? 0 : Math.exp(-((u - ax) ** 2 + (v - ay) ** 2) / 0.012);
      const b = hide.includes("b") ? 0 : Math.exp(-((u - bx) ** 2 + (v - by) ** 2) / 0.02);
      const colours = [0.2 + 0.6 * red * a - 0.1 * b, 0.2 - 0.1 * a + 0.5 * b, 0.2 + 0.3 * a + 0.1 * b];
      for (let c = 0; c < 3; c++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        const value = light * colours[c]! + noise * (state / 2 ** 31 - 1);
        out[(y * width + x) * 3 + c] = Math.round(255 * Math.min(1, Math.max(0, value)));
      }
    }
  }
  return out;
}

/** Clip space of a camera that sees the unit square, x to the right and y down. */
const matrix = [2, 0, 0, -1, 0, -2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1];

/** What the engine's "masks" says of the blobs: discs, `b` before `a`. */
function masksOf(values: readonly number[], size: PictureSize, things: readonly (readonly string[])[]) {
  const ids = new Uint8Array(size.width * size.height);
  const counts = things.map((): [number, number] => [0, 0]);
  const discs = [
    { name: "a", x: values[0]!, y: values[1]!, r: 0.1 },
    { name: "b", x: values[3]!, y: values[4]!, r: 0.13 },
  ];
  for (const { name, x, y, r } of discs) {
    const i = things.findIndex((objects) => objects.includes(name));
    if (i < 0) continue;
    for (let p = 0; p < ids.length; p++) {
      const u = ((p % size.width) + 0.5) / size.width;
      const v = (Math.floor(p / size.width) + 0.5) / size.height;
      if (Math.hypot(u - x, v - y) > r) continue;
      ids[p] = i + 1;
      counts[i]![1]++;
    }
  }
  for (const id of ids) if (id > 0) counts[id - 1]![0]++;
  const boxes = things.map((objects) => {
    const disc = discs.find(({ name }) => objects.includes(name));
    return disc
      ? [
          [disc.x - disc.r, disc.y - disc.r, -disc.r],
          [disc.x + disc.r, disc.y + disc.r, disc.r],
        ]
      : null;
  });
  return { ids, counts, boxes };
}

export interface Stage {
  io: PlayerIO;
  context: Context;
  notes: { type: string; data: Record<string, unknown> }[];
  sweeps: number;
}

/**
 * A host with that engine behind it. `fails`: sweeps fail when this says so. `inPlace`: the knobs before this one are.
 * `shapes`: the sizes of the target pictures, one per view; every view shows the same blobs, drawn out to its shape. `noise`: of
 * one sample.
 */
export async function blobStage(
  start: readonly number[],
  goal: readonly number[],
  fails: (job: number) => boolean = () => false,
  inPlace = 6,
  shapes: readonly PictureSize[] = [{ width: 256, height: 256 }],
  noise = 0.02,
) {
  const store = new Map<string, Buffer>();
  const put = async (content: Buffer | string): Promise<string> => {
    const bytes = Buffer.from(content);
    const ref = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    store.set(ref, bytes);
    return ref;
  };
  const targetOf = async (shape: PictureSize) =>
    put(
      await sharp(Buffer.from(draw(goal, shape, 5, 0.002)), { raw: { ...shape, channels: 3 } })
        .png()
        .toBuffer(),
    );
  const views = shapes.map((aspect, i): View => ({ name: `render${i + 1}`, camera: `Camera${i + 1}`, aspect }));
  const task: Task = {
    mode: "blendergym",
    name: "blobs",
    text: "",
    targets: await Promise.all(views.map(async ({ name }, i) => ({ name, image: await targetOf(shapes[i]!) }))),
    start: await put(program(start)),
    base: null,
    prompt: "none",
  };
  const stage: Stage = { notes: [], sweeps: 0 } as unknown as Stage;
  const knobs = (text: string) => {
    const { values, starts, ends } = parse(text);
    return names.map((label, id) => ({
      id,
      line: id + 1,
      start: starts[id]!,
      end: ends[id]!,
      value: values[id]!,
      label,
      kind: label === "light" ? "scale" : label === "red" ? "unit" : "scalar",
      degrees: false,
      isInt: false,
      group: null,
      component: 0,
      wrap: false,
      inFunction: false,
    }));
  };
  const answer = async (request: JobRequest): Promise<JobReply> => {
    if (request.op !== "call") throw new RangeError("only calls");
    const args = request.args;
    if (request.name === "knobs") return { ok: true, result: { knobs: knobs(args.program as string) }, files: {} };
    if (request.name === "trace") {
      const places = Object.fromEntries(
        names.slice(0, inPlace).map((n, i) => {
          const [, thing, axis] = /^([ab])([xy])$/.exec(n) ?? [];
          return [
            String(i),
            [thing && axis ? ["objects", thing, "location", "xy".indexOf(axis), 1] : ["lights", n, "energy", -1, 1]],
          ];
        }),
      );
      const scene = {
        sizes: { a: 0.4, b: 0.4 },
        median: 0.4,
        cameras: ["Camera1", "Camera2"],
        lamps: [],
        parents: {},
        camera: "Camera1",
      };
      return {
        ok: true,
        result: {
          ok: true,
          runs: 3,
          lean: false,
          fragile: [],
          dead: [6],
          held: [],
          in_place: places,
          touches: {},
          scene,
        },
        files: {},
      };
    }
    if (request.name === "masks") {
      const { edits, px, views, things } = args as unknown as {
        edits: [number, number][][];
        px: number;
        views: View[];
        things: Record<string, string[]>;
      };
      const sizes = views.map(({ aspect }) => sizeOf(aspect!, px));
      const parts: Uint8Array[] = [];
      const vectors = edits.map((vector) => {
        const values = [...parse(args.program as string).values];
        for (const [k, value] of vector) values[k] = value;
        const seen = sizes.map((size) => masksOf(values, size, Object.values(things)));
        for (const { ids } of seen) parts.push(ids);
        return { views: seen.map(({ counts }) => ({ matrix, counts })), boxes: seen[0]!.boxes };
      });
      const step = sizes.reduce((sum, { width, height }) => sum + width * height, 0);
      const result = {
        file: "masks.ids",
        sizes: sizes.map(({ width, height }) => [width, height]),
        offsets: edits.map((_, v) => v * step),
        vectors,
      };
      return { ok: true, result, files: { "masks.ids": await put(Buffer.concat(parts)) } };
    }
    if (request.name === "crossings") {
      return { ok: true, result: { vectors: (args.edits as unknown[]).map(() => []) }, files: {} };
    }
    stage.sweeps += 1;
    if (fails(stage.sweeps)) {
      return { ok: false, result: null, files: {}, error: { kind: "crash", type: "EngineEnded", message: "gone" } };
    }
    const { edits, px, seed, boxes, samples, views, hide, seeds } = args as unknown as {
      hide: (string[] | null)[] | null;
      edits: [number, number][][];
      px: number;
      seed: number;
      seeds: number[] | null;
      samples: number;
      views: View[];
      boxes: ([number, number, number, number] | null)[][] | null;
    };
    const base = parse(args.program as string).values;
    const sizes = views.map(({ aspect }) => sizeOf(aspect!, px));
    const parts: Buffer[] = [];
    const offsets: number[] = [];
    let at = 0;
    edits.forEach((vector, v) => {
      const values = [...base];
      for (const [k, value] of vector) values[k] = value;
      offsets.push(at);
      sizes.forEach((size, i) => {
        const whole = draw(values, size, seeds?.[v] ?? seed, noise / Math.sqrt(samples), hide?.[v] ?? []);
        const [left, top, right, bottom] = boxes?.[v]?.[i] ?? [0, 0, size.width, size.height];
        for (let y = top; y < bottom; y++) {
          parts.push(Buffer.from(whole.subarray((y * size.width + left) * 3, (y * size.width + right) * 3)));
          at += (right - left) * 3;
        }
      });
    });
    const result = {
      file: "sweep.rgb",
      sizes: sizes.map(({ width, height }) => [width, height]),
      offsets,
      failed: {},
      seconds: { total: 0, execute: 0, render: 0, cpu: 0 },
    };
    return { ok: true, result, files: { "sweep.rgb": await put(Buffer.concat(parts)) } };
  };
  stage.io = {
    run: "test",
    task,
    views,
    preview: { px: 128 },
    measurement: photometric.measurement,
    seed: 0,
    signal: new AbortController().signal,
    text: async (ref) => store.get(ref)!.toString("utf8"),
    bytes: async (ref) => store.get(ref)!,
    put,
    job: answer,
    once: (_key, call) => call(),
    note: (type, data) => {
      stage.notes.push({ type, data });
    },
    spent: () => {},
  };
  stage.context = {
    t: 1,
    task,
    plan: null,
    analysis: null,
    rounds: [],
    best: null,
    from: null,
    note: null,
    candidates: 1,
  };
  return { stage, put };
}

/** A fitter that stands at a start, with the goal's picture as its target. */
export async function blobFitter(start: readonly number[], goal: readonly number[]): Promise<Fitter> {
  const { stage } = await blobStage(start, goal);
  const sweeper = new Sweeper(stage.io, stage.io.views);
  const code = program(start);
  const [knobs, trace] = [await sweeper.knobs(code), await sweeper.trace(code)];
  const target = await decode(await stage.io.bytes(stage.context.task.targets[0]!.image));
  return new Fitter(new Problem(sweeper, code, knobs, trace, coordinates(knobs, trace), [target]), () => {});
}
