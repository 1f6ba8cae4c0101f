import { plainText } from "../../config/plain-text.ts";
import type { ExperimentResult, ExperimentRun } from "../../machines/domain/index.ts";
import type { Shown } from "../report/pictures.ts";
import type { ShownRun } from "./shown-run.ts";
import { cellLabel, rankedCells, runGain } from "./words.ts";

/** Texts and pictures that many runs share, each held once and called by its number. */
class Kept {
  readonly list: string[] = [];
  readonly #known = new Map<string, number>();

  add(text: string): number {
    const known = this.#known.get(text) ?? this.list.push(text) - 1;
    this.#known.set(text, known);
    return known;
  }
}

/** What the page's script works on. Pictures are put into the page only when they come into sight. */
export class PageData {
  readonly #result: ExperimentResult;
  readonly #pictures = new Kept();
  readonly #programs = new Kept();
  readonly #runs: Record<string, unknown>[] = [];

  constructor(result: ExperimentResult) {
    this.#result = result;
  }

  /** Number of a picture; null where there is none. */
  picture(shown: Shown | null): number | null {
    return shown === null || "missing" in shown ? null : this.#pictures.add(shown.uri);
  }

  /** A run for charts and comparison; `shown` is null where the page has no room for its pictures and programs. */
  run(cell: string, run: ExperimentRun, shown: ShownRun | null): void {
    const program = (text: string | null | undefined) => (text == null ? null : this.#programs.add(text));
    this.#runs.push({
      cell,
      item: itemName(run),
      gain: runGain(run),
      picture: this.picture(shown?.best ?? null),
      start: program(shown?.startProgram),
      program: program(shown?.bestProgram),
    });
  }

  /** JSON for a data block of the page: nothing in it can end the block. */
  json(): string {
    const { baseline, cells, loss } = this.#result;
    const ranked = rankedCells(this.#result);
    const best = ranked.find(({ id }) => id !== baseline) ?? ranked[0];
    const data = {
      loss: loss.label,
      baseline,
      /** The cell that is compared first: the best that is not the baseline. */
      first: best?.id ?? cells[0]?.id ?? null,
      cells: cells.map(({ id, values, gain, usd, seconds }) => ({
        id,
        label: cellLabel(this.#result, values),
        rank: ranked.findIndex((cell) => cell.id === id) + 1,
        gain,
        usd,
        seconds,
      })),
      runs: this.#runs,
      pictures: this.#pictures.list,
      programs: this.#programs.list,
    };
    const plain = (_: string, value: unknown) => (typeof value === "string" ? plainText(value) : value);
    return JSON.stringify(data, plain).replaceAll("<", "\\u003c");
  }
}

/** What tells the runs of one task with one seed from all others. */
export const itemName = ({ task, seed }: Pick<ExperimentRun, "task" | "seed">): string => `${task} · seed ${seed}`;
