import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { VigaError } from "../../config/errors.ts";
import { pictureLimits } from "../../config/picture-limits.ts";
import { html, type Markup } from "./html.ts";

/** Bytes of an artifact. */
export type Read = (ref: string) => Promise<Buffer>;

/** A picture that a page can hold: a small JPEG as data URI, or why there is none. */
export type Shown = { uri: string; width: number; height: number } | { missing: string };

/** Makes small pictures, each reference once. */
export class PictureCache {
  readonly #read: Read;
  readonly #known = new Map<string, Promise<Shown>>();

  constructor(read: Read) {
    this.#read = read;
  }

  /** A picture at most `width` px wide (never enlarged). Never throws: a report is made of what is left. */
  show(ref: string, width: number): Promise<Shown> {
    const key = `${width}/${ref}`;
    const known = this.#known.get(key) ?? this.#make(ref, width);
    this.#known.set(key, known);
    return known;
  }

  async #make(ref: string, width: number): Promise<Shown> {
    try {
      const { data, info } = await sharp(await this.#read(ref), { limitInputPixels: pictureLimits.pixels })
        .flatten({ background: "#808080" })
        .resize({ width, height: width * 2, fit: "inside", withoutEnlargement: true })
        .jpeg({ quality: 82, mozjpeg: true })
        .toBuffer({ resolveWithObject: true });
      return { uri: `data:image/jpeg;base64,${data.toString("base64")}`, width: info.width, height: info.height };
    } catch (error) {
      return { missing: error instanceof VigaError ? error.message : "the picture cannot be shown" };
    }
  }
}

/** A figure with its caption; a box with the reason where the picture is missing. */
export function figure(shown: Shown | null, caption: Markup, className = ""): Markup {
  const body =
    shown === null
      ? html`<div class="nothing">none</div>`
      : "missing" in shown
        ? html`<div class="nothing">${shown.missing}</div>`
        : html`<img src="${shown.uri}" width="${shown.width}" height="${shown.height}" alt="" loading="lazy">`;
  return html`<figure class="${className}">${body}<figcaption>${caption}</figcaption></figure>`;
}

/**
 * Reads artifacts from the files of an output folder by their content, for a run whose artifact store was cleaned away.
 * Tries `first` before.
 */
export function folderReader(out: string, first: Read): Read {
  let index: Promise<Map<string, string>> | null = null;
  return async (ref) => {
    try {
      return await first(ref);
    } catch (cause) {
      index ??= hashes(out);
      const path = (await index).get(ref);
      if (path !== undefined) return readFile(path);
      throw new VigaError("artifact_missing", "the picture is no longer there", { cause, hint: `looked in ${out}` });
    }
  };
}

async function hashes(out: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of ["targets", "codes", "renders"]) {
    const entries = await readdir(join(out, folder), { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      found.set(
        `sha256:${createHash("sha256")
          .update(await readFile(path))
          .digest("hex")}`,
        path,
      );
    }
  }
  return found;
}
