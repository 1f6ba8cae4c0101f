/** Plain data as YAML gives it. */
export type Tree = { [key: string]: unknown };
export type Path = readonly (string | number)[];

/** One source of settings. Later layers win. */
export interface Layer {
  /** How messages name it: a file, a flag, a `--set`. */
  label: string;
  value: Tree;
  /** 1-based line of a key (or of the nearest thing above it), null where the source has no lines. */
  line(path: Path): number | null;
  /** False for the mode's defaults and the shipped presets: built-in values, not something the user wrote. */
  written: boolean;
  /** True where the label alone says what is wrong: one flag that stands for several keys. */
  keyless?: boolean;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Request fields for which nothing is a value: `temperature: null` means that none is sent. */
const sendNothing: readonly unknown[] = ["temperature", "reasoning_effort"];

/** Whether nothing is a value of its own at this place, a model's or a role's. */
export function nullCounts(path: Path): boolean {
  return path.length === 3 && ["roles", "shadow", "models"].includes(String(path[0])) && sendNothing.includes(path[2]);
}

/** The value at a path, or undefined. Own properties only. */
export function valueAt(tree: unknown, path: Path): unknown {
  let at: unknown = tree;
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Tree)[key];
  }
  return at;
}

/** Length of the longest prefix of `path` that exists in the tree. */
export function depthOf(tree: unknown, path: Path): number {
  let depth = 0;
  while (depth < path.length && valueAt(tree, path.slice(0, depth + 1)) !== undefined) depth++;
  return depth;
}

/** Sets an own property even where the name is special (`__proto__`), so that input can never reach a prototype. */
export function put(tree: Tree, key: string, value: unknown): void {
  Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true });
}

/** `roles.verifier.skills[2]`, with quotes where a name needs them. */
export function dotted(path: Path): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else text += (text === "" ? "" : ".") + (/^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key));
  }
  return text;
}
