import type { Measurement, MetricInfo } from "../machines/domain/index.ts";
import type { TapeEvent } from "./observer.ts";

type Data = Record<string, unknown>;

const metric = (name: string, label: string, title: string, better: MetricInfo["better"]): MetricInfo => ({
  name,
  label,
  title,
  better,
  unit: "",
  digits: 4,
});
const pl = metric("pl", "PL", "photometric loss", "lower");

/** What the first tapes measured, without saying so. */
const photometric: Measurement = {
  evaluator: "photometric",
  loss: pl,
  metrics: [pl, metric("ssim", "SSIM", "structural similarity", "higher")],
};

/** Endings of programs and names of saved states, which the first versions knew by the mode. */
const codeEnding: Record<string, string> = { design2code: "html" };
const output: Record<string, string> = { autopresent: "output.pptx", design2code: "index.html" };

/**
 * An event of an older tape in today's form; one of today stays as it is. Until version 0.1.0 measures were
 * `{pl, ssim, views: [{name, pl, ssim}]}`, views were named with `.png`, and `run.started` told neither how the run is
 * measured nor what its files are called.
 */
export function upgradeEvent(event: TapeEvent): TapeEvent {
  const upgrade = upgrades[event.type];
  return upgrade === undefined ? event : { ...event, data: upgrade(event.data) };
}

const upgrades: Record<string, (data: Data) => Data> = {
  "run.started": started,
  state: (data) => at(data, "state", state),
  measured: (data) => at(data, "measures", (all) => (Array.isArray(all) ? all.map(measures) : all)),
  feedback: judged,
  round: (data) => at(data, "round", judgedIn),
  final: (data) => at(at(data, "best", judgedIn), "start", judgedIn),
};

function started(data: Data): Data {
  const renamed = at(data, "task", (task) => (isData(task) ? at(task, "targets", named) : task));
  if (data.measurement !== undefined) return renamed;
  const mode = String((isData(data.task) ? data.task.mode : undefined) ?? data.mode);
  const files = { output: output[mode] ?? "blender_file.blend", code_ending: codeEnding[mode] ?? "py" };
  return { ...at(renamed, "players", players), measurement: photometric, ...files };
}

/** Players are told by their names; their settings stand in the configuration. */
function players(value: unknown): unknown {
  if (!isData(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([role, one]) => [role, isData(one) && "player" in one ? one.player : one]),
  );
}

function judged(data: Data): Data {
  return at(at(data, "state", state), "measures", measures);
}

function judgedIn(value: unknown): unknown {
  return isData(value) ? judged(value) : value;
}

function state(value: unknown): unknown {
  return isData(value) ? at(value, "renders", named) : value;
}

function measures(value: unknown): unknown {
  if (!isData(value) || typeof value.pl !== "number" || "loss" in value) return value;
  const views = Array.isArray(value.views) ? value.views.filter(isData) : [];
  return {
    ...numbers(value),
    noise: 0,
    views: views.map((view) => ({ name: viewName(String(view.name)), ...numbers(view) })),
  };
}

const numbers = ({ pl: loss, ssim }: Data) => ({ loss, metrics: { pl: loss, ssim } });

/** Pictures with their view's name as it is spelled today. */
function named(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((one: unknown) =>
    isData(one) && typeof one.name === "string" ? { ...one, name: viewName(one.name) } : one,
  );
}

/** Without the file's ending, and with nothing in it that a view's name may not have today. */
const viewName = (name: string): string =>
  name
    .replace(/\.png$/i, "")
    .replaceAll(/[^A-Za-z0-9_-]/g, "_")
    .replace(/^-/, "_")
    .slice(0, 64) || "render";

const at = (data: Data, key: string, change: (value: unknown) => unknown): Data =>
  key in data ? { ...data, [key]: change(data[key]) } : data;

function isData(value: unknown): value is Data {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
