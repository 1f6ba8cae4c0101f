import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, relative, sep } from "node:path";
import { VigaError } from "../../../config/errors.ts";
import type { ModeDefinition } from "../../../config/modes/mode.ts";
import type { ResolvedConfig } from "../../../config/resolved.ts";
import { findTaskFiles, type TaskFiles } from "../../../config/task-files.ts";
import { type BlendObject, objectsOf, type Triple } from "./blend-objects.ts";
import { groundTruthOf } from "./ground-truth.ts";

/**
 * What a task's start gives away of its goal: a start that is the goal, a thing that stands in the start .blend where
 * only the goal program puts one, a target among the files that a program may load. In words, for whoever reads the
 * scores; a run never hears of them. Reads ground truth, and starts no program.
 */
export async function leaksOf(task: string, mode: ModeDefinition, setting?: string): Promise<string[]> {
  const files = await findTaskFiles(task, mode, "none", setting);
  const truth = groundTruthOf(task, mode);
  const [program] = truth.filter((path) => /\.(py|html|js)$/.test(path));
  return [
    ...(await same(files.start, truth, "the start program")),
    ...(await same(files.base, truth, "the start file")),
    ...(await givenAway(files)),
    ...(program === undefined ? [] : await standing(files, program)),
  ];
}

async function same(path: string | null, others: readonly string[], what: string): Promise<string[]> {
  if (path === null) return [];
  for (const other of others) {
    if (await isSame(path, other))
      return [`${what} is the goal's: ${basename(path)} and ${basename(other)} are the same file`];
  }
  return [];
}

async function givenAway({ targets, assets }: TaskFiles): Promise<string[]> {
  for (const asset of assets) {
    for (const target of targets) {
      if (await isSame(asset, target))
        return [`a program may load the target itself: ${basename(asset)} is ${basename(target)}`];
    }
  }
  return [];
}

async function isSame(one: string, other: string): Promise<boolean> {
  if (statSync(one).size !== statSync(other).size) return false;
  return (await hashOf(one)) === (await hashOf(other));
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** Objects of the start .blend whose place or turn only the goal program names. */
async function standing({ start, base }: TaskFiles, program: string): Promise<string[]> {
  if (base === null || !base.toLowerCase().endsWith(".blend") || !program.endsWith(".py")) return [];
  const before = start === null ? [] : triplesIn(await readFile(start, "utf8"));
  const wanted = triplesIn(await readFile(program, "utf8")).filter(
    (one) => !before.some((other) => isNear(one, other)),
  );
  if (wanted.length === 0) return [];
  const objects = await objectsOf(base);
  if (objects === null)
    return [`${basename(base)} could not be looked into: whether it holds what the goal asks for is not known`];
  return objects.flatMap((object) => {
    const place = wanted.some((one) => isNear(one, object.location)) && !isNothing(object.location);
    const turn = wanted.some((one) => isNear(one, object.rotation)) && !isNothing(object.rotation);
    if (!place && !turn) return [];
    return [
      `${basename(base)} holds what the goal asks for: ${nameOf(object)} has the ${[...(place ? ["place"] : []), ...(turn ? ["turn"] : [])].join(" and ")} that ${basename(program)} gives and the start program does not`,
    ];
  });
}

const nameOf = ({ name, isCamera }: BlendObject) => (isCamera ? `camera ${name}` : name);

const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const triple = new RegExp(String.raw`[(\[]\s*(${number})\s*,\s*(${number})\s*,\s*(${number})\s*[)\]]`, "g");

/** Three numbers in brackets, as places and turns are written. */
export function triplesIn(program: string): Triple[] {
  return [...program.matchAll(triple)].map(([, x, y, z]) => [Number(x), Number(y), Number(z)]);
}

/** A .blend keeps single precision, and programs are written with few digits. */
const isNear = (one: Triple, other: Triple) => one.every((value, n) => Math.abs(value - other[n]!) < 1e-3);
/** Zeros, and the same number three times, say nothing. */
const isNothing = ([x, y, z]: Triple) => x === y && y === z;

/**
 * Refuses a configuration whose scores would mean nothing: programs or players that are given the dataset with its goals.
 * Throws `config_invalid`.
 */
export function refuseOracles(config: ResolvedConfig, data: string): void {
  const roles = Object.entries({ ...config.roles });
  const named: [string, string][] = [
    ...(config.task.assets === undefined ? [] : [["task.assets", config.task.assets] as [string, string]]),
    ...config.assets.folders.map((folder): [string, string] => ["assets.folders", folder]),
    ...roles.flatMap(([role, { spec }]): [string, string][] =>
      spec.kind === "replay" && spec.argument ? [[`roles.${role}`, spec.argument]] : [],
    ),
  ];
  for (const [key, path] of named) {
    if (!isWithin(path, data) && !isWithin(data, path)) continue;
    throw new VigaError("config_invalid", `${key}: ${path} and the dataset hold one another, goals included`, {
      hint: "the scores would mean nothing: keep what programs and players may read apart from --data",
    });
  }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`));
}
