import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Compared, gainOver, improvement, slideOverall } from "../../../evaluators/aggregate/improvement.ts";
import { blenderBench, blenderGym, greenRows, type Row, slideBench } from "./paper-tables.ts";

type Table = "gym" | "bench";

/** Every third column of BlenderBench is the VLM score, where more is better. */
const columns = (table: Table, baseline: readonly number[], values: readonly number[]): Compared[] =>
  baseline.map((one, index) => ({
    baseline: one,
    value: values[index]!,
    better: table === "bench" && index % 3 === 2 ? "higher" : "lower",
  }));

const rows: [Table, Record<string, Row>][] = [
  ["gym", blenderGym],
  ["bench", blenderBench],
];

const computed = rows.flatMap(([table, all]) =>
  Object.entries(all).map(([name, { baseline, values, printed }]) => {
    const found = improvement(columns(table, baseline, values))!;
    return { name: `${table} ${name}`, found, printed, off: Math.abs(found - printed) };
  }),
);

/** Rows whose printed Impr. does not follow from their printed columns: what follows instead. */
const unlike: Record<string, number> = {
  "gym gptViga1": 26.28,
  "gym qwenViga1": 22.37,
  "gym qwenViga4": 42.78,
  "gym claudeViga1": 33.5,
  "gym geminiViga1": 47.56,
  "bench gptViga1": 113.3,
  "bench claudeViga1": 53.29,
  "bench geminiViga1": 41.57,
};

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("the paper's aggregates from its printed tables", () => {
  it("are the Impr. of every row, and those off by more than 0.1 are known by name", () => {
    expect(computed.filter(({ off }) => off > 0.1).map(({ name }) => name)).toEqual(Object.keys(unlike));
    for (const { name, found } of computed) if (name in unlike) expect(found, name).toBeCloseTo(unlike[name]!, 1);
  });

  it("are 35.32, 124.70 and, but for 0.03, 117.17 as means of the printed Impr.", () => {
    const printed = (all: Record<string, Row>) =>
      ["gptViga1", "gptViga4", "qwenViga1", "qwenViga4"].map((name) => all[name]!.printed);
    expect(printed(blenderGym)).toEqual([26.88, 48.86, 22.64, 42.88]);
    expect(mean(printed(blenderGym))).toBeCloseTo(35.315, 3);
    expect(mean(printed(blenderBench))).toBeCloseTo(124.7, 2);
    expect(mean(slideBench.map((one) => one.printed))).toBeCloseTo(117.14, 2);
  });

  it("have the green rows within 0.1 in every column, and as ratios of the printed Impr. within 0.15", () => {
    for (const { table, of, against, printed, ratio } of greenRows) {
      const all: Record<string, Row> = table === "gym" ? blenderGym : blenderBench;
      const [ours, theirs] = [all[of]!, all[against]!];
      for (const [index, column] of columns(table, theirs.values, ours.values).entries()) {
        expect(Math.abs(100 * gainOver(column)! - printed[index]!), `${table} ${of} ${index}`).toBeLessThan(0.1);
      }
      expect(Math.abs(100 * (ours.printed / theirs.printed - 1) - ratio), `${table} ${of}`).toBeLessThan(0.15);
    }
  });

  it("have SlideBench's overall scores and their Impr.", () => {
    for (const { oneShot, viga, printed } of slideBench) {
      for (const [executed, referenceBased, referenceFree, overall] of [oneShot, viga]) {
        expect(Math.abs(slideOverall({ executed, referenceBased, referenceFree }) - overall)).toBeLessThan(0.011);
      }
      const found = improvement([{ baseline: oneShot[3], value: viga[3], better: "higher" }])!;
      expect(Math.abs(found - printed)).toBeLessThan(0.2);
    }
  });
});

describe("improvement", () => {
  it("is 0 against itself, 100 where nothing is left, and leaves out a baseline of 0", () => {
    const some = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(some, (values) => {
        const against = (to: number) =>
          values.map((baseline) => ({ baseline, value: baseline * to, better: "lower" as const }));
        expect(improvement(against(1))).toBeCloseTo(0, 9);
        expect(improvement(against(0))).toBeCloseTo(100, 9);
        expect(improvement([...against(0.5), { baseline: 0, value: 3, better: "lower" }])).toBeCloseTo(50, 9);
      }),
    );
    expect(improvement([{ baseline: 0, value: 1, better: "higher" }])).toBeNull();
  });
});
