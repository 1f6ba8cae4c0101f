import type { NamedProfile } from "./profile.ts";
import type { ResolvedConfig } from "./resolved.ts";

/** Whether the day a model ends has come. `today` is a time in ms. */
export function isOver(retired: NonNullable<NamedProfile["retired"]>, today: number = Date.now()): boolean {
  return Date.parse(retired.on) <= today;
}

/** What to tell a user of a model that its maker ends: one line. */
export function retirementLine({ name, retired }: NamedProfile, today: number = Date.now()): string | undefined {
  if (retired === undefined) return undefined;
  const { on, successor, routed } = retired;
  const over = isOver(retired, today);
  const then = routed ? `the endpoint answers with ${successor}` : "requests will fail";
  return over ? `${name} was retired on ${on}: ${then}; use ${successor}` : `${name} ends on ${on}; use ${successor}`;
}

/** One line for each model of a run that its maker has retired or will. */
export function retirementLines(config: Pick<ResolvedConfig, "roles" | "shadow">, today?: number): string[] {
  const lines = [...Object.values(config.roles), ...Object.values(config.shadow)].flatMap((role) =>
    role?.profile ? (retirementLine(role.profile, today) ?? []) : [],
  );
  return [...new Set(lines)];
}
