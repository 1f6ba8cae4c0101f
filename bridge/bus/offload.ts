import type { BlobStore } from "./envelope.ts";

const key = "$packed";
/** A stored value may be this long, bytes of JSON: half of what a nats-server takes in one message. */
const packLimit = 512 * 1024;
/** List items shorter than this are not worth a file of their own. */
const itemLimit = 1024;

/**
 * Makes a value that grew too long for one message fit: the items of its lists become artifacts. An item that stays as
 * it is (a round that was played) has the same artifact every time, so it is stored once. Short values stay untouched.
 */
export async function pack(value: unknown, store: BlobStore, limit: number = packLimit): Promise<unknown> {
  return Buffer.byteLength(JSON.stringify(value) ?? "") <= limit ? value : shrink(value, store);
}

/** The inverse of `pack`. */
export async function unpack(value: unknown, store: BlobStore): Promise<unknown> {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => unpack(item, store)));
  const ref = (value as Record<string, unknown>)[key];
  if (typeof ref === "string") return JSON.parse((await store.get(ref)).toString("utf8")) as unknown;
  return mapValues(value, (item) => unpack(item, store));
}

async function shrink(value: unknown, store: BlobStore): Promise<unknown> {
  if (value === null || typeof value !== "object") return value;
  if (!Array.isArray(value)) return mapValues(value, (item) => shrink(item, store));
  return Promise.all(
    value.map(async (item) => {
      const text = JSON.stringify(item) ?? "null";
      return text.length < itemLimit ? item : { [key]: await store.put(text) };
    }),
  );
}

async function mapValues(value: object, by: (item: unknown) => Promise<unknown>): Promise<unknown> {
  const entries = Object.entries(value).map(async ([name, item]) => [name, await by(item)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
