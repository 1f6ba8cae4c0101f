import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { lineFor, type Problem, problemsOf } from "./complaints.ts";
import { VigaError } from "./errors.ts";
import { defaultExecutors } from "./executors.ts";
import { dotted, isTree, type Layer, nullCounts, type Path, type Tree } from "./layer.ts";
import { expand, mergeConfig } from "./merge.ts";
import { blendergym } from "./modes/blendergym.ts";
import { modeName, modeNames, modes } from "./modes/index.ts";
import type { ModeDefinition } from "./modes/mode.ts";
import { absolutePaths } from "./paths.ts";
import { patienceOf } from "./players.ts";
import { defaultPreset, presetLayer, presetNames } from "./presets.ts";
import { defaultsFor } from "./preview.ts";
import { resolveRoles } from "./resolve-roles.ts";
import type { ConfigRequest, ResolvedConfig } from "./resolved.ts";
import { type ConfigTree, configSchema } from "./schema.ts";
import { assign, layerOfSet, parseSet } from "./sets.ts";
import { unknownServers } from "./skill-names.ts";
import { resolveStop } from "./stop.ts";
import { suggest } from "./suggest.ts";
import { detectMode } from "./task-files.ts";
import { layerFromFile } from "./yaml.ts";

/**
 * The configuration of a run: mode defaults < preset < file < --model < experiment < --set < flags. Reads files, starts nothing.
 * Throws `config_invalid` with one line per problem: source, line, key, what was expected, the nearest valid name.
 */
export function resolveConfig(request: ConfigRequest = {}): ResolvedConfig {
  const cwd = resolve(request.cwd ?? process.cwd());
  const { layers, preset } = baseLayers(request.config, cwd);
  const faults: string[] = [];
  let tree = mergeLayers(layers, request, cwd, faults);

  if (typeof tree.mode === "string") tree.mode = modeName(tree.mode);
  if (tree.mode === undefined || tree.mode === null) tree.mode = modeOfTask(tree.task);
  const definition = typeof tree.mode === "string" ? modes.get(tree.mode) : undefined;
  // A wrong mode has no defaults; any mode's stand in, so that the other mistakes are told in the same message.
  tree = mergeConfig(defaultsFor(definition ?? blendergym, tree), tree);
  // A preset's executors stand in until it is known whether anyone wrote some.
  const written = layers.some((layer) => layer.written && layer.value.executors != null);
  const byItself = written ? null : defaultExecutors(definition?.engine ?? "blender", request.env ?? process.env);
  if (byItself !== null) tree.executors = byItself.executors;

  const models = isTree(tree.models) ? (withoutNulls(tree.models, ["models"]) as Tree) : {};
  const { config, problems } = check(tree);
  const found = resolveRoles(tree, models, definition);
  // What the schema already said about `models` needs no second line.
  const told = problems.some(({ path }) => path[0] === "models");
  problems.push(...found.problems.filter(({ path }) => !told || path[0] !== "models"));
  if (config) problems.push(...unknownServers(config));
  if (config && definition) problems.push(...settingsMisfit(config, definition));
  faults.push(...problems.map((problem) => lineFor(problem, layers)));

  const { generator, verifier } = found.roles;
  if (faults.length > 0 || !config || !definition || !generator || !verifier) {
    throw new VigaError("config_invalid", [...new Set(faults)].join("\n"), {
      hint:
        found.toAdd === null
          ? "nothing was started; `viga init` writes a commented viga.yaml that shows every key"
          : `nothing was started; a model without a profile is added by three lines of viga.yaml:\n${found.toAdd}`,
    });
  }
  const task = typeof config.task === "string" ? { dir: config.task } : (config.task ?? {});
  const from = byItself === null ? {} : { executors_from: byItself.from };
  const stop = resolveStop(config.stop, patienceOf(generator.spec.kind));
  return { ...config, preset, task, stop, roles: { generator, verifier }, shadow: found.shadow, models, ...from };
}

/** The preset, and the file over it, that `--config` or an experiment's `base` names. */
function baseLayers(config: string | undefined, cwd: string): { layers: Layer[]; preset: string } {
  const known = presetNames();
  if (config === undefined) return { layers: [presetLayer(defaultPreset)], preset: defaultPreset };
  if (known.includes(config)) return { layers: [presetLayer(config)], preset: config };
  const file = resolve(cwd, config);
  if (!/[./]/.test(config) && !existsSync(file)) {
    throw new VigaError(
      "config_invalid",
      `--config ${config}: expected a preset (${known.join(", ")}) or a YAML file${suggest(config, known)}`,
      { hint: "`viga init` writes a viga.yaml" },
    );
  }
  const layer = layerFromFile(file, config);
  const preset = layer.value.preset ?? defaultPreset;
  if (typeof preset !== "string" || !known.includes(preset)) {
    const near = typeof preset === "string" ? suggest(preset, known) : "";
    const message = `expected one of ${known.join(", ")}, got ${JSON.stringify(preset)}${near}`;
    throw new VigaError("config_invalid", lineFor({ path: ["preset"], message }, [layer]), {
      hint: "leave `preset` out to build on offline",
    });
  }
  return { layers: [presetLayer(preset), layer], preset };
}

/** Lays all sources over each other; adds the `--set`s and flags to `layers`, and what no source could say to `faults`. */
function mergeLayers(layers: Layer[], request: ConfigRequest, cwd: string, faults: string[]): Tree {
  let tree: Tree = {};
  for (const layer of layers) {
    const folder = layer.written ? dirname(resolve(cwd, layer.label)) : cwd;
    tree = mergeConfig(tree, absolutePaths(expand(layer.value), folder));
  }
  if (request.model !== undefined) {
    const layer = modelLayer(request.model);
    layers.push(layer);
    tree = mergeConfig(tree, absolutePaths(layer.value, cwd));
  }
  const given = [...(request.assignments ?? []), ...(request.sets ?? [])];
  for (const written of given) {
    try {
      const assignment = typeof written === "string" ? parseSet(written) : written;
      layers.push(layerOfSet(assignment));
      // Paths already in the tree are absolute, so only the new one is changed.
      tree = absolutePaths(assign(tree, assignment), cwd);
    } catch (thrown) {
      if (!(thrown instanceof VigaError)) throw thrown;
      faults.push(thrown.message);
    }
  }
  const flags = flagTree(request);
  layers.push({ label: "command line", value: flags, line: () => null, written: true });
  return mergeConfig(tree, absolutePaths(flags, cwd));
}

/** `--model`: one player for both roles, each with the settings that it has already. */
function modelLayer(player: string): Layer {
  const value = { roles: { generator: { player }, verifier: { player } } };
  return { label: `--model ${player}`, value, line: () => null, written: true, keyless: true };
}

function flagTree({ mode, task }: ConfigRequest): Tree {
  const given = Object.entries(task ?? {}).filter(([, part]) => part !== undefined);
  return {
    ...(mode === undefined ? {} : { mode }),
    ...(given.length === 0 ? {} : { task: Object.fromEntries(given) }),
  };
}

/** Tells the mode from what the task gives. */
function modeOfTask(task: unknown): string | undefined {
  if (!isTree(task)) return undefined;
  if (typeof task.dir === "string") return detectMode(task.dir);
  if (typeof task.base === "string" && typeof task.start === "string") return "blendergym";
  return Array.isArray(task.targets) || typeof task.text === "string" ? "static_scene" : undefined;
}

/** Nulls are keys with nothing after them; a known one counts as not written, an unknown one is still a mistake. */
function withoutNulls(value: unknown, at: Path = []): unknown {
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => inner !== null || nullCounts([...at, key]))
      .map(([key, inner]) => [key, withoutNulls(inner, [...at, key])]),
  );
}

function check(tree: Tree): { config: ConfigTree | null; problems: Problem[] } {
  const problems = new Map<string, Problem>();
  const add = (problem: Problem): void => void problems.set(JSON.stringify(problem), problem);
  for (const issue of configSchema.safeParse(tree).error?.issues ?? []) {
    if (issue.code === "unrecognized_keys") for (const problem of problemsOf(issue, tree)) add(problem);
  }
  const clean = withoutNulls(tree);
  const parsed = configSchema.safeParse(clean);
  const issues = parsed.error?.issues ?? [];
  for (const issue of issues) {
    // A number that no computer counts to is beyond the key's own limit too: one line is enough.
    const unsafe = issue.code === "too_big" && issue.maximum === Number.MAX_SAFE_INTEGER;
    if (unsafe && issues.some((other) => other !== issue && dotted(other.path as Path) === dotted(issue.path as Path)))
      continue;
    if (issue.path[0] === "mode" && (clean as Tree).mode === undefined) {
      const message = `expected one of ${modeNames.join(", ")}; give --mode, or a task folder that shows it`;
      add({ path: ["mode"], message });
    } else for (const problem of problemsOf(issue, clean)) add(problem);
  }
  return { config: parsed.data ?? null, problems: [...problems.values()] };
}

/** Values of `prompt` and `init` that the mode does not have. */
function settingsMisfit(config: ConfigTree, mode: ModeDefinition): Problem[] {
  const allowed = { prompt: mode.promptSettings, init: mode.initSettings } as const;
  const found: Problem[] = (["prompt", "init"] as const)
    .filter((key) => !(allowed[key] as readonly string[]).includes(config[key]))
    .map((key) => ({
      path: [key],
      message: `expected one of ${allowed[key].join(", ")} in mode ${mode.name}, got "${config[key]}"`,
    }));
  if (found.length === 0 && config.init === "sam3d" && !config.assets.services.some(({ kind }) => kind === "sam3d")) {
    const message = "sam3d needs who makes the scene: assets: { services: [{ kind: sam3d, url: https://... }] }";
    found.push({ path: ["init"], message });
  }
  return found;
}
