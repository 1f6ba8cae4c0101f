import { createWriteStream, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join, normalize, relative, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { placeAtomic } from "../../../bridge/files/write-atomic.ts";
import { VigaError } from "../../../config/errors.ts";
import { modes } from "../../../config/modes/index.ts";
import type { PublishedDataset } from "../../../config/modes/mode.ts";
import { plainJson, plainLine } from "../../../config/plain-text.ts";
import { suggest } from "../../../config/suggest.ts";
import { print, printError } from "../../print.ts";

const published: ReadonlyMap<string, PublishedDataset> = new Map(
  [...modes.values()].flatMap(({ layout }) => Object.entries(layout.dataset?.published ?? {})),
);
export const publishedNames = (): string[] => [...published.keys()];

/** One page of a repository's files, as the hub lists them. */
const listing = z.array(z.object({ type: z.string(), path: z.string(), size: z.number().nonnegative().default(0) }));
type HubFile = z.infer<typeof listing>[number];

export interface FetchOptions {
  signal: AbortSignal;
  json: boolean;
  /** For tests; default: the process's. */
  env?: Record<string, string | undefined>;
}

/**
 * Says where a published dataset comes from and what it is under, and fetches it where a hub has it; what is there already
 * is left. Throws `not_found` for an unknown name, `dependency_missing` where it cannot be had from here.
 */
export async function fetchDataset(name: string, out: string, options: FetchOptions): Promise<void> {
  const dataset = published.get(name);
  if (dataset === undefined) {
    throw new VigaError("not_found", `no dataset ${name} is known${suggest(name, published.keys())}`, {
      hint: `there are ${publishedNames().join(", ")}`,
    });
  }
  const { title, source, licence, hub, next } = dataset;
  if (options.json) print(`${plainJson({ schema: 1, event: "dataset", name, title, source, licence })}\n`);
  else print(`${title}\nsource: ${source}\nlicence: ${licence}\n`);
  if (hub === undefined) {
    throw new VigaError("dependency_missing", `${name} lies on no hub that viga can fetch from`, {
      hint: `${next}; then: viga dataset check`,
    });
  }
  const files = await filesOf(hub, name, source, options);
  let bytes = 0;
  for (const [n, file] of files.entries()) {
    const path = pathIn(out, file.path);
    if (statSync(path, { throwIfNoEntry: false })?.size !== file.size)
      await fetchFile(hub, file, path, name, source, options);
    bytes += file.size;
    if (!options.json) printError(`${n + 1}/${files.length} ${plainLine(file.path)}, ${(bytes / 1e6).toFixed(0)} MB\n`);
  }
  if (options.json) print(`${plainJson({ schema: 1, event: "fetched", name, out, files: files.length, bytes })}\n`);
  else print(`${files.length} files in ${out}; ${next}\n`);
}

type Hub = NonNullable<PublishedDataset["hub"]>;

/** Every file of the repository that is meant, page by page. */
async function filesOf(hub: Hub, name: string, source: string, options: FetchOptions): Promise<HubFile[]> {
  const found: HubFile[] = [];
  let next: string | null = `/api/datasets/${hub.repository}/tree/main?recursive=true`;
  while (next !== null) {
    const response = await ask(next, name, source, options);
    const page = listing.safeParse(await response.json().catch(() => null));
    if (!page.success) throw unavailable(name, source, "the hub's list of files is not as expected");
    found.push(...page.data.filter(({ type, path }) => type === "file" && hub.files.test(path)));
    next = /<([^>]+)>\s*;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1] ?? null;
  }
  if (found.length === 0) throw unavailable(name, source, "the hub lists none of its files");
  return found;
}

async function fetchFile(
  hub: Hub,
  file: HubFile,
  path: string,
  name: string,
  source: string,
  options: FetchOptions,
): Promise<void> {
  const at = `/datasets/${hub.repository}/resolve/main/${file.path.split("/").map(encodeURIComponent).join("/")}`;
  const { body } = await ask(at, name, source, options);
  if (body === null) throw unavailable(name, source, `${file.path} came without content`);
  await mkdir(dirname(path), { recursive: true });
  const stream = Readable.fromWeb(body);
  await placeAtomic(path, (beside) => pipeline(stream, createWriteStream(beside), { signal: options.signal }));
  const { size } = statSync(path);
  if (size !== file.size) throw unavailable(name, source, `${file.path} has ${size} bytes of ${file.size}`);
}

async function ask(
  at: string,
  name: string,
  source: string,
  { signal, env = process.env }: FetchOptions,
): Promise<Response> {
  const hub = env.HF_ENDPOINT ?? "https://huggingface.co";
  const url = new URL(at, hub);
  if (url.origin !== new URL(hub).origin) throw unavailable(name, source, `the hub's list goes on at ${url.origin}`);
  const response = await fetch(url, {
    signal,
    headers: env.HF_TOKEN === undefined ? {} : { authorization: `Bearer ${env.HF_TOKEN}` },
  }).catch((error: unknown) => {
    if (signal.aborted) throw new VigaError("interrupted", "stopped while fetching; start it again to go on");
    const { cause, message } = error as Error & { cause?: { code?: string } };
    throw unavailable(name, source, `${url.origin} cannot be reached (${cause?.code ?? message})`);
  });
  if (response.ok) return response;
  throw unavailable(name, source, `${url.origin} answers ${response.status} for ${plainLine(url.pathname)}`);
}

/** A path of the hub's, which must stay in the folder. */
function pathIn(out: string, name: string): string {
  const path = join(out, normalize(name));
  const way = relative(out, path);
  if (way !== ".." && !way.startsWith(`..${sep}`)) return path;
  throw new VigaError("input_invalid", `the hub names a file outside of the dataset: ${name}`);
}

const unavailable = (name: string, source: string, why: string): VigaError =>
  new VigaError("dependency_missing", `${name} cannot be fetched: ${why}`, {
    hint: `fetch it where there is a network, from ${source}, and copy its folder here; then: viga dataset check`,
  });
