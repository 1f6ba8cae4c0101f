import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";

/** A value as JSON whose keys are in order, so that equal values are equal texts. */
export function orderedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** SHA-256 of a value, in hexadecimal digits. */
export const hashOf = (value: unknown): string => createHash("sha256").update(orderedJson(value)).digest("hex");

/** SHA-256 of a file's bytes. */
export async function fileHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

/** SHA-256 of the files under a folder, by their names and bytes. */
export async function folderHash(folder: string, wanted: (name: string) => boolean = () => true): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const names = files.map((file) => relative(folder, file)).filter(wanted);
  return hashOf(await Promise.all(names.sort().map(async (name) => [name, await fileHash(join(folder, name))])));
}

/** What a library of files is told apart by: names and sizes, because it may hold gigabytes. */
async function listingHash(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return hashOf(await Promise.all(files.sort().map(async (file) => [relative(folder, file), (await stat(file)).size])));
}

/** Settings that say where something is, or how fast it may be asked, and nothing of what it answers. */
const places = new Set([
  "base_url",
  "url",
  "headers",
  "key_env",
  "key_file",
  "key_required",
  "concurrency",
  "rpm",
  "retries",
  "stream",
  "timeouts",
  "retired",
]);

/** A setting without places: paths become hashes of what lies there, a command's words one by one. */
export async function withoutPlaces(value: unknown): Promise<unknown> {
  if (typeof value === "string") return placelessText(value);
  if (Array.isArray(value)) return Promise.all(value.map(withoutPlaces));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !places.has(key));
  return Object.fromEntries(await Promise.all(kept.map(async ([key, inner]) => [key, await withoutPlaces(inner)])));
}

async function placelessText(text: string): Promise<string> {
  if (!text.includes("/")) return text;
  // A word may begin with a player's kind, and a blank inside it is written with a backslash.
  const words = text.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const plain = await Promise.all(
    words.map(async (word) => {
      const [, kind = "", path = ""] = /^([a-z_]+:)?(\/.*)$/s.exec(word.replace(/\\(.)/g, "$1")) ?? [];
      return path === "" ? word : `${kind}${await hashAt(path)}`;
    }),
  );
  return plain.join(" ");
}

async function hashAt(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return fileHash(path);
  return found?.isDirectory() ? listingHash(path) : path;
}
