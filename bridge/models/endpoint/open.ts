import OpenAI from "openai";
import type { NamedProfile } from "../../../config/profile.ts";
import { readErrorBody } from "./error-body.ts";

/**
 * Header names that the library would add from its own environment variable to every request. They are meant for one
 * maker's endpoint, may hold credentials, and must not reach another's.
 */
function strayHeaders(env: string | undefined): Record<string, null> {
  const names = (env ?? "").split("\n").map((line) => line.split(":", 1)[0]!.trim());
  return Object.fromEntries(names.filter((name) => name !== "").map((name) => [name, null]));
}

/** Longest part of a refusal's body that is read. Characters. */
const longestBody = 65_536;

/** Fetches; a refusal in any server's form becomes one in the library's, which keeps only `{ error: { ... } }`. */
async function fetchReadably(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.ok || response.status < 400) return response;
  const said = readErrorBody((await response.text()).slice(0, longestBody));
  const headers = new Headers(response.headers);
  for (const name of ["content-length", "content-encoding", "transfer-encoding"]) headers.delete(name);
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify({ error: said }), { status: response.status, headers });
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
    fetch: fetchReadably,
    defaultHeaders: strayHeaders(process.env.OPENAI_CUSTOM_HEADERS),
    // The library would print what it cannot read, and at finer levels whole requests.
    logLevel: "off",
  });
}
