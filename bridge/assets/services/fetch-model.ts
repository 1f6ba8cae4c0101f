import { open, readFile } from "node:fs/promises";
import { VigaError } from "../../../config/errors.ts";
import { placeAtomic } from "../../files/write-atomic.ts";

export interface FetchOptions {
  name: string;
  /** Address of the service that gave the link: only its own host is sent the key. */
  service: string;
  authorization: string | null;
  megabytes: number;
  signal: AbortSignal;
}

/** Bytes of a .glb's head: magic, version, length. */
const headBytes = 12;

/**
 * Fetches a model to a file, no more of it than it may have. Nothing of it is read but its head: what it holds is hostile,
 * and is opened in the sandbox only.
 *
 * @throws VigaError engine_failed for anything that is no whole .glb
 */
export async function fetchModel(link: string, path: string, options: FetchOptions): Promise<void> {
  const { name, service, authorization, megabytes, signal } = options;
  const url = URL.canParse(link, `${service}/`) ? new URL(link, `${service}/`) : null;
  const own = new URL(service);
  const secure = url?.protocol === "https:" || (url?.protocol === "http:" && own.protocol === "http:");
  if (url === null || !secure)
    throw new VigaError("engine_failed", `${name} gives no address that a model can be fetched from`);
  const headers = authorization !== null && url.origin === own.origin ? { authorization } : {};
  await placeAtomic(path, async (beside) => {
    const response = await fetch(url, { headers, signal });
    if (!response.ok || response.body === null) {
      throw new VigaError(
        "engine_failed",
        `the model that ${name} made cannot be fetched: ${response.status}`,
        again(response.status),
      );
    }
    await copied(response.body, beside, megabytes * 1024 * 1024, `the model that ${name} made`, megabytes);
    await checkGlb(beside, name);
  }).catch((error: unknown) => {
    if (signal.aborted) throw new VigaError("interrupted", `stopped while a model was fetched from ${name}`);
    const cause = (error as Error).cause ?? error;
    if (cause instanceof VigaError) throw cause;
    throw new VigaError(
      "engine_failed",
      `the model that ${name} made cannot be fetched: ${(cause as Error).message}`,
      again(500),
    );
  });
}

/** The link may work later, where it is the host that fails. */
const again = (status: number) => (status >= 500 ? ({ retry: "same" } as const) : {});

async function copied(body: ReadableStream<Uint8Array>, to: string, most: number, what: string, megabytes: number) {
  const file = await open(to, "w", 0o644);
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > most) {
        throw new VigaError("engine_failed", `${what} has more than ${megabytes} MB`, {
          hint: "allow more by assets.services: [{ megabytes: ... }]",
        });
      }
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
}

async function checkGlb(path: string, name: string): Promise<void> {
  const bytes = await readFile(path);
  const whole =
    bytes.length >= headBytes && bytes.toString("latin1", 0, 4) === "glTF" && bytes.readUInt32LE(8) === bytes.length;
  if (whole) return;
  throw new VigaError("engine_failed", `what ${name} gave is no whole .glb (${bytes.length} bytes)`);
}
