import type { NamedProfile } from "./profile.ts";
import { nearest, suggest } from "./suggest.ts";
import { suggestModel } from "./suggest-model.ts";

export const roleNames = ["generator", "verifier"] as const;
export type RoleName = (typeof roleNames)[number];

/** One kind of player. */
export interface PlayerKind {
  roles: readonly RoleName[];
  /** Engines whose programs it can play for; absent: any. */
  engines?: readonly string[];
  /** What stands after its name and a colon; absent: nothing does. `path`: it is a file or folder. */
  argument?: { name: string; what: string; path?: boolean };
  /** Whether the settings of a role beside its player mean anything to it. */
  settings: boolean;
  /** As generator: rounds without a gain that a run waits for by default; absent: 3. What may take detours is given more. */
  patience?: number;
  /** What it does, in a few words. */
  words: string;
}

/** Rounds without a gain after which a run stops by default, by who plays its generator. */
export const patienceOf = (kind: string): number => players[kind]?.patience ?? 3;

/**
 * Every kind of player by its name, the only list of them. Each has a folder of the same name in actors/players, whose
 * player.ts makes it. `model` is named by a profile instead.
 */
export const players: Readonly<Record<string, PlayerKind>> = {
  solver: { roles: ["generator"], engines: ["blender", "web"], settings: false, words: "numeric, writes" },
  pixels: { roles: ["verifier"], settings: false, words: "measured, judges" },
  replay: {
    roles: roleNames,
    argument: { name: "run", what: "output folder of a run", path: true },
    settings: true,
    patience: 5,
    words: "plays back what the role did in an earlier run",
  },
  command: {
    roles: roleNames,
    argument: { name: "program", what: "program and arguments" },
    settings: true,
    patience: 5,
    words: "any program that speaks JSON lines on stdin and stdout",
  },
  model: { roles: roleNames, settings: true, patience: 5, words: "the name of a model" },
};

/** Who plays a role: a kind, and what stands after the colon or, for a model, its profile's name. */
export interface PlayerSpec {
  kind: string;
  argument: string | null;
}

/** Players as people write them: "solver", "replay:<run>"; models apart. */
export const writtenPlayers: readonly string[] = Object.entries(players)
  .filter(([name]) => name !== "model")
  .map(([name, { argument }]) => (argument === undefined ? name : `${name}:<${argument.name}>`));

/** The kind that a name as written stands for, and what follows its colon; null where it can only be a model. */
export function kindOf(written: string): { kind: string; argument: string | null } | null {
  const [, name = "", colon, rest = ""] = /^\s*([a-z_]+)\s*(:(.*))?$/s.exec(written.trim()) ?? [];
  const known = name !== "model" && Object.hasOwn(players, name) ? players[name] : undefined;
  if (known === undefined || (known.argument === undefined) !== (colon === undefined)) return null;
  return { kind: name, argument: colon === undefined ? null : rest.replace(/^:/, "").trim() };
}

/** Reads a player's name as written in the configuration. Returns a one-line complaint where it names no player. */
export function parsePlayer(
  written: string,
  models: readonly string[],
  profiles: ReadonlyMap<string, Pick<NamedProfile, "model" | "retired">> = new Map(),
): PlayerSpec | string {
  const name = written.trim();
  const own = kindOf(name);
  if (own?.argument === "") {
    return `expected ${own.kind}:<${players[own.kind]?.argument?.what}>, got nothing after the colon`;
  }
  if (own?.kind === "command" && /(^|\s)["']/.test(own.argument ?? "")) {
    return "quotes are not read in a command; write a blank inside a word as \\ followed by the blank";
  }
  if (own !== null) return own;
  const profile = models.find((model) => model.toLowerCase() === name.toLowerCase().replace(/-instruct$/, ""));
  const exact = models.includes(name) ? name : profile;
  if (exact !== undefined) return { kind: "model", argument: exact };
  const living = models.filter((model) => profiles.get(model)?.retired === undefined);
  const near =
    nearest(name, writtenPlayers) === undefined ? suggestModel(name, profiles) : suggest(name, writtenPlayers);
  return `expected a player (${[...writtenPlayers, ...living].join(", ")}), got ${JSON.stringify(name)}${near}`;
}

/** A kind of player as messages name it. */
export const called = (kind: string) => (kind === "model" ? "a model" : kind);

/** A one-line complaint where the player cannot play the role in a mode of this engine, else null. */
export function playerMisfit(role: RoleName, { kind }: PlayerSpec, mode?: { name: string; engine: string }) {
  const able = (name: string) => players[name]?.roles.includes(role) === true;
  const fits = (name: string) => mode === undefined || (players[name]?.engines?.includes(mode.engine) ?? true);
  const others = Object.keys(players).filter((name) => able(name) && fits(name));
  if (!able(kind)) {
    return `${kind} plays ${players[kind]?.roles.join(" and ")}, not ${role}; expected one of ${others.map(called).join(", ")}`;
  }
  if (fits(kind)) return null;
  return `${kind} plays for ${players[kind]?.engines?.join(", ")} only; mode ${mode?.name} needs ${others.map(called).join(", ")}`;
}
