import { type Pick, picks, type ScoredTask } from "../../evaluators/aggregate/scored.ts";
import { type Cell, everything, type Group } from "../../evaluators/aggregate/summary.ts";
import { htmlKept } from "../../evaluators/columns/html-parts.ts";
import type { MetricInfo } from "../../machines/domain/index.ts";
import type { Evaluation } from "./evaluate.ts";

/** A table as plain cells; the first row is its head, the first column its rows' names. */
export interface Table {
  title: string;
  /** What a reader must know to read it. */
  note?: string;
  rows: string[][];
}

const short = (value: number, digits: number) => String(Number(value.toPrecision(digits)));

function cellText(cell: Cell | undefined, { digits }: MetricInfo): string {
  if (cell === undefined) return "-";
  const [mean, low, high] = [cell.mean, cell.low, cell.high].map((value) => short(value, Math.min(digits, 3)));
  return cell.runs < 2 ? mean! : `${mean} [${low}, ${high}]`;
}

const arrow = ({ better }: MetricInfo) => (better === "lower" ? "↓" : "↑");

/** How many programs the benchmark's cleaning cut short, whose numbers from HTML are low for that; empty where none. */
function cutNote(tasks: readonly ScoredTask[]): string {
  const scored = tasks.filter(({ outcome }) => outcome === "scored");
  const counts = (["start", "chosen", "final"] as const).map((pick) => {
    const cut = scored.filter(({ numbers }) => (numbers[pick]?.[htmlKept] ?? 1) < 1);
    return { pick, cut: cut.length };
  });
  if (counts.every(({ cut }) => cut === 0)) return "";
  const words = counts.map(({ pick, cut }) => `${pick} ${cut}`).join(", ");
  return `; programs cut short by Design2Code's cleaning, whose numbers from HTML are low or 0 for that: ${words} of ${scored.length}`;
}

function groupTable(group: Group, { tasks, metrics, groups }: Evaluation): Table {
  const { scored, failed, error, unfinished } = group.counts;
  const counted = [`${scored} scored`, `${failed} failed`, `${error} errors`, `${unfinished} unfinished`];
  const own = group.name === everything ? tasks : tasks.filter((task) => task.group === group.name);
  return {
    title: groups.length === 1 ? "Scores" : group.name,
    note: `${counted.join(", ")}; a program ran in ${group.executed}${cutNote(own)}`,
    rows: [
      ["metric", ...picks, "gain"],
      ...metrics.map((info) => {
        const cells = picks.map((pick) => group.cells.find((cell) => cell.metric === info.name && cell.pick === pick));
        const [start, chosen] = cells;
        const gain =
          start === undefined || chosen === undefined || start.mean === 0 || start.runs !== chosen.runs
            ? "-"
            : `${((100 * (info.better === "lower" ? 1 : -1) * (start.mean - chosen.mean)) / start.mean).toFixed(1)} %`;
        return [`${info.label} ${arrow(info)}`, ...cells.map((cell) => cellText(cell, info)), gain];
      }),
    ],
  };
}

function baselineTables({ baseline, metrics }: Evaluation): Table[] {
  if (baseline === null) return [];
  const label = (name: string) => metrics.find((info) => info.name === name)?.label ?? name;
  const gains = Object.entries(baseline.improvement).map(([pick, value]) => `${pick} ${value.toFixed(2)} %`);
  return [
    {
      title: "Against the baseline",
      note: [
        `Impr. (the mean of the gains over groups and metrics): ${gains.join(", ") || "nothing to compare"}`,
        ...(baseline.unpaired.length === 0 ? [] : [`scored on one side only: ${baseline.unpaired.join(", ")}`]),
      ].join("; "),
      rows: [
        ["group", "metric", "pick", "tasks", "baseline", "here", "gain", "p (sign flips)"],
        ...baseline.rows.map((row) => [
          row.group,
          label(row.metric),
          row.pick,
          String(row.tasks),
          short(row.baseline, 4),
          short(row.value, 4),
          row.gain === null ? "-" : `${row.gain.toFixed(1)} %`,
          row.p === null ? "-" : short(row.p, 3),
        ]),
      ],
    },
  ];
}

/** How the paper prints a number: PL x1000 in BlenderGym and x100 in BlenderBench, N-CLIP x100, the VLM score as it is. */
export function vigaScale(mode: string, metric: string): number {
  if (metric === "pl") return mode === "blendergym" ? 1000 : 100;
  return metric === "n_clip" ? 100 : 1;
}

function vigaTables({ as_viga, metrics, mode }: Evaluation): Table[] {
  if (as_viga === null) return [];
  const label = (name: string) => metrics.find((info) => info.name === name)?.label ?? name;
  return [
    {
      title: "As the paper counts",
      note: "the round with the lowest N-CLIP against the goal is the result; missing tasks are charged a penalty",
      rows: [
        ["group", "metric", "value", "results", "missing", "divided by"],
        ...as_viga.map((row) => {
          const scale = vigaScale(mode, row.metric);
          return [
            row.group,
            `${label(row.metric)}${scale === 1 ? "" : ` x${scale}`}`,
            row.value === null ? (row.why ?? "-") : (scale * row.value).toFixed(2),
            String(row.scored),
            String(row.missing),
            String(row.divisor),
          ];
        }),
      ],
    },
  ];
}

function slideTables({ slidebench }: Evaluation): Table[] {
  if (slidebench === null) return [];
  const number = (value: number | null) => (value === null ? "-" : value.toFixed(2));
  return [
    {
      title: "As SlideBench counts",
      note:
        "what the runs chose; a slide whose program failed counts 0 in overall, so that it is the part that ran times the mean " +
        "of reference-based and reference-free (where judged); tasks that could not be begun, and unfinished ones, are left out",
      rows: [
        ["group", "slides", "ran", "reference-based", "reference-free", "overall"],
        ...slidebench.rows.map((row) => [
          row.group,
          String(row.runs),
          `${((100 * row.ran) / row.runs).toFixed(1)} %`,
          ...[row.reference, row.free, row.overall].map(number),
        ]),
      ],
    },
  ];
}

function modelTables({ models }: Evaluation): Table[] {
  if (models.length === 0) return [];
  return [
    {
      title: "Models",
      note: "replies by what was wrong with them, from the tapes; a reply may count in several columns",
      rows: [
        [
          "model",
          "role",
          "calls",
          "refused",
          "cut off",
          "not readable",
          "failed",
          "sent again",
          "tokens in",
          "tokens out",
          "usd",
        ],
        ...models.map((one) => [
          one.model,
          one.role,
          ...[one.calls, one.refused, one.cutOff, one.unread, one.failed, one.retries].map(String),
          ...[one.inputTokens, one.outputTokens].map(String),
          one.usd.toFixed(4),
        ]),
      ],
    },
  ];
}

function taskTable({ tasks, metrics, slidebench }: Evaluation): Table {
  const [loss] = metrics;
  const number = ({ numbers }: ScoredTask, pick: Pick) => {
    const value = loss === undefined ? undefined : numbers[pick]?.[loss.name];
    return value === undefined ? "-" : short(value, 4);
  };
  return {
    title: "Tasks",
    rows: [
      [
        ...["task", "group", "outcome", "rounds", "ran"],
        ...picks.map((pick) => `${loss?.label ?? "loss"} ${pick}`),
        ...(slidebench === null ? [] : ["SlideBench"]),
        "why",
      ],
      ...tasks.map((task, index) => [
        task.id,
        task.group,
        task.outcome,
        String(task.rounds),
        String(task.executed),
        ...picks.map((pick) => number(task, pick)),
        ...(slidebench === null ? [] : [slidebench.runs[index]?.toFixed(2) ?? "-"]),
        task.outcome === "scored" ? "" : (task.reason ?? ""),
      ]),
    ],
  };
}

function missingTables({ missing }: Evaluation): Table[] {
  if (missing.length === 0) return [];
  return [{ title: "Not measured", rows: [["metric", "why"], ...missing.map(({ label, why }) => [label, why])] }];
}

/** Every table of an evaluation, in the order of its pages. */
export function tablesOf(evaluation: Evaluation): Table[] {
  return [
    ...evaluation.groups.map((group) => groupTable(group, evaluation)),
    ...baselineTables(evaluation),
    ...vigaTables(evaluation),
    ...slideTables(evaluation),
    ...modelTables(evaluation),
    taskTable(evaluation),
    ...missingTables(evaluation),
  ];
}
