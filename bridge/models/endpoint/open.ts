import OpenAI from "openai";
import type { NamedProfile } from "../../../config/profile.ts";

/**
 * Header names that the library would add from its own environment variable to every request. They are meant for one
 * maker's endpoint, may hold credentials, and must not reach another's.
 */
function strayHeaders(env: string | undefined): Record<string, null> {
  const names = (env ?? "").split("\n").map((line) => line.split(":", 1)[0]!.trim());
  return Object.fromEntries(names.filter((name) => name !== "").map((name) => [name, null]));
}

/** The library's client for a profile. Repeats, limits and timeouts are this project's, so the library's are off. */
export function openEndpoint(profile: NamedProfile, apiKey: string, timeoutMs: number): OpenAI {
  return new OpenAI({
    apiKey,
    adminAPIKey: null,
    baseURL: profile.base_url,
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: timeoutMs,
    defaultHeaders: strayHeaders(process.env.OPENAI_CUSTOM_HEADERS),
    // The library would print what it cannot read, and at finer levels whole requests.
    logLevel: "off",
  });
}
