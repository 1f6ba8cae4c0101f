import { isObject, readJson } from "./json.ts";

type Schema = Record<string, unknown>;

const typesOf = (schema: Schema): string[] => {
  if (typeof schema.type === "string") return [schema.type];
  if (Array.isArray(schema.type)) return schema.type.filter((type): type is string => typeof type === "string");
  const branches = [schema.anyOf, schema.oneOf].find(Array.isArray) as unknown[] | undefined;
  return branches ? branches.filter(isObject).flatMap(typesOf) : [];
};

/** The branch of a union that has the given type, or the schema itself. */
const branchOf = (schema: Schema, type: string): Schema => {
  const branches = [schema.anyOf, schema.oneOf].find(Array.isArray) as unknown[] | undefined;
  return branches?.filter(isObject).find((branch) => typesOf(branch).includes(type)) ?? schema;
};

/** A program in a code fence, or with its line breaks escaped twice, as text. */
function plainText(text: string): string {
  const fence = /^\s*```[\w+-]*\r?\n([\s\S]*?)\r?\n?```\s*$/.exec(text);
  const inner = fence?.[1] ?? text;
  const escaped = inner.match(/\\n/g)?.length ?? 0;
  if (escaped >= 3 && !inner.includes("\n")) {
    const read = readJson(`"${inner.replaceAll(/(?<!\\)"/g, '\\"')}"`);
    if (typeof read?.value === "string") return read.value;
  }
  return inner;
}

/**
 * Converts a value towards a JSON schema where nothing has to be guessed: a number in a string, JSON in a string, one
 * thing where a list is wanted, `null` for "not given", a code fence around a text. Anything else stays as it is, for
 * the real check to refuse.
 */
export function coerce(value: unknown, schema: Schema, depth = 0): unknown {
  if (depth > 12) return value;
  const types = typesOf(schema);
  if (types.length === 0) return value;
  const wants = (type: string): boolean => types.includes(type);
  if (typeof value === "string" && wants("string")) {
    return schema.enum === undefined ? plainText(value) : fromEnum(value, schema.enum);
  }
  if (typeof value === "string") {
    const said = value.trim();
    if ((wants("number") || wants("integer")) && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(said))
      return Number(said);
    if (wants("boolean") && /^(true|yes)$/i.test(said)) return true;
    if (wants("boolean") && /^(false|no)$/i.test(said)) return false;
    if ((wants("array") && said.startsWith("[")) || (wants("object") && said.startsWith("{"))) {
      const read = readJson(said);
      if (read !== undefined && typeof read.value === "object") return coerce(read.value, schema, depth + 1);
    }
  }
  if (typeof value === "number" && wants("string") && !wants("number") && !wants("integer")) return String(value);
  if (typeof value === "boolean" && wants("string") && !wants("boolean")) return String(value);
  if (wants("array")) {
    const items = branchOf(schema, "array").items;
    if (Array.isArray(value)) return isObject(items) ? value.map((each) => coerce(each, items, depth + 1)) : value;
    const single = isObject(items) ? coerce(value, items, depth + 1) : value;
    if (value !== null && value !== undefined && !wants(jsonType(value))) return [single];
  }
  if (Array.isArray(value) && value.length === 1 && !wants("array")) return coerce(value[0], schema, depth + 1);
  // Some models write a text as its lines.
  if (Array.isArray(value) && wants("string") && value.every((line) => typeof line === "string"))
    return value.join("\n");
  if (isObject(value) && wants("object")) return coerceObject(value, branchOf(schema, "object"), depth);
  return value;
}

function coerceObject(value: Record<string, unknown>, schema: Schema, depth: number): Record<string, unknown> {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const out: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) {
    const wanted = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (!isObject(wanted)) setOwn(out, key, each);
    else if (each === null && !required.includes(key) && !typesOf(wanted).includes("null")) continue;
    else setOwn(out, key, coerce(each, wanted, depth + 1));
  }
  return out;
}

/** `__proto__` in a model's reply must become a plain key. */
const setOwn = (target: Record<string, unknown>, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
};

const jsonType = (value: unknown): string =>
  Array.isArray(value) ? "array" : value === null ? "null" : typeof value === "object" ? "object" : typeof value;

function fromEnum(said: string, allowed: unknown): string {
  if (!Array.isArray(allowed) || allowed.includes(said)) return said;
  const same = allowed.filter((each) => typeof each === "string" && each.toLowerCase() === said.trim().toLowerCase());
  return same.length === 1 ? (same[0] as string) : said;
}
