import { VigaError } from "./errors.ts";
import { isTree, type Layer, nullCounts, type Path, put, type Tree } from "./layer.ts";
import { expand, merge, mergeConfig, roleSections } from "./merge.ts";
import { shownSetting, withoutSecrets } from "./secrets.ts";
import { parseYaml } from "./yaml.ts";

/** One `--set k=v`, or a key that an experiment sets: the place and the new value; `takesAway`: the value is nothing and what a lower layer set goes. */
export interface Assignment {
  label: string;
  path: Path;
  value: unknown;
  takesAway: boolean;
}

function fail(label: string, message: string): never {
  throw new VigaError("config_invalid", `${label}: ${message}`, {
    hint: 'write --set key.sub=value, for example --set stop.max_rounds=5 or --set models."gpt-4.1".max_tokens=4000',
  });
}

/** Splits `a.b.0."c.d"` into keys; whole numbers are list positions. */
export function keysOf(written: string, label: string): (string | number)[] {
  const keys: (string | number)[] = [];
  const part = /"([^"]*)"|([^."[\]]+)/y;
  let at = 0;
  for (;;) {
    part.lastIndex = at;
    const found = part.exec(written);
    if (!found) fail(label, `expected a key like stop.max_rounds, got ${JSON.stringify(written)}`);
    const [, quoted, bare] = found;
    keys.push(quoted ?? (/^\d{1,4}$/.test(bare!) ? Number(bare) : bare!.trim()));
    at = part.lastIndex;
    if (at === written.length) return keys;
    if (written[at] !== ".") fail(label, `expected a dot after ${JSON.stringify(written.slice(0, at))}`);
    at++;
  }
}

/** Reads one `--set` argument. Throws `config_invalid` for a missing `=`, a broken key or a value that is no YAML. */
export function parseSet(written: string): Assignment {
  const equals = written.indexOf("=");
  const shown = equals < 0 ? withoutSecrets(written) : shownSetting(written.slice(0, equals).split("."), written);
  const label = `--set ${(shown.length > 120 ? `${shown.slice(0, 117)}...` : shown).replaceAll(/[\r\n]+/g, " ")}`;
  if (equals <= 0) fail(label, "expected key=value");
  if (written.length > 65_536) fail(label, "longer than 64 KiB; put it into a file");
  const path = keysOf(written.slice(0, equals).trim(), label);
  if (path.length > 16) fail(label, "a key of more than 16 parts; expected one like stop.max_rounds");
  const text = written.slice(equals + 1);
  const value = parseYaml(text, label).value ?? null;
  return { label, path, value, takesAway: value === null && !(nullCounts(path) && text.trim() !== "") };
}

function nest(path: Path, value: unknown): Tree {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree;
}

/** A layer that sets one nested value, for messages about it. */
export function layerOfSet({ label, path, value }: Assignment): Layer {
  return { label, value: nest(path, value), line: () => null, written: true };
}

/** Applies one `--set` to an expanded tree. List positions must exist or be the next one. */
export function assign(tree: Tree, assignment: Assignment): Tree {
  const { path, value } = assignment;
  const section = roleSections.some((name) => name === path[0]);
  // Roles and the task go through the same rules as in a file: short forms, and what a built-in player drops.
  const likeFile = value !== null && ((section && path.length <= 3) || (path[0] === "task" && path.length === 1));
  if (likeFile || (path.length === 1 && isTree(value))) return mergeConfig(tree, expand(nest(path, value)));
  return setAt(tree, assignment, 0) as Tree;
}

function setAt(at: unknown, assignment: Assignment, depth: number): unknown {
  const { label, path, value } = assignment;
  const key = path[depth];
  if (key === undefined) return value;
  if (Array.isArray(at)) {
    if (typeof key !== "number" || key > at.length) {
      fail(label, `expected a position from 0 to ${at.length} in that list, got ${JSON.stringify(key)}`);
    }
    const list: unknown[] = [...at];
    const inner = setAt(list[key], assignment, depth + 1);
    if (inner === null && assignment.takesAway) list.splice(key, 1);
    else list[key] = inner;
    return list;
  }
  const tree: Tree = isTree(at) ? merge({}, at) : {};
  const name = String(key);
  const inner = setAt(Object.hasOwn(tree, name) ? tree[name] : undefined, assignment, depth + 1);
  if (inner === null && assignment.takesAway) delete tree[name];
  else put(tree, name, inner);
  return tree;
}
