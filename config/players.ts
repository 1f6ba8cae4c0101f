import type { NamedProfile } from "./profile.ts";
import { nearest, suggest } from "./suggest.ts";
import { suggestModel } from "./suggest-model.ts";

/** Who can play a role: a built-in, a tape, a program of the user's, or a model. */
export type PlayerSpec =
  | { kind: "solver" }
  | { kind: "pixels" }
  /** Plays back what the role did in an earlier run; `path` is that run's output folder. */
  | { kind: "replay"; path: string }
  /** Any program that speaks JSON lines on stdin and stdout. */
  | { kind: "command"; command: string }
  | { kind: "model"; profile: string };

export const roleNames = ["generator", "verifier"] as const;
export type RoleName = (typeof roleNames)[number];

const plays: Record<PlayerSpec["kind"], readonly RoleName[]> = {
  solver: ["generator"],
  pixels: ["verifier"],
  replay: roleNames,
  command: roleNames,
  model: roleNames,
};

/** Reads a player's name as written in the configuration. Returns a one-line complaint where it names no player. */
export function parsePlayer(
  written: string,
  models: readonly string[],
  profiles: ReadonlyMap<string, Pick<NamedProfile, "model" | "retired">> = new Map(),
): PlayerSpec | string {
  const name = written.trim();
  if (name === "solver" || name === "pixels") return { kind: name };
  const [, prefix, rest] = /^(replay|command):(.*)$/s.exec(name) ?? [];
  if (prefix !== undefined && rest?.trim() === "") {
    return prefix === "replay"
      ? "expected replay:<output folder of a run>, got nothing after the colon"
      : "expected command:<program and arguments>, got nothing after the colon";
  }
  if (prefix === "replay") return { kind: "replay", path: rest!.trim() };
  if (prefix === "command") return { kind: "command", command: rest!.trim() };
  const profile = models.find((model) => model.toLowerCase() === name.toLowerCase().replace(/-instruct$/, ""));
  const exact = models.includes(name) ? name : profile;
  if (exact !== undefined) return { kind: "model", profile: exact };
  const others = ["solver", "pixels", "replay:<run>", "command:<program>"];
  const living = models.filter((model) => profiles.get(model)?.retired === undefined);
  const near = nearest(name, others) === undefined ? suggestModel(name, profiles) : suggest(name, others);
  return `expected a player (${[...others, ...living].join(", ")}), got ${JSON.stringify(name)}${near}`;
}

/** A one-line complaint where the player cannot play the role, else null. */
export function playerMisfit(role: RoleName, spec: PlayerSpec): string | null {
  if (plays[spec.kind].includes(role)) return null;
  const can = (Object.keys(plays) as PlayerSpec["kind"][]).filter((kind) => plays[kind].includes(role));
  return `${spec.kind} plays ${plays[spec.kind].join(" and ")}, not ${role}; expected one of ${can
    .map((kind) => (kind === "model" ? "a model" : kind))
    .join(", ")}`;
}
