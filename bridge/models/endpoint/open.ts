import OpenAI from "openai";
import type { NamedProfile } from "../../../config/profile.ts";
import { readErrorBody } from "./error-body.ts";
import { BadAnswer } from "./thrown.ts";

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

/** The first of at most `most` bytes of a body; the rest is not read. */
async function startOf(response: Response, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    if (text.length >= most) break;
  }
  return text;
}

/** Longest answer in bytes; an endpoint that sends more is broken or means harm. */
const longestAnswer = 32 * 1024 * 1024;

/** What has arrived of an answer's body, whatever it is. */
export class Arrived {
  /** Its first characters, to be quoted where it cannot be read. */
  start = "";
  #bytes = 0;

  /** The same answer, looked at while it is read. */
  watch(response: Response): Response {
    if (response.body === null) return response;
    const decoder = new TextDecoder();
    const look = new TransformStream<Uint8Array, Uint8Array>({
      transform: (bytes, out) => {
        this.#bytes += bytes.length;
        if (this.#bytes > longestAnswer) throw new BadAnswer(`the answer is longer than ${longestAnswer} bytes`);
        if (this.start.length < 400) this.start += decoder.decode(bytes, { stream: true });
        out.enqueue(bytes);
      },
    });
    const { status, statusText, headers } = response;
    return new Response(response.body.pipeThrough(look), { status, statusText, headers });
  }
}

/** Fetches; a refusal in any server's form becomes one in the library's, which keeps only `{ error: { ... } }`. */
async function fetchReadably(arrived: Arrived, url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.ok || response.status < 400) return arrived.watch(response);
  const said = readErrorBody((await startOf(response, longestBody)).slice(0, longestBody));
  const headers = new Headers(response.headers);
  for (const name of ["content-length", "content-encoding", "transfer-encoding"]) headers.delete(name);
  headers.set("content-type", "application/json");
  return new Response(JSON.stringify({ error: said }), { status: response.status, headers });
}

/** The library's client for a profile. Repeats, limits and timeouts are this project's, so the library's are off. */
export function openEndpoint(
  profile: NamedProfile,
  apiKey: string,
  timeoutMs: number,
  arrived: Arrived = new Arrived(),
): OpenAI {
  return new OpenAI({
    apiKey,
    adminAPIKey: null,
    baseURL: profile.base_url,
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: timeoutMs,
    fetch: (url, init) => fetchReadably(arrived, url, init),
    defaultHeaders: strayHeaders(process.env.OPENAI_CUSTOM_HEADERS),
    // The library would print what it cannot read, and at finer levels whole requests.
    logLevel: "off",
  });
}
