import { linesToAdd } from "./add-model.ts";
import type { Problem } from "./complaints.ts";
import { VigaError } from "./errors.ts";
import { isTree, type Tree } from "./layer.ts";
import type { ModeDefinition } from "./modes/mode.ts";
import { kindOf, parsePlayer, playerMisfit, players, type RoleName, roleNames } from "./players.ts";
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
      const found = resolveRole(role, settings, { profiles, names }, mode);
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

function resolveRole(
  role: RoleName,
  settings: RoleSettings,
  { profiles, names }: { profiles: ReadonlyMap<string, NamedProfile>; names: readonly string[] },
  mode: ModeDefinition | undefined,
): ResolvedRole | Complaint[] {
  const spec = parsePlayer(settings.player, names, profiles);
  if (typeof spec === "string") return [["player", spec]];
  const complaints: Complaint[] = [];
  const misfit = playerMisfit(role, spec, mode);
  if (misfit !== null) complaints.push(["player", misfit]);
  if (players[spec.kind]?.settings === false) {
    for (const [key, value] of Object.entries(settings)) {
      if (key === "player" || value === undefined) continue;
      complaints.push([key, `${spec.kind} is no model and takes no such setting; leave it out`]);
    }
  }
  if (complaints.length > 0) return complaints;
  const profile = spec.kind === "model" ? findProfile(profiles, spec.argument ?? "") : undefined;
  return { ...settings, spec, profile: profile ? withOverrides(profile, settings) : null };
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
