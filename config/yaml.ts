import { readFileSync, statSync } from "node:fs";
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, parseDocument } from "yaml";
import { VigaError } from "./errors.ts";
import { isTree, type Layer, type Path, type Tree } from "./layer.ts";

/** Largest configuration file, bytes. A real one is a few KiB. */
export const maxConfigBytes = 64 * 1024;
/** Deepest nesting that is read; the deepest real key is at 5. */
const maxDepth = 64;

/** Value of one YAML document, with the lines of its nodes. `label` names the source in messages. */
export interface Parsed {
  value: unknown;
  line(path: Path): number | null;
}

function fail(label: string, line: number | null, message: string, cause?: unknown): never {
  const where = line === null ? label : `${label}:${line}`;
  const text = message.replaceAll(/\s*\n\s*/g, " ");
  throw new VigaError("config_invalid", `${where}: ${text.length > 300 ? `${text.slice(0, 297)}...` : text}`, {
    hint: "mend the line named above; `viga init` writes a commented viga.yaml to start from",
    cause,
  });
}

/** Brackets opened deeper than anything real, found before a recursive parser meets them. */
function tooDeep(text: string): boolean {
  let depth = 0;
  for (const letter of text) {
    if (letter === "[" || letter === "{") depth++;
    else if ((letter === "]" || letter === "}") && depth > 0) depth--;
    if (depth > maxDepth) return true;
  }
  // Compact block nesting: "- - - - x" or "? ? ? x".
  return new RegExp(`([-?:][ \\t]+){${maxDepth},}`).test(text);
}

/** Parses one YAML (or JSON) document. Throws `config_invalid` with file and line for anything that is not one. */
export function parseYaml(text: string, label: string): Parsed {
  return parsed(text, label, (options) => [parseDocument(text, options)])[0]!;
}

/** Parses the YAML documents of a text, which `---` divides. Throws as `parseYaml` does. */
function parseDocuments(text: string, label: string): Parsed[] {
  return parsed(text, label, (options) => {
    const documents = parseAllDocuments(text, options);
    return "empty" in documents ? [] : documents;
  });
}

type ParsedDocument = ReturnType<typeof parseDocument>;

function parsed(text: string, label: string, parse: (options: object) => ParsedDocument[]): Parsed[] {
  if (tooDeep(text)) fail(label, null, `nested deeper than ${maxDepth} levels; expected a short YAML file`);
  const counter = new LineCounter();
  try {
    return parse({ lineCounter: counter, prettyErrors: false, uniqueKeys: true, stringKeys: true }).map((doc) => {
      const problem = doc.errors[0] ?? doc.warnings[0];
      if (problem) {
        const many = problem.code === "MULTIPLE_DOCS" ? "a second document begins here (---); expected one" : null;
        fail(label, counter.linePos(problem.pos[0]).line, many ?? problem.message, problem);
      }
      const value: unknown = doc.toJS({ maxAliasCount: 50 });
      return { value, line: (path) => lineOf(doc.contents, path, counter) };
    });
  } catch (thrown) {
    if (thrown instanceof VigaError) throw thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    fail(label, null, `not readable as YAML: ${message}`, thrown);
  }
}

/** Line of the key at `path`; where it does not exist, of the nearest node above it. */
function lineOf(root: Node | null, path: Path, counter: LineCounter): number | null {
  let node: unknown = root;
  let offset: number | undefined;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => (isScalar(item.key) ? String(item.key.value) : "") === String(key));
      if (!pair) break;
      if (isNode(pair.key) && pair.key.range) offset = pair.key.range[0];
      node = pair.value;
    } else if (isSeq(node) && typeof key === "number") {
      const item: unknown = node.items[key];
      if (!isNode(item)) break;
      if (item.range) offset = item.range[0];
      node = item;
    } else break;
  }
  if (offset === undefined && isNode(root) && root.range) offset = root.range[0];
  return offset === undefined ? null : counter.linePos(offset).line;
}

/** Bytes of a configuration file as text: a plain file, small, UTF-8. */
function readText(file: string, label: string): string {
  let size: number;
  try {
    const stat = statSync(file);
    if (!stat.isFile()) fail(label, null, "is not a file; expected a YAML file");
    size = stat.size;
  } catch (thrown) {
    if (thrown instanceof VigaError) throw thrown;
    const code = (thrown as NodeJS.ErrnoException).code ?? "";
    fail(label, null, code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`, thrown);
  }
  if (size > maxConfigBytes) {
    fail(label, null, `is ${Math.ceil(size / 1024)} KiB; expected a YAML file of at most ${maxConfigBytes / 1024} KiB`);
  }
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (thrown) {
    fail(label, null, `cannot be read (${(thrown as NodeJS.ErrnoException).code ?? ""})`, thrown);
  }
  return decode(bytes, label);
}

/** UTF-8 text of bytes, or `config_invalid` where they are something else. */
export function decode(bytes: Uint8Array, label: string): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (thrown) {
    fail(label, null, "is not UTF-8 text; expected a YAML file", thrown);
  }
  if (text.includes("\0")) fail(label, null, "holds binary data; expected a YAML file");
  return text;
}

/** A layer from YAML text. An empty document is an empty layer. */
export function layerFromText(text: string, label: string, written = true): Layer {
  return layerOf(parseYaml(text, label), label, written);
}

function layerOf({ value, line }: Parsed, label: string, written: boolean): Layer {
  if (value === null || value === undefined) return { label, value: {}, line, written };
  if (!isTree(value)) {
    fail(
      label,
      line([]),
      `expected keys and values (like \`mode: blendergym\`), got ${Array.isArray(value) ? "a list" : "a single value"}`,
    );
  }
  return { label, value: value as Tree, line, written };
}

/** A layer from a YAML file. `label` is the name the user gave. */
export function layerFromFile(file: string, label: string, written = true): Layer {
  return layerFromText(readText(file, label), label, written);
}

/** A layer from each document of a YAML file. */
export function layersFromFile(file: string, label: string): Layer[] {
  return parseDocuments(readText(file, label), label).map((parsed) => layerOf(parsed, label, true));
}
