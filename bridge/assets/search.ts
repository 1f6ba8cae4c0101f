import { readFile } from "node:fs/promises";
import sharp from "sharp";
import { z } from "zod";
import { pictureLimits } from "../../config/picture-limits.ts";
import { type LibraryFile, readLibrary } from "./library.ts";
import { fitness } from "./rank.ts";
import { readRecord, type SeenAsset, seenAsset, writeRecord } from "./records.ts";
import { contactSheet } from "./sheet.ts";

/** What the engine's operation `inspect_assets` answers. */
export const inspection = z.object({
  seen: z.array(
    z.union([
      seenAsset.extend({ path: z.string(), picture: z.string() }),
      z.object({ path: z.string(), why: z.string() }),
    ]),
  ),
  code: z.string(),
});

/** Has the engine import files in its sandbox; the pictures by the names that the answer gives. */
export type Inspect = (
  files: readonly string[],
) => Promise<{ answer: z.output<typeof inspection>; picture: (name: string) => Promise<Buffer> }>;

/** A file that fits, and was imported once to see that it works. */
export interface FoundAsset extends Partial<SeenAsset> {
  path: string;
  kind: string;
  bytes: number;
  tags: string[];
  /** Longest side in metres, where the library says. */
  metres?: number;
}

export interface SearchResult {
  /** The best first. */
  found: FoundAsset[];
  broken: { path: string; why: string }[];
  /** Files looked through. */
  searched: number;
  notes: string[];
  /** Function to paste into a program. */
  code: string;
  /** What was found, numbered; null where nothing was. */
  sheet: Buffer | null;
}

const mostFound = 6;
const mostLookedAt = 12;
/** What fits so much worse than the best is another thing. */
const nearBest = 0.6;
/** A picture is rather the surface of a thing than the thing. */
const imageWorth = 0.6;

/**
 * Looks through libraries for a thing. What fits by its words is imported in the sandbox, once for as long as the file
 * stays as it is.
 *
 * @param cache folder that remembers what was seen; outside the libraries, which are only read
 */
export async function searchAssets(
  { roots, name, about = "" }: { roots: readonly string[]; name: string; about?: string | undefined },
  inspect: Inspect,
  cache: string,
): Promise<SearchResult> {
  const { files, notes } = await readLibrary(roots);
  const rated = files
    .map((file) => ({ file, worth: fitness(name, about, file) * (file.kind === "image" ? imageWorth : 1) }))
    .filter(({ worth }) => worth > 0)
    .sort((a, b) => b.worth - a.worth || (a.file.path < b.file.path ? -1 : 1))
    .filter(({ worth }, _, [first]) => worth >= nearBest * first!.worth)
    .slice(0, mostLookedAt)
    .map(({ file }) => file);
  const seen = await lookAt(rated, inspect, cache);
  const whole = seen.shown.slice(0, mostFound);
  return {
    found: whole.map(({ asset }) => asset),
    broken: seen.broken,
    searched: files.length,
    notes,
    code: seen.code,
    sheet: whole.length === 0 ? null : await contactSheet(whole.map(({ picture }) => picture)),
  };
}

interface Shown {
  asset: FoundAsset;
  picture: Buffer;
}

/** Looks at files in their order until enough are whole; those that are broken are told with the reason. */
async function lookAt(files: readonly LibraryFile[], inspect: Inspect, cache: string) {
  const shown: Shown[] = [];
  const broken: { path: string; why: string }[] = [];
  let code = "";
  for (let at = 0; at < files.length && shown.length < mostFound; at += mostFound) {
    const some = files.slice(at, at + mostFound);
    const known = new Map<string, Shown>();
    for (const file of some) {
      const record = file.kind === "image" ? await imageOf(file, broken) : await readRecord(cache, file);
      if (record !== null) known.set(file.path, { asset: { ...told(file), ...record.seen }, picture: record.picture });
    }
    const fresh = some.filter(({ path, kind }) => kind !== "image" && !known.has(path));
    const { answer, picture } = await inspect(fresh.map(({ path }) => path));
    code = answer.code;
    for (const one of answer.seen) {
      const file = fresh.find(({ path }) => path === one.path);
      if (file === undefined) continue;
      if ("why" in one) {
        broken.push({ path: one.path, why: one.why });
        continue;
      }
      const bytes = await picture(one.picture);
      const record = seenAsset.parse(one);
      await writeRecord(cache, file, record, bytes);
      known.set(file.path, { asset: { ...told(file), ...record }, picture: bytes });
    }
    shown.push(...some.flatMap(({ path }) => known.get(path) ?? []));
  }
  if (files.length === 0) code = (await inspect([])).answer.code;
  return { shown, broken, code };
}

function told({ path, kind, bytes, tags, metres }: LibraryFile): FoundAsset {
  return { path, kind, bytes, tags, ...(metres === undefined ? {} : { metres }) };
}

async function imageOf(file: LibraryFile, broken: { path: string; why: string }[]) {
  try {
    if (file.bytes > pictureLimits.bytes) throw new Error(`it has ${file.bytes} bytes`);
    const options = { limitInputPixels: pictureLimits.pixels };
    const picture = await sharp(await readFile(file.path), options)
      .autoOrient()
      .resize(256, 256, { fit: "inside" })
      .png()
      .toBuffer();
    return { seen: {}, picture };
  } catch (error) {
    broken.push({ path: file.path, why: `it is no picture: ${(error as Error).message.slice(0, 160)}` });
    return null;
  }
}
