import type { Path } from "./layer.ts";

/** What stands in place of a value that is kept out of messages. */
const hidden = "***";

/** Keys of makers whose form is known, also with their middle starred out, and tokens of a header. */
const keyLike =
  /\b(?:sk|pk|rk|gsk|xai|nvapi|pplx|glpat|gh[a-z]|hf|r8|csk|tgp)[-_](?:[\w-]{16,}|[\w-]*\*[\w*-]*)|\b(?:AIza|AKIA)[\w*-]{12,}|\beyJ[\w-]{10,}\.[\w.-]+|\b[Bb]earer\s+(?!\[key\])[^\s"',]+/g;

/** `//user:password@host`, and a token in that place. */
const userInUrl = /\/\/[^@\s"']+@/g;

/** A key among the parameters of a URL. */
const keyInUrl = /([?&](?:[\w-]*api[-_]?key|key|[\w-]*token|password|secret|sig|signature)=)[^\s&"'#]+/gi;

/** Settings whose names say that a secret stands, or was taken to stand, there; with those that only sound so. */
const secretName = /key|token|secret|passw|pwd|auth|bearer|cookie|cred|header|\benv\b|_env$/i;
const harmless = /^(key_required|(max|context|image)_tokens(_limit|_param)?|creds|authors?)$/i;
/** Sections in whose maps any key may be one of somebody else's, with a secret behind it. */
const othersKeys: readonly unknown[] = ["models", "skills", "bus"];

/** A text without passwords in URLs and without whatever looks like a key, for messages. */
export function withoutSecrets(text: string): string {
  return text.replace(userInUrl, `//${hidden}@`).replace(keyInUrl, `$1${hidden}`).replace(keyLike, "[key]");
}

/** Whether a text in the place of a name is a key itself: one of a known form, or long and of mixed letters and digits. */
export function looksLikeKey(text: string): boolean {
  if (withoutSecrets(text) !== text) return true;
  return text.length >= 24 && /\d/.test(text) && /[a-z]/.test(text) && !/_[A-Z]/.test(text);
}

/** Request fields that carry a key, by their names. */
const keyField =
  /^(x[-_])?(api[-_]?key|key|token|(access|auth|bearer)[-_]?token|authorization|auth|password|passwd|secret|cookie|credentials?)$/i;

/** The first field of a map, however deep, that carries a key, by its name or its form; null where there is none. */
export function keyFieldIn(value: unknown, name = ""): string | null {
  if (typeof value === "string") return keyField.test(name) || withoutSecrets(value) !== value ? name : null;
  if (value === null || typeof value !== "object") return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = keyFieldIn(inner, key);
    if (found !== null) return found;
  }
  return null;
}

/** Whether a secret may stand at this place of the configuration. */
export function holdsSecret(path: Path): boolean {
  const names = path.filter((key) => typeof key === "string");
  if (names[0] === "models" && names.includes("extra")) return true;
  return names.some((name) => secretName.test(name) && !harmless.test(name));
}

/** A setting as written (`key.sub=value`), for messages: its value only where it can be no secret. */
export function shownSetting(path: Path, written: string): string {
  const [key = "", ...rest] = written.split("=");
  const value = rest.join("=").trim();
  const map = othersKeys.includes(path[0]) && /^[{[]/.test(value);
  const shown = holdsSecret(path) ? hidden : map ? `${value[0]}...` : withoutSecrets(value);
  return `${withoutSecrets(key)}=${shown}`;
}

/** A value as JSON, for messages; hidden where it may be a secret. */
export function shownValue(path: Path, value: unknown): string {
  return holdsSecret(path)
    ? `"${hidden}"`
    : withoutSecrets(typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value)));
}
