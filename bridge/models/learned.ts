import type { NamedProfile } from "../../config/profile.ts";

/**
 * Request fields that an endpoint has refused for a model, for all handles of the process: what one role has met, no
 * other role and no later run of it needs to meet again.
 */
const refusals = new Map<string, Set<string>>();

const keyOf = (profile: Pick<NamedProfile, "base_url" | "model">): string =>
  `${profile.base_url.replace(/\/+$/, "")} ${profile.model}`;

export function learnRefusal(profile: NamedProfile, field: string): void {
  const known = refusals.get(keyOf(profile)) ?? new Set();
  refusals.set(keyOf(profile), known.add(field));
}

/** Fields refused so far, in the order they were. */
export function knownRefusals(profile: NamedProfile): string[] {
  return [...(refusals.get(keyOf(profile)) ?? [])];
}

/** Models that have answered in this process. */
const answered = new Set<string>();

export function noteAnswer(profile: NamedProfile): void {
  answered.add(keyOf(profile));
}

export function hasAnswered(profile: NamedProfile): boolean {
  return answered.has(keyOf(profile));
}
