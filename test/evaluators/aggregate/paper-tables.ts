/** Rows of the paper's tables 2 to 6, as printed. BlenderGym: PL and N-CLIP of five types; BlenderBench: PL, N-CLIP, VLM of three levels. */
export interface Row {
  model: string;
  values: number[];
  printed: number;
  /** The setting's one-shot row. */
  baseline: number[];
}

const gym = {
  "GPT-4o": [7.94, 19.96, 11.86, 29.31, 18.12, 24.91, 2.06, 2.17, 8.78, 15.25],
  "Claude-Sonnet-4": [8.07, 19.92, 11.62, 42.55, 24.73, 32.52, 2.13, 2.26, 10.51, 18.21],
  "Gemini-2.5-Pro": [7.01, 17.62, 12.39, 37.83, 30.73, 39.97, 1.95, 2.42, 9.28, 15.33],
  "Qwen3-VL-8B": [7.76, 21.78, 14.1, 41.44, 11.65, 14.02, 12.12, 12.3, 9.83, 17.16],
};
const bench = {
  "GPT-4o": [48.16, 64.17, 0.58, 7.36, 7.12, 2.75, 30.14, 38.69, 0.25],
  "Claude-Sonnet-4": [20.26, 33.82, 1.36, 4.47, 3.16, 2.75, 26.66, 32.8, 1.44],
  "Gemini-2.5-Pro": [40.65, 49.57, 1.75, 10.14, 13.0, 2.78, 31.66, 39.89, 0.64],
  "Qwen3-VL-8B": [60.82, 78.16, 0.28, 33.14, 37.51, 1.61, 22.81, 22.98, 1.25],
};

const row = <Name extends string>(
  baselines: Record<Name, number[]>,
  model: Name,
  setting: string,
  values: number[],
  printed: number,
) => ({ model: `${model} ${setting}`, values, printed, baseline: baselines[model] });

export const blenderGym = {
  gptAlchemy1: row(
    gym,
    "GPT-4o",
    "BlenderAlchemy 1",
    [7.82, 20.19, 11.57, 28.07, 15.58, 20.61, 1.44, 1.82, 7.22, 12.05],
    12.33,
  ),
  gptViga1: row(gym, "GPT-4o", "VIGA 1", [6.7, 16.7, 9.89, 26.87, 11.82, 15.76, 1.43, 1.41, 6.11, 9.39], 26.88),
  gptAlchemy4: row(
    gym,
    "GPT-4o",
    "BlenderAlchemy 4",
    [5.78, 17.19, 10.29, 25.58, 9.47, 11.68, 0.97, 1.23, 9.47, 12.2],
    27.63,
  ),
  gptViga4: row(gym, "GPT-4o", "VIGA 4", [5.45, 13.08, 9.76, 17.48, 7.38, 7.36, 0.7, 1.01, 3.04, 7.63], 48.86),
  qwenAlchemy1: row(
    gym,
    "Qwen3-VL-8B",
    "BlenderAlchemy 1",
    [12.11, 31.5, 13.86, 39.47, 9.62, 14.47, 5.22, 6.44, 6.62, 16.98],
    5.81,
  ),
  qwenViga1: row(
    gym,
    "Qwen3-VL-8B",
    "VIGA 1",
    [13.51, 27.07, 10.07, 28.12, 9.15, 12.24, 2.33, 2.58, 6.43, 11.53],
    22.64,
  ),
  qwenAlchemy4: row(
    gym,
    "Qwen3-VL-8B",
    "BlenderAlchemy 4",
    [9.2, 19.6, 13.07, 36.34, 9.24, 12.62, 3.68, 4.23, 4.42, 17.12],
    23.23,
  ),
  qwenViga4: row(gym, "Qwen3-VL-8B", "VIGA 4", [7.2, 17.97, 9.92, 24.28, 8.69, 10.08, 1.89, 2.53, 3.06, 9.3], 42.88),
  claudeViga1: row(
    gym,
    "Claude-Sonnet-4",
    "VIGA 1",
    [6.83, 16.16, 11.54, 32.66, 16.22, 21.23, 0.75, 1.24, 5.28, 9.46],
    33.7,
  ),
  geminiViga1: row(
    gym,
    "Gemini-2.5-Pro",
    "VIGA 1",
    [7.62, 11.73, 10.63, 21.11, 9.84, 9.71, 0.94, 1.15, 2.15, 4.96],
    47.36,
  ),
};

export const blenderBench = {
  gptAlchemy1: row(
    bench,
    "GPT-4o",
    "BlenderAlchemy 1",
    [10.62, 17.68, 1.75, 6.13, 7.71, 3.08, 19.6, 26.1, 0.67],
    67.56,
  ),
  gptViga1: row(bench, "GPT-4o", "VIGA 1", [8.56, 18.19, 1.44, 5.11, 4.33, 3.58, 14.51, 17.91, 1.53], 113.96),
  gptAlchemy4: row(
    bench,
    "GPT-4o",
    "BlenderAlchemy 4",
    [14.5, 19.57, 1.75, 1.95, 2.47, 3.53, 20.62, 25.79, 0.56],
    77.48,
  ),
  gptViga4: row(bench, "GPT-4o", "VIGA 4", [5.47, 6.1, 3.25, 2.94, 3.5, 3.83, 12.62, 22.84, 1.61], 159.19),
  qwenAlchemy1: row(
    bench,
    "Qwen3-VL-8B",
    "BlenderAlchemy 1",
    [25.61, 37.93, 0.36, 10.69, 13.92, 2.64, 30.45, 23.91, 0.64],
    27.36,
  ),
  qwenViga1: row(bench, "Qwen3-VL-8B", "VIGA 1", [10.54, 17.27, 1.31, 3.85, 3.34, 3.33, 11.35, 6.86, 2.25], 112.79),
  qwenAlchemy4: row(
    bench,
    "Qwen3-VL-8B",
    "BlenderAlchemy 4",
    [11.57, 17.58, 1.19, 5.38, 4.64, 2.94, 23.62, 15.67, 0.93],
    82.24,
  ),
  qwenViga4: row(bench, "Qwen3-VL-8B", "VIGA 4", [8.8, 15.67, 1.38, 5.02, 3.86, 3.08, 9.08, 6.94, 2.02], 112.87),
  claudeViga1: row(bench, "Claude-Sonnet-4", "VIGA 1", [9.42, 11.62, 2.47, 1.34, 2.51, 3.67, 8.98, 11.97, 1.8], 53.07),
  geminiViga1: row(
    bench,
    "Gemini-2.5-Pro",
    "VIGA 1",
    [17.77, 20.58, 2.33, 1.99, 3.64, 3.75, 27.41, 30.97, 0.66],
    41.12,
  ),
};

/** The green rows: VIGA against BlenderAlchemy with as many candidates, column by column, and the ratio of their Impr. */
export const greenRows = [
  {
    table: "gym",
    of: "gptViga1",
    against: "gptAlchemy1",
    printed: [14.33, 17.29, 14.55, 4.27, 24.12, 23.52, 0.69, 22.53, 15.38, 22.09],
    ratio: 118.12,
  },
  {
    table: "gym",
    of: "gptViga4",
    against: "gptAlchemy4",
    printed: [5.71, 23.9, 5.15, 31.67, 22.07, 36.99, 27.84, 17.89, 67.9, 37.46],
    ratio: 76.85,
  },
  {
    table: "gym",
    of: "qwenViga1",
    against: "qwenAlchemy1",
    printed: [-11.56, 14.06, 27.35, 28.76, 4.88, 15.41, 55.36, 59.94, 2.87, 32.1],
    ratio: 289.8,
  },
  {
    table: "gym",
    of: "qwenViga4",
    against: "qwenAlchemy4",
    printed: [21.74, 8.32, 24.1, 33.19, 5.95, 20.13, 48.64, 40.19, 30.77, 45.68],
    ratio: 84.58,
  },
  {
    table: "bench",
    of: "gptViga1",
    against: "gptAlchemy1",
    printed: [19.4, -2.89, -17.71, 16.64, 43.84, 16.23, 25.97, 31.4, 128.36],
    ratio: 68.69,
  },
  {
    table: "bench",
    of: "gptViga4",
    against: "gptAlchemy4",
    printed: [62.28, 68.84, 85.71, -50.77, -41.7, 8.5, 38.79, 11.43, 187.5],
    ratio: 105.45,
  },
  {
    table: "bench",
    of: "qwenViga1",
    against: "qwenAlchemy1",
    printed: [58.86, 54.45, 263.89, 63.98, 76.06, 26.14, 62.75, 71.33, 251.56],
    ratio: 312.2,
  },
  {
    table: "bench",
    of: "qwenViga4",
    against: "qwenAlchemy4",
    printed: [23.92, 10.88, 15.97, 6.69, 16.81, 4.76, 61.54, 55.73, 117.2],
    ratio: 37.2,
  },
] as const;

/** SlideBench: executed, reference-based, reference-free, overall; the second of each model is VIGA, with its printed Impr. */
export const slideBench = [
  { oneShot: [0.92, 66.28, 55.08, 55.83], viga: [0.95, 65.94, 56.88, 58.34], printed: 4.5 },
  { oneShot: [0.93, 66.1, 64.41, 60.68], viga: [0.9, 66.57, 71.73, 62.24], printed: 2.57 },
  { oneShot: [0.61, 67.55, 68.11, 41.37], viga: [0.69, 68.46, 73.18, 48.87], printed: 18.11 },
  { oneShot: [0.1, 67.84, 53.05, 6.04], viga: [0.54, 65.29, 56.21, 32.81], printed: 443.38 },
] as const;
