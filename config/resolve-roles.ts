import { linesToAdd } from "./add-model.ts";
import type { Problem } from "./complaints.ts";
import { VigaError } from "./errors.ts";
import { isTree, type Tree } from "./layer.ts";
import type { ModeDefinition } from "./modes/mode.ts";
import { called, kindOf, parsePlayer, playerMisfit, players, type RoleName, roleNames } from "./players.ts";
import type { NamedProfile } from "./profile.ts";
import { findProfile, loadProfiles } from "./profiles.ts";
import type { ResolvedRole } from "./resolved.ts";
import { type RoleSettings, roleSchema } from "./roles.ts";

/** Who plays what, once every player is known to exist and to fit its role. */
export interface ResolvedRoles {
  roles: Partial<Record<RoleName, ResolvedRole>>;
  shadow: Partial<Record<RoleName, ResolvedRole>>;
  problems: Problem[];
  /** The lines that add the first player that nobody knows; null where all are known. */
  toAdd: string | null;
}

/**
 * The roles of a merged tree with their players. Roles whose settings are malformed are left to the schema's own complaints, so
 * that all mistakes of a file are told at once.
 */
export function resolveRoles(tree: Tree, models: Tree, mode: ModeDefinition | undefined): ResolvedRoles {
  const resolved: ResolvedRoles = { roles: {}, shadow: {}, problems: [], toAdd: null };
  const profiles = profilesOf(models, resolved.problems);
  const names = [...new Set([...profiles.keys(), ...Object.keys(models)])];
  for (const section of ["roles", "shadow"] as const) {
    const written = tree[section];
    if (!isTree(written)) continue;
    for (const role of roleNames) {
      const checked = roleSchema.safeParse(written[role]);
      if (!checked.success) continue;
      const settings = typeof checked.data === "string" ? { player: checked.data } : checked.data;
      const found = resolveRole(role, settings, { profiles, names, baseline: tree.baseline }, mode);
      if ("spec" in found) resolved[section][role] = found;
      else resolved.problems.push(...found.map(([key, message]) => ({ path: [section, role, key], message })));
      if (!isKnown(settings.player, names)) resolved.toAdd ??= linesToAdd(settings.player.trim(), profiles);
    }
  }
  return resolved;
}

const isKnown = (player: string, names: readonly string[]): boolean =>
  kindOf(player) !== null || typeof parsePlayer(player, names) !== "string";

type Complaint = [key: string, message: string];

/** Settings that not every player follows, or not in every role: who does. */
const bound: Readonly<Partial<Record<keyof RoleSettings, { role?: RoleName; kinds: readonly string[] }>>> = {
  analyze_target: { role: "verifier", kinds: ["model", "command", "replay"] },
  calibrate: { role: "verifier", kinds: ["model"] },
  pairwise: { role: "verifier", kinds: ["model"] },
  memory: { role: "verifier", kinds: ["model", "command"] },
  explicit_comparison: { role: "generator", kinds: ["model"] },
  env: { kinds: ["command"] },
  tune: { role: "generator", kinds: ["solver"] },
  lock: { role: "generator", kinds: ["solver"] },
  seconds: { role: "generator", kinds: ["solver"] },
};

/** Settings that this player cannot follow in this role, and why. */
function idleSettings(role: RoleName, settings: RoleSettings, kind: string): Complaint[] {
  return Object.entries(settings).flatMap(([key, value]): Complaint[] => {
    if (key === "player" || value === undefined) return [];
    const only = bound[key as keyof RoleSettings];
    if (players[kind]?.settings === false && only?.kinds.includes(kind) !== true) {
      return [[key, `${kind} is no model and takes no such setting; leave it out`]];
    }
    if (only === undefined) return [];
    if (only.role !== undefined && only.role !== role)
      return [[key, `is a setting of the ${only.role}; move it there or leave it out`]];
    return only.kinds.includes(kind)
      ? []
      : [[key, `${kind} cannot follow it: it is for ${only.kinds.map(called).join(" and ")}; leave it out`]];
  });
}

/** Why a generator cannot compare pictures although it is asked to; null where it can. */
function comparisonMisfit(settings: RoleSettings, profile: NamedProfile | undefined, baseline: unknown): string | null {
  if (settings.explicit_comparison !== true) return null;
  if (profile?.image_max_px === 0) return `${profile.name} cannot see pictures; leave it out`;
  return baseline === "one_shot" || baseline === "memoryless"
    ? `needs earlier rounds, which baseline ${baseline} leaves out`
    : null;
}

function resolveRole(
  role: RoleName,
  settings: RoleSettings,
  {
    profiles,
    names,
    baseline,
  }: { profiles: ReadonlyMap<string, NamedProfile>; names: readonly string[]; baseline: unknown },
  mode: ModeDefinition | undefined,
): ResolvedRole | Complaint[] {
  const spec = parsePlayer(settings.player, names, profiles);
  if (typeof spec === "string") return [["player", spec]];
  const complaints: Complaint[] = [];
  const misfit = playerMisfit(role, spec, mode);
  if (misfit !== null) complaints.push(["player", misfit]);
  complaints.push(...idleSettings(role, settings, spec.kind));
  if (complaints.length > 0) return complaints;
  const profile = spec.kind === "model" ? findProfile(profiles, spec.argument ?? "") : undefined;
  const own = profile === undefined ? undefined : withOverrides(profile, settings);
  const unseen = comparisonMisfit(settings, own, baseline);
  if (unseen !== null) return [["explicit_comparison", unseen]];
  return { ...settings, spec, profile: own ?? null };
}

/** The shipped profiles with the `models:` section laid over them; a broken section is a problem, not an end. */
function profilesOf(models: Tree, problems: Problem[]): Map<string, NamedProfile> {
  try {
    return loadProfiles(models);
  } catch (thrown) {
    if (!(thrown instanceof VigaError)) throw thrown;
    // `models.<name>.<key>: <what is wrong>`; the name itself may hold dots.
    const said = thrown.message.replace(/^models\./, "");
    const name = Object.keys(models).find((key) => said.startsWith(`${key}.`) || said.startsWith(`${key}:`));
    const message = name === undefined ? said : said.slice(name.length).replace(/^[.:]\s*/, "");
    const hint = thrown.hint === undefined ? "" : ` (${thrown.hint})`;
    problems.push({ path: name === undefined ? ["models"] : ["models", name], message: `${message}${hint}` });
    return loadProfiles();
  }
}

/** The profile with the role's own values. */
function withOverrides(profile: NamedProfile, settings: RoleSettings): NamedProfile {
  const { temperature, reasoning_effort, max_tokens, image_max_px, image_detail, tools } = settings;
  const own = { temperature, reasoning_effort, max_tokens, image_max_px, image_detail, tools };
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  return { ...profile, ...Object.fromEntries(given) };
}
