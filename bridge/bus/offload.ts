/** Two ways in which large values travel as artifacts: long texts of a message, and lists of a stored value. */

export interface BlobStore {
  put(content: Buffer | string): Promise<string>;
  get(ref: string): Promise<Buffer>;
}

/** Text longer than this travels as an artifact (bytes of UTF-8). */
export const inlineLimit = 16 * 1024;
const key = "$artifact";

/** Replaces every string over 16 KiB in `value` by a reference to an artifact holding it. */
export async function externalize(value: unknown, store: BlobStore): Promise<unknown> {
  // Nearly every message is small: one plain walk tells, and only the others pay for the asynchronous one.
  return contains(value, isLong)
    ? replace(value, isLong, async (text) => ({ [key]: await store.put(text as string) }))
    : value;
}

/** The inverse of `externalize`. */
export async function internalize(value: unknown, store: BlobStore): Promise<unknown> {
  if (!contains(value, isReference)) return value;
  return replace(value, isReference, async (item) => {
    const ref = (item as Record<string, string>)[key] ?? "";
    return (await store.get(ref)).toString("utf8");
  });
}

type Test = (value: unknown) => boolean;

const isLong: Test = (value) =>
  typeof value === "string" && value.length * 3 > inlineLimit && Buffer.byteLength(value) > inlineLimit;

const isReference: Test = (value) =>
  value !== null && typeof value === "object" && typeof (value as Record<string, unknown>)[key] === "string";

function contains(value: unknown, test: Test): boolean {
  if (test(value)) return true;
  if (value === null || typeof value !== "object") return false;
  return Array.isArray(value)
    ? value.some((item) => contains(item, test))
    : Object.values(value).some((item) => contains(item, test));
}

async function replace(value: unknown, test: Test, by: (value: unknown) => Promise<unknown>): Promise<unknown> {
  if (test(value)) return by(value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => replace(item, test, by)));
  const entries = Object.entries(value).map(async ([name, item]) => [name, await replace(item, test, by)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const packedKey = "$packed";
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
  const ref = (value as Record<string, unknown>)[packedKey];
  if (typeof ref === "string") return JSON.parse((await store.get(ref)).toString("utf8")) as unknown;
  return mapValues(value, (item) => unpack(item, store));
}

async function shrink(value: unknown, store: BlobStore): Promise<unknown> {
  if (value === null || typeof value !== "object") return value;
  if (!Array.isArray(value)) return mapValues(value, (item) => shrink(item, store));
  return Promise.all(
    value.map(async (item) => {
      const text = JSON.stringify(item) ?? "null";
      return text.length < itemLimit ? item : { [packedKey]: await store.put(text) };
    }),
  );
}

async function mapValues(value: object, by: (item: unknown) => Promise<unknown>): Promise<unknown> {
  const entries = Object.entries(value).map(async ([name, item]) => [name, await by(item)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
