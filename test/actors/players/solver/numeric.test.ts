import fc from "fast-check";
import { Matrix } from "ml-matrix";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import {
  dampedStep,
  normalEquations,
  predictedGain,
  solveSymmetric,
} from "../../../../actors/players/solver/normal.ts";
import { blur, decode, extent, meanSquare, resample } from "../../../../actors/players/solver/pictures.ts";
import { criterion, nominate, supportOf } from "../../../../actors/players/solver/select.ts";

const wave = (seed: number, size = 200): Float32Array =>
  Float32Array.from(
    { length: size },
    (_, i) => Math.sin((i + 1) * (0.37 + 0.61 * seed)) + 0.3 * Math.cos(i * seed * 1.7),
  );

describe("pictures", () => {
  test("resampling averages light, not sRGB values: a black and white checker becomes middle grey at 188", async () => {
    const bytes = Buffer.from(
      Array.from({ length: 16 }, (_, i) => ((i + (i >> 2)) % 2 ? 255 : 0)).flatMap((v) => [v, v, v]),
    );
    const png = await sharp(bytes, { raw: { width: 4, height: 4, channels: 3 } })
      .png()
      .toBuffer();
    const small = resample(await decode(png), 2, 2);
    expect([...small.data].every((v) => Math.abs(v * 255 - 187.5) < 1)).toBe(true);
  });

  test("a picture with an alpha channel or in grey decodes to three channels", async () => {
    const png = await sharp({
      create: { width: 3, height: 2, channels: 4, background: { r: 10, g: 20, b: 30, alpha: 0.5 } },
    })
      .png()
      .toBuffer();
    const grey = await sharp(png).greyscale().removeAlpha().png().toBuffer();
    expect([...(await decode(png)).data.slice(0, 3)]).toEqual([10, 20, 30]);
    expect((await decode(grey)).data.length).toBe(18);
  });

  test("a blur keeps constant pictures and lowers everything else's energy", () => {
    const flat = new Float32Array(12 * 9 * 3).fill(0.4);
    expect(Math.max(...blur(flat, 12, 9, 2).map((v) => Math.abs(v - 0.4)))).toBeLessThan(1e-5);
    const noise = wave(1, 12 * 9 * 3);
    expect(meanSquare(blur(noise, 12, 9, 2))).toBeLessThan(meanSquare(noise) / 4);
  });

  test("the extent of a difference is its box plus the margin, inside the picture", () => {
    const data = new Float32Array(10 * 8 * 3);
    data[(3 * 10 + 4) * 3 + 1] = -0.5;
    data[(5 * 10 + 6) * 3] = 0.2;
    expect(extent(data, 10, 8, 0.1, 1)).toEqual({ left: 3, top: 2, right: 8, bottom: 7 });
    expect(extent(data, 10, 8, 0.1, 9)).toEqual({ left: 0, top: 0, right: 10, bottom: 8 });
    expect(extent(data, 10, 8, 0.9, 1)).toBeNull();
  });
});

describe("normal equations", () => {
  test("an undamped step solves a linear problem exactly, and its predicted gain is what happens", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }), (truth) => {
        const columns = truth.map((_, i) => wave(i + 1));
        const residual = new Float32Array(200);
        truth.forEach((d, i) => {
          for (let j = 0; j < 200; j++) residual[j]! -= d * columns[i]![j]!;
        });
        const normal = normalEquations(columns, residual);
        const wide = truth.map(() => 100);
        const step = dampedStep(
          normal,
          0,
          wide.map((w) => -w),
          wide,
        );
        step.forEach((d, i) => {
          expect(d).toBeCloseTo(truth[i]!, 2);
        });
        expect(predictedGain(normal, step)).toBeCloseTo(normal.rss, 1);
      }),
      { numRuns: 40 },
    );
  });

  test("no component of a step leaves its bounds, and the others make up for it", () => {
    const columns = [wave(1), wave(2)];
    const residual = Float32Array.from(columns[0]!, (v, i) => -(5 * v + columns[1]![i]!));
    const step = dampedStep(normalEquations(columns, residual), 0, [-1, -9], [1, 9]);
    expect(step[0]).toBe(1);
    expect(Math.abs(step[1]!)).toBeLessThan(9);
  });

  test("a pinned component moves by exactly what it is pinned to", () => {
    const columns = [wave(1), wave(2)];
    const normal = normalEquations(columns, wave(3));
    expect(dampedStep(normal, 0, [0.25, -9], [9, 9], new Set([0]))[0]).toBe(0.25);
  });

  test("a singular system still has a solution", () => {
    const a = new Matrix([
      [1, 1],
      [1, 1],
    ]);
    const x = solveSymmetric(a, [2, 2]);
    expect(x[0]! + x[1]!).toBeCloseTo(2, 6);
  });
});

describe("nominating knobs", () => {
  const selection = (truth: number[], candidates = 12) => {
    const columns = Array.from({ length: candidates }, (_, i) => wave(i + 1));
    const residual = wave(99).map((v) => v * 0.02);
    truth.forEach((k) => {
      for (let j = 0; j < residual.length; j++) residual[j]! -= 0.5 * columns[k]![j]!;
    });
    const normal = normalEquations(columns, residual);
    return {
      columns,
      supports: columns.map((c) => supportOf(c, residual.length)),
      residual,
      normal,
      floor: 1e-3,
      limit: 8,
      reach: columns.map(() => [-5, 5] as const),
      cost: () => 1.5,
    };
  };

  test("the knobs that made the difference are chosen, and no others", () => {
    expect(nominate(selection([2, 7, 9])).sort((a, b) => a - b)).toEqual([2, 7, 9]);
  });

  test("nothing is nominated when nothing but noise is left", () => {
    expect(nominate(selection([]))).toEqual([]);
  });

  test("a copy of a chosen knob explains nothing more", () => {
    const one = selection([3]);
    const columns = [...one.columns, Float32Array.from(one.columns[3]!)];
    const normal = normalEquations(columns, one.residual);
    const chosen = nominate({
      ...one,
      columns,
      normal,
      supports: columns.map((c) => supportOf(c, 200)),
      reach: columns.map(() => [-5, 5] as const),
    });
    expect(chosen.length).toBe(1);
  });

  test("the criterion charges by the logarithm of the observations", () => {
    expect(criterion(1, 1, 100, 1)).toBeCloseTo(Math.log(100), 10);
    expect(criterion(1, 0.9, 100, 1)).toBeLessThan(0);
    expect(criterion(1, 0.9, 100, 3)).toBeGreaterThan(0);
  });
});
