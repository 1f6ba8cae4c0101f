import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { writeAtomic } from "../../bridge/files/write-atomic.ts";
import { plainJson, plainLine } from "../../config/plain-text.ts";
import { heatMap } from "../../evaluators/drawings/heatmap.ts";
import { sideBySide } from "../../evaluators/drawings/sidebyside.ts";
import { compareViews } from "../../evaluators/photometric.ts";
import { decodePicture } from "../../evaluators/pictures/picture.ts";
import type { RunResult, RunSpec } from "../../machines/domain/index.ts";
import { renderFile } from "../../observers/files.ts";
import type { Observer } from "../../observers/observer.ts";
import { createOutput } from "../../observers/output.ts";
import { createProgress } from "../../observers/progress.ts";
import { createReport } from "../../observers/report/report.ts";
import { createTape } from "../../observers/tape.ts";
import { makeLog } from "../log.ts";
import { print, printError } from "../print.ts";

/** The observers that write a run's folder: tape, output tree, report. */
export async function folderObservers(spec: RunSpec): Promise<Observer[]> {
  const read = reader(spec);
  return [
    await createTape({ out: spec.out }),
    createOutput({ out: spec.out, read, heatMap: drawHeatMap }),
    createReport({ out: spec.out, read }),
  ];
}

/** Writes start, target and best of a run that is over side by side. -> the picture's path; null where nothing was drawn. */
export const sideBySideOf = (spec: RunSpec): Promise<string | null> => comparison(spec, reader(spec)).catch(() => null);

function reader(spec: RunSpec): (ref: string) => Promise<Buffer> {
  const store = new ArtifactStore(join(spec.out, "artifacts"));
  return (ref) => store.get(ref);
}

export interface RunObservers {
  all: Observer[];
  log: (line: string) => void;
  /** Writes the side-by-side picture and says where everything is. `shown` is the output folder for people. */
  finish: (result: RunResult, shown: string) => Promise<void>;
}

/**
 * The observers that `viga run` attaches: tape, output tree, report, progress.
 * @param options.over the run is over already and only its output is written again
 */
export async function runObservers(
  spec: RunSpec,
  json: boolean,
  options: { over?: boolean } = {},
): Promise<RunObservers> {
  const progress = createProgress({ stream: json ? process.stdout : process.stderr, json });
  const log = makeLog("viga run", { prefix: false });
  log.keepIn(spec.out);
  const all = [...(await folderObservers(spec)), ...(options.over === true ? [] : [progress])];
  return {
    all,
    log,
    async finish(result, shown) {
      if (result.status === "interrupted") {
        const resume = `viga run --resume ${shown}`;
        if (json) print(`${plainJson({ schema: 1, status: "interrupted", resume })}\n`);
        else printError(`interrupted; continue with: ${resume}\n`);
        return;
      }
      const picture = await sideBySideOf(spec);
      const scores = JSON.parse(
        await readFile(join(spec.out, "scores.json"), "utf8").catch(() => "null"),
      ) as Scores | null;
      if (json) {
        print(`${plainJson({ schema: 1, ...result, out: spec.out, picture, scores })}\n`);
        return;
      }
      const lines = [
        ...summary(scores),
        `report: ${join(shown, "report.html")}`,
        ...(picture === null ? [] : [join(shown, "side_by_side.png")]),
      ];
      print(`${lines.join("\n")}\n`);
      // The cause comes last, where a person looks first.
      if (result.error !== null) printError(`viga: ${causeLine(result.error)}\n`);
    },
  };
}

function causeLine({ message, hint }: { message: string; hint?: string | undefined }): string {
  return plainLine(hint === undefined ? message : `${message} (${hint})`);
}

async function drawHeatMap(render: Buffer, target: Buffer): Promise<Buffer> {
  return (await heatMap(await decodePicture(render, "render"), await decodePicture(target, "target"))).png;
}

interface Score {
  t: number | null;
  /** Where pictures are compared. */
  pl: number | null;
  loss: number | null;
}
interface Scores {
  start: Score | null;
  best: Score | null;
  stop: { reason: string | null };
}

function summary(scores: Scores | null): string[] {
  const compared = typeof scores?.best?.pl === "number";
  const [start, best] = [scores?.start, scores?.best].map((score) => (compared ? score?.pl : score?.loss));
  if (!scores || typeof best !== "number") {
    return [typeof start === "number" ? "no round was better than the start" : "no program was measured"];
  }
  const fall =
    typeof start === "number" && start > 0
      ? `, ${(100 * (1 - best / start)).toFixed(1)} % less than the start's ${start.toPrecision(3)}`
      : "";
  return [
    `best: round ${scores.best?.t}, ${compared ? "PL" : "loss"} ${best.toPrecision(3)}${fall} (stopped: ${scores.stop.reason})`,
  ];
}

/** start | target | best as one PNG, each under its PL, recomputed from the pictures themselves. */
async function comparison(spec: RunSpec, read: (ref: string) => Promise<Buffer>): Promise<string | null> {
  const scores = JSON.parse(await readFile(join(spec.out, "scores.json"), "utf8")) as Scores;
  const name = spec.views[0]?.name ?? "render1";
  const target = spec.task.targets[0];
  const rendered = (t: number | null | undefined) =>
    typeof t === "number" ? readFile(join(spec.out, "renders", String(t), renderFile(name))).catch(() => null) : null;
  const [start, best] = await Promise.all([rendered(scores.start?.t), rendered(scores.best?.t)]);
  if (!best) return null;
  const goal = target === undefined ? null : await read(target.image);
  const measured = async (image: Buffer) =>
    goal === null ? {} : { pl: (await compareViews([{ name, image, target: goal }])).loss };
  const sheet = await sideBySide([
    ...(start ? [{ label: "start", image: start, ...(await measured(start)) }] : []),
    ...(goal ? [{ label: "target", image: goal }] : []),
    { label: `best (round ${scores.best?.t})`, image: best, ...(await measured(best)) },
  ]);
  const path = join(spec.out, "side_by_side.png");
  await writeAtomic(path, sheet);
  return path;
}
