import { z } from "zod";
import { depthOf, dotted, isTree, type Layer, type Path, valueAt } from "./layer.ts";
import { configSchema } from "./schema.ts";
import { shownValue } from "./secrets.ts";
import { nearest } from "./suggest.ts";

/** One thing that is wrong: where in the merged tree, and what was expected there. */
export interface Problem {
  path: Path;
  message: string;
}

type JsonSchema = Readonly<Record<string, unknown>>;
const shapes = new Map<z.ZodType, JsonSchema>();

/** A schema as plain data; built only when there is something to explain. */
function shapeOf(schema: z.ZodType): JsonSchema {
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const shape = z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" });
  shapes.set(schema, shape);
  return shape;
}

function branches(node: JsonSchema): JsonSchema[] {
  const union = [node.anyOf, node.oneOf, node.allOf].filter(Array.isArray).flat() as JsonSchema[];
  return union.length > 0 ? union.flatMap(branches) : [node];
}

/** Keys that the schema allows in the map at `path`. */
function keysAt(path: Path, schema: z.ZodType): string[] {
  let nodes = branches(shapeOf(schema));
  for (const key of path) {
    nodes = nodes.flatMap((node) => {
      const properties = node.properties as Record<string, JsonSchema> | undefined;
      const next =
        typeof key === "number"
          ? node.items
          : properties && Object.hasOwn(properties, key)
            ? properties[key]
            : node.additionalProperties;
      return isTree(next) ? branches(next) : [];
    });
  }
  return [...new Set(nodes.flatMap((node) => Object.keys((node.properties as object | undefined) ?? {})))];
}

/** Where else a key of this name belongs, for settings written one level too high or too low. */
function elsewhere(name: string, node: JsonSchema, at: readonly string[] = []): string | undefined {
  for (const branch of branches(node)) {
    const properties = (branch.properties as Record<string, JsonSchema> | undefined) ?? {};
    if (Object.hasOwn(properties, name)) return [...at, name].join(".");
    for (const [key, inner] of Object.entries(properties)) {
      const found = at.length < 3 ? elsewhere(name, inner, [...at, key]) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** A value in a message: short, one line, quoted where it is text, and not at all where it may be a secret. */
function shown(value: unknown, path: Path): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isTree(value)) return "a map of keys";
  // JSON holds no such number: what was written is gone by now.
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) return "a larger number";
  const text = shownValue(path, value);
  return text.length > 60 ? `${text.slice(0, 57)}..."` : text;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys",
  record: "a map of names",
  nan: "a number",
};

type Issue = z.core.$ZodIssue;

/** The problems behind one zod issue. `tree` is what was validated, by `schema`. */
export function problemsOf(issue: Issue, tree: unknown, under: Path = [], schema: z.ZodType = configSchema): Problem[] {
  const path = [...under, ...(issue.path as (string | number)[])];
  const value = valueAt(tree, path);
  const at = (message: string): Problem[] => [{ path, message }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(path, key, schema) }));
    case "invalid_union": {
      // The branch meant is the one whose own type fits; its problems say more than "none of these".
      const meant = issue.errors.filter((list) => !list.some((inner) => inner.path.length === 0 && wrongKind(inner)));
      if (meant.length === 1) return meant[0]!.flatMap((inner) => problemsOf(inner, tree, path, schema));
      return at(`${issue.message}, got ${shown(value, path)}`);
    }
    case "invalid_type": {
      const written = issue.message.startsWith("expected") ? issue.message : undefined;
      return at(`${written ?? `expected ${typeNames[issue.expected] ?? issue.expected}`}, got ${shown(value, path)}`);
    }
    case "invalid_value": {
      const names = issue.values.map(String);
      const near = typeof value === "string" ? nearest(value, names) : undefined;
      const hint = near === undefined ? "" : `; did you mean "${near}"?`;
      return at(`expected ${names.length > 1 ? "one of " : ""}${names.join(", ")}, got ${shown(value, path)}${hint}`);
    }
    case "too_small":
    case "too_big":
      return at(`expected ${bound(issue)}, got ${sized(value, path)}`);
    case "invalid_format":
    case "invalid_key": {
      // A wrong name is the key itself, not what stands under it.
      const got = issue.code === "invalid_key" ? path.at(-1) : value;
      return at(
        `${issue.message.startsWith("expected") ? issue.message : `expected ${plainFormat(issue)}`}, got ${shown(got, path)}`,
      );
    }
    default:
      return at(issue.message);
  }
}

function wrongKind(issue: Issue): boolean {
  return issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union";
}

function plainFormat(issue: Issue): string {
  if (issue.code === "invalid_format" && issue.format === "url") return "a URL like http://localhost:8000/v1";
  if (issue.code === "invalid_key") return issue.issues[0]?.message.replace(/^expected /, "") ?? issue.message;
  return issue.message;
}

function bound(issue: Issue & { code: "too_small" | "too_big" }): string {
  const [limit, word] =
    issue.code === "too_small"
      ? [issue.minimum, issue.inclusive === false ? "more than" : "at least"]
      : [issue.maximum, issue.inclusive === false ? "less than" : "at most"];
  const unit =
    issue.origin === "string"
      ? " characters"
      : issue.origin === "array"
        ? Number(limit) === 1
          ? " entry"
          : " entries"
        : "";
  return `${word} ${limit}${unit}`;
}

function sized(value: unknown, path: Path): string {
  if (typeof value === "string") return `${value.length}`;
  return Array.isArray(value) ? `${value.length}` : shown(value, path);
}

function unknownKey(path: Path, key: string, schema: z.ZodType): string {
  if (key === "<<") return "merge keys are not read; write the keys out";
  const known = keysAt(path, schema);
  const near = nearest(key, known);
  const expected = known.length > 0 ? ` (expected one of ${known.join(", ")})` : "";
  if (near !== undefined) return `unknown key; did you mean "${dotted([...path, near])}"?${expected}`;
  const place = elsewhere(key, shapeOf(schema));
  if (place !== undefined) return `unknown key here; did you mean "${place}"?`;
  return `unknown key${expected}`;
}

/** One line for a problem: source, line, key, what is wrong. The source is the last layer that wrote the key. */
export function lineFor(problem: Problem, layers: readonly Layer[]): string {
  let source: Layer | undefined;
  let deepest = -1;
  for (const layer of layers) {
    if (!layer.written) continue;
    const depth = depthOf(layer.value, problem.path);
    if (depth > 0 && depth >= deepest) {
      deepest = depth;
      source = layer;
    }
  }
  const key = source?.keyless ? "" : dotted(problem.path);
  const message = `${key === "" ? "" : `${key}: `}${problem.message}`.replaceAll(/\s*[\r\n]+\s*/g, " ");
  if (!source) {
    const only = layers.find((layer) => layer.written);
    return only ? `${only.label}: ${message}` : message;
  }
  const line = source.line(problem.path);
  return `${source.label}${line === null ? "" : `:${line}`}: ${message}`;
}
