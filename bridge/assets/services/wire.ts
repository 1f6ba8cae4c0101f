import { setTimeout as delay } from "node:timers/promises";
import { VigaError } from "../../../config/errors.ts";
import { redact } from "../../models/endpoint/keys.ts";
import type { Wire } from "./service.ts";

export interface WireOptions {
  /** Name of the service, for messages. */
  name: string;
  /** Its address; paths are put behind it. */
  url: string;
  /** The header that carries the key; null where none is sent. */
  authorization: string | null;
  /** The key, which no message may show. */
  key: string | null;
  signal: AbortSignal;
  /** Milliseconds to wait before what was refused for its haste is asked again, at first; doubled each time. */
  waitMs?: number;
}

const attempts = 4;
/** One request may take so long; models are fetched apart. */
const requestMs = 60_000;
const mostAnswer = 8 * 1024 * 1024;
const mostWaitMs = 60_000;

/**
 * JSON over HTTP to one service. What is refused for its haste (429) or fails at the server (5xx, no answer) is asked again,
 * save a POST of which it is unknown whether it was taken: it may cost twice.
 *
 * @throws VigaError model_auth (401, 403), budget_exhausted (402) or engine_failed; interrupted by the signal
 */
export function openWire(options: WireOptions): Wire {
  const { name, url, authorization, key, signal } = options;
  const shown = (text: string): string => redact(text, key === null ? [] : [key]).slice(0, 300);
  const headers = authorization === null ? {} : { authorization };

  /** The queue gives whole links: those must be the service's own, for the key goes along. */
  const addressOf = (path: string): string => {
    if (!/^https?:/.test(path)) return `${url.replace(/\/+$/, "")}${path}`;
    if (new URL(path).origin === new URL(url).origin) return path;
    throw new VigaError("engine_failed", `${name} answers with an address of another host, which is not asked`);
  };

  async function once(method: string, path: string, init: RequestInit): Promise<Response> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(requestMs)]);
    return fetch(addressOf(path), {
      ...init,
      method,
      headers: { ...headers, ...init.headers },
      signal: limit,
      redirect: "error",
    });
  }

  async function ask(method: string, path: string, init: RequestInit = {}): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      let wait = Math.min(mostWaitMs, (options.waitMs ?? 1000) * 2 ** (attempt - 1));
      let said: string;
      try {
        const response = await once(method, path, init);
        const text = await bounded(response);
        if (response.ok) return parsed(text);
        said = `${name} answers ${response.status}: ${shown(wordsOf(text))}`;
        const kind = kindOf(response.status, text);
        const again = kind === "haste" || (kind === "server" && method !== "POST");
        if (!again || attempt === attempts) throw failure(kind, said);
        wait = Math.min(mostWaitMs, retryAfter(response) ?? wait);
      } catch (error) {
        if (signal.aborted) throw new VigaError("interrupted", `stopped while ${name} was asked`);
        if (error instanceof VigaError) throw error;
        said = `${name} gives no answer: ${shown(causeOf(error))}`;
        if (method === "POST" || attempt === attempts) throw new VigaError("engine_failed", said, { retry: "same" });
      }
      await pause(wait, signal, name);
    }
  }

  const json = (body: unknown): RequestInit => ({
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  return {
    post: (path, body) => ask("POST", path, json(body)),
    upload: (path, bytes, file) => {
      const form = new FormData();
      form.append("file", new Blob([new Uint8Array(bytes)], { type: "image/png" }), file);
      return ask("POST", path, { body: form });
    },
    get: (path) => ask("GET", path),
    put: (path) => ask("PUT", path),
  };

  function failure(kind: Kind, said: string): VigaError {
    if (kind === "key") return new VigaError("model_auth", said, { hint: "is the key right, and may it do this?" });
    if (kind === "credit") {
      return new VigaError("budget_exhausted", said, { hint: `the account at ${name} has no credit left for this` });
    }
    if (kind === "other") return new VigaError("engine_failed", said);
    return new VigaError("engine_failed", said, { retry: "same", hint: `${name} is busy or ill: try again later` });
  }

  function parsed(text: string): unknown {
    try {
      return JSON.parse(text === "" ? "null" : text);
    } catch {
      throw new VigaError("engine_failed", `${name} answers with no JSON: ${shown(text)}`);
    }
  }
}

type Kind = "haste" | "server" | "key" | "credit" | "other";

/** Tripo tells a lack of credit as 403 with code 2010, and fal a locked account in words. */
function kindOf(status: number, text: string): Kind {
  if (status === 402 || (status === 403 && /\b2010\b|credit|balance/i.test(text))) return "credit";
  if (status === 401 || status === 403) return "key";
  if (status === 429) return "haste";
  return status >= 500 ? "server" : "other";
}

function wordsOf(text: string): string {
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    const said = body.message ?? body.detail ?? body.error;
    return typeof said === "string" ? said : text;
  } catch {
    return text;
  }
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

const causeOf = (error: unknown): string => {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
};

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > mostAnswer) throw new Error(`an answer of more than ${mostAnswer} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** @throws VigaError interrupted */
export async function pause(ms: number, signal: AbortSignal, name: string): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {
    throw new VigaError("interrupted", `stopped while ${name} was waited for`);
  });
}
