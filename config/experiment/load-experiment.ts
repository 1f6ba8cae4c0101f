import { basename, dirname, parse, resolve } from "node:path";
import { lineFor, type Problem, problemsOf } from "../complaints.ts";
import { VigaError } from "../errors.ts";
import type { Layer } from "../layer.ts";
import { layersFromFile } from "../yaml.ts";
import { type ExperimentFile, experimentFile } from "./experiment-file.ts";

/** An experiment as its file has it, with the file's lines for messages. */
export interface LoadedExperiment {
  /** Absolute path of the file, and the folder that its paths are relative to. */
  path: string;
  folder: string;
  file: ExperimentFile;
  layer: Layer;
}

const hint = "nothing was started; docs/experiments.md shows every key";

/**
 * Reads an experiment file; one that holds several, divided by `---`, gives each. Throws `config_invalid` with one line
 * per problem: file, line, key, what was expected, the nearest valid name.
 * @param given the path as the user wrote it
 */
export function loadExperiments(given: string, cwd = process.cwd()): LoadedExperiment[] {
  const path = resolve(cwd, given);
  const layers = layersFromFile(path, given);
  if (layers.length === 0) {
    throw new VigaError("config_invalid", `${given}: is empty; expected an experiment`, { hint });
  }
  const found = layers.map((layer) => ({ path, folder: dirname(path), file: checked(layer, path), layer }));
  const names = found.map(({ file }) => file.name);
  const twin = found.findIndex(({ file }, index) => names.indexOf(file.name) < index);
  const { layer, file } = found[twin] ?? {};
  if (layer !== undefined) {
    refuse(layer, [{ path: ["name"], message: `another experiment of this file is called ${file?.name}, too` }]);
  }
  return found;
}

function checked(layer: Layer, path: string): ExperimentFile {
  const parsed = experimentFile.safeParse(layer.value);
  if (parsed.success) return { ...parsed.data, name: parsed.data.name ?? nameOf(path) };
  refuse(
    layer,
    parsed.error.issues.flatMap((issue) => problemsOf(issue, layer.value, [], experimentFile)),
  );
}

/** A file's name as a folder's. */
function nameOf(path: string): string {
  const plain = parse(path)
    .name.toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-");
  return plain.replace(/^[-_]+/, "").slice(0, 48) || "experiment";
}

/** Throws `config_invalid` with one line per problem of an experiment's file. */
export function refuse(layer: Layer, problems: readonly Problem[]): never {
  const lines = [...new Set(problems.map((problem) => lineFor(problem, [layer])))];
  throw new VigaError("config_invalid", lines.join("\n"), { hint });
}

/** Where a key of the file stands, as messages name it: `hybrid.yaml:12`. */
export function placeOf(layer: Layer, path: readonly (string | number)[]): string {
  const line = layer.line(path);
  return line === null ? basename(layer.label) : `${layer.label}:${line}`;
}
