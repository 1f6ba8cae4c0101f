import { homedir } from "node:os";
import { VigaError } from "../../../config/errors.ts";
import { keyNames, type NamedProfile } from "../../../config/profile.ts";
import { withoutSecrets } from "../../../config/secrets.ts";
import { readSmallFile } from "../../files/small-file.ts";

/** What an endpoint without a key is sent, because the library insists on one. */
const noKey = "none";

function fromFile(path: string, name: string): string | undefined {
  const expanded = path.startsWith("~/") ? `${homedir()}${path.slice(1)}` : path;
  try {
    const key = readSmallFile(expanded)
      .split(/\r?\n/, 1)[0]
      ?.replace(/^\uFEFF/, "")
      .trim();
    return key === "" ? undefined : key;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new VigaError("model_auth", `models.${name}.key_file: ${path}: ${why}`, {
      hint: "write the key on the first line of that file (mode 0600), or set its environment variable",
    });
  }
}

/** Name of the environment variable (or `key_file`) that holds a profile's key now; undefined when there is none. */
export function keySource(profile: NamedProfile, env: Record<string, string | undefined>): string | undefined {
  const set = keyNames(profile).find((name) => (env[name] ?? "").trim() !== "");
  return set ?? (profile.key_file === undefined ? undefined : "key_file");
}

/**
 * The key of a profile, from the environment or its file. Throws `model_auth`, naming the variable to set. The value
 * goes into the request's header and nowhere else.
 */
export function readKey(profile: NamedProfile, env: Record<string, string | undefined>): string {
  for (const name of keyNames(profile)) {
    const key = env[name]?.trim();
    if (key) return sendable(key, name, profile);
  }
  const key = profile.key_file === undefined ? undefined : fromFile(profile.key_file, profile.name);
  if (key !== undefined) return sendable(key, `key_file ${profile.key_file}`, profile);
  if (!profile.key_required || keyNames(profile).length === 0) return noKey;
  throw new VigaError("model_auth", `no key for ${profile.name}`, { hint: keyHint(profile) });
}

/** A key with quotes of a text editor, bullets or line breaks is no key, and no request can carry it. */
function sendable(key: string, where: string, profile: NamedProfile): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new VigaError("model_auth", `the key for ${profile.name} in ${where} holds characters that no key has`, {
    hint: `copy it again without quotes, blanks and line breaks; ${keyHint(profile)}`,
  });
}

/** How to give a profile its key. */
export function keyHint(profile: NamedProfile): string {
  const names = keyNames(profile);
  if (names.length === 0) return `set models.${profile.name}.key_env to the name of the variable that holds the key`;
  return `export ${names[0]}=...${names.length > 1 ? ` (or ${names.slice(1).join(", ")})` : ""}`;
}

/** An answer, however deep, without the key that it may echo: what is stored of it holds none. */
export function withoutKey<T>(answer: T, key: string): T {
  if (key === noKey || key.length < 8) return answer;
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return value.replaceAll(key, "[key]");
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(answer) as T;
}

/** A text without keys: the ones known here, and whatever looks like one (endpoints echo keys, even in part). */
export function redact(text: string, secrets: readonly string[]): string {
  let out = text;
  for (const secret of secrets) {
    if (secret === noKey || secret.length < 4) continue;
    out = out
      .replaceAll(secret, "[key]")
      .replace(/[\w*.…•-]{4,}/g, (word) => (isPartOf(secret, word) ? "[key]" : word));
  }
  return withoutSecrets(out);
}

/** Whether a word shows a part of a secret: its ends with the middle starred out, or a long piece with digits. */
function isPartOf(secret: string, word: string): boolean {
  const starred = /[*…•]|\.\./.test(word);
  return word
    .split(/[*…•]+|\.{2,}/)
    .some((piece) => secret.includes(piece) && (starred ? piece.length >= 2 : piece.length >= 6 && /\d/.test(piece)));
}
