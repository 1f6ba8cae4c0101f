import { z } from "zod";
import type { NamedProfile } from "../../config/profile.ts";
import { nearest } from "../../config/suggest.ts";
import { readKey } from "./endpoint/keys.ts";

const list = z.object({
  data: z.array(z.looseObject({ id: z.string() })).max(100_000),
  has_more: z.boolean().optional(),
});

/** Whether an endpoint has a model, as far as its list tells. */
export type Served =
  /** `near`: the id that was most likely meant; `sure`: the endpoint also said so when asked for this very model. */
  { has: "yes" } | { has: "unknown" } | { has: "no"; ids: string[]; near: string | undefined; sure: boolean };

/** Ids are written with and without Google's `models/`, in any case, and Ollama's with and without `:latest`. */
const plain = (id: string): string =>
  id
    .toLowerCase()
    .replace(/^models\//, "")
    .replace(/:latest$/, "");

/** The id on a server's list that a profile's most likely means: the same without its folder, else the nearest. */
function nearId(model: string, ids: readonly string[]): string | undefined {
  const tail = (id: string): string => plain(id).replace(/^.*\//, "");
  return ids.find((id) => tail(id) === tail(model)) ?? nearest(model, ids) ?? (ids.length === 1 ? ids[0] : undefined);
}

/**
 * Asks an endpoint which models it serves. Any answer that is no whole list is "unknown": gateways keep none, some ask
 * for another kind of key, and some show only a page of it. Throws the error of `fetch` when nothing answers.
 *
 * @param signal ends the wait
 */
export async function askServed(
  profile: NamedProfile,
  env: Record<string, string | undefined>,
  signal: AbortSignal,
): Promise<Served> {
  const url = `${profile.base_url.replace(/\/+$/, "")}/models`;
  const headers = { authorization: `Bearer ${readKey(profile, env)}` };
  const response = await fetch(url, { headers, signal });
  if (!response.ok) return { has: "unknown" };
  const body: unknown = await response.json().catch(() => null);
  const read = list.safeParse(body);
  if (!read.success || read.data.data.length === 0) return { has: "unknown" };
  const ids = read.data.data.map(({ id }) => id);
  if (ids.some((id) => plain(id) === plain(profile.model))) return { has: "yes" };
  if (read.data.has_more === true) return { has: "unknown" };
  const single = await fetch(`${url}/${encodeURIComponent(profile.model)}`, { headers, signal });
  // Aliases stand on no list and are found all the same.
  const found = z.object({ id: z.string() }).safeParse(await single.json().catch(() => null));
  if (single.ok && found.success && plain(found.data.id) === plain(profile.model)) return { has: "yes" };
  return { has: "no", ids, near: nearId(profile.model, ids), sure: single.status === 404 };
}
