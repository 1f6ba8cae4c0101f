import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { VigaError } from "./errors.ts";
import { type NamedProfile, profile } from "./profile.ts";

const folder = fileURLToPath(new URL("./profiles/", import.meta.url));

/** One YAML file holds several profiles of one maker, by name; keys under `defaults` hold for all of them. */
const profileFile = z.strictObject({
  defaults: z.record(z.string(), z.json()).default({}),
  models: z.record(z.string(), z.record(z.string(), z.json())),
});

let shipped: ReadonlyMap<string, Record<string, unknown>> | undefined;

/** The shipped profiles as written, by name: before defaults of the schema and overrides. Read once. */
function readShipped(): ReadonlyMap<string, Record<string, unknown>> {
  if (shipped) return shipped;
  const found = new Map<string, Record<string, unknown>>();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".yaml")) continue;
    const { defaults, models } = profileFile.parse(parse(readFileSync(folder + file, "utf8")));
    for (const [name, keys] of Object.entries(models)) found.set(name, { ...defaults, ...keys });
  }
  shipped = found;
  return found;
}

/** Names of the shipped profiles, in order. */
export function shippedProfileNames(): string[] {
  return [...readShipped().keys()].sort();
}

/** Names of the shipped profiles whose makers have announced no end, in order: what is listed and suggested. */
export function livingProfileNames(): string[] {
  const all = readShipped();
  return [...all.keys()].filter((name) => all.get(name)?.retired === undefined).sort();
}

/** Names are matched without regard to case, so that `Qwen3-VL-32B` finds `qwen3-vl-32b`. */
function lookUp(name: string): Record<string, unknown> | undefined {
  const all = readShipped();
  return all.get(name) ?? all.get(name.toLowerCase()) ?? all.get(name.toLowerCase().replace(/-instruct$/, ""));
}

function merged(name: string, overrides: Record<string, unknown>, chain: string[]): Record<string, unknown> {
  const mine = overrides[name];
  const keys = typeof mine === "object" && mine !== null ? (mine as Record<string, unknown>) : {};
  const { like, ...rest } = keys;
  if (typeof like !== "string" || like === name) return laidOver(lookUp(name) ?? {}, rest);
  if (chain.includes(like)) {
    throw new VigaError(
      "config_invalid",
      `models.${name}: \`like\` goes in a circle: ${[...chain, like].join(" -> ")}`,
      {
        hint: "let one of them name its own keys",
      },
    );
  }
  if (!lookUp(like) && overrides[like] === undefined) {
    throw new VigaError("config_invalid", `models.${name}.like: there is no profile named "${like}"`, {
      hint: `one of: ${livingProfileNames().join(", ")}`,
    });
  }
  return laidOver(merged(like, overrides, [...chain, like]), rest);
}

/** Keys over a base. Another model, or the same name at another server, is not what the maker of the base retires. */
function laidOver(base: Record<string, unknown>, keys: Record<string, unknown>): Record<string, unknown> {
  const { retired, ...others } = base;
  const same = keys.model === undefined && keys.base_url === undefined;
  return { ...others, ...(same && retired !== undefined ? { retired } : {}), ...deep(base, keys) };
}

/** Nested settings (prices, timeouts, extra) are merged key by key; a picture formula is replaced as a whole. */
function deep(base: Record<string, unknown> | undefined, keys: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = { ...keys };
  for (const part of ["prices", "timeouts", "extra"]) {
    const [under, over] = [base?.[part], keys[part]];
    if (isObject(under) && isObject(over)) out[part] = { ...under, ...over };
  }
  return out;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * All profiles by name: the shipped ones with `overrides` (the `models:` part of viga.yaml) laid over them, and the
 * ones that only the overrides name. Throws `config_invalid` for a profile with wrong or missing keys.
 */
export function loadProfiles(overrides: Record<string, unknown> = {}): Map<string, NamedProfile> {
  const out = new Map<string, NamedProfile>();
  for (const name of [...new Set([...readShipped().keys(), ...Object.keys(overrides)])].sort()) {
    const checked = profile.safeParse(merged(name, overrides, [name]));
    if (!checked.success) {
      const issue = checked.error.issues[0];
      const key = issue && issue.path.length > 0 ? `.${issue.path.join(".")}` : "";
      throw new VigaError("config_invalid", `models.${name}${key}: ${issue?.message ?? "is not a profile"}`, {
        hint: "a new model needs base_url, model, context_tokens, max_tokens, image_max_px, image_tokens and prices; `like: NAME` takes them from another profile",
        cause: checked.error,
      });
    }
    out.set(name, { ...checked.data, name });
  }
  return out;
}

/** The profile of a model by the name users type (any case, with or without `-Instruct`), or undefined. */
export function findProfile(profiles: ReadonlyMap<string, NamedProfile>, name: string): NamedProfile | undefined {
  const lower = name.toLowerCase();
  return profiles.get(name) ?? profiles.get(lower) ?? profiles.get(lower.replace(/-instruct$/, ""));
}
