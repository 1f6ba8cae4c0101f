import { posix } from "node:path";
import { Readable } from "node:stream";
import JSZip from "jszip";
import { VigaError } from "../../config/errors.ts";
import { parseXml, type XmlElement } from "./xml.ts";

/** What a deck may unpack to; more is taken for a trap, whatever the archive says of itself. */
export const deckLimits = { bytes: 256e6, entries: 10_000, partBytes: 64e6, allBytes: 256e6 } as const;

const refused = (why: string, hint: string, cause?: unknown) =>
  new VigaError("input_invalid", why, { hint, ...(cause === undefined ? {} : { cause }) });

/** A part's relation to another: its kind (the last word of its type) and the part it leads to. */
export interface Relation {
  kind: string;
  target: string;
}

/** The parts of a .pptx file, read as they are asked for and within limits. */
export class DeckPackage {
  private readonly zip: JSZip;
  private readonly name: string;
  private readonly read = new Map<string, Promise<Buffer | null>>();
  private unpacked = 0;

  private constructor(zip: JSZip, name: string) {
    this.zip = zip;
    this.name = name;
  }

  /** @throws VigaError input_invalid for what is no zip archive, or has too many entries */
  static async open(bytes: Buffer, name: string): Promise<DeckPackage> {
    if (bytes.length > deckLimits.bytes) {
      throw refused(`${name} has ${bytes.length} bytes, more than ${deckLimits.bytes}`, "give a smaller deck");
    }
    let zip: JSZip;
    try {
      zip = await JSZip.loadAsync(bytes);
    } catch (cause) {
      throw refused(`${name} is not a .pptx file (no zip archive that can be read)`, "give a .pptx file", cause);
    }
    const entries = Object.keys(zip.files).length;
    if (entries > deckLimits.entries) {
      throw refused(`${name} holds ${entries} files, more than ${deckLimits.entries}`, "give a smaller deck");
    }
    return new DeckPackage(zip, name);
  }

  /** Content of a part; null where there is none. Counted while it unpacks, so that a bomb ends early. */
  part(path: string): Promise<Buffer | null> {
    let found = this.read.get(path);
    if (found === undefined) {
      found = this.unpack(path);
      this.read.set(path, found);
    }
    return found;
  }

  private async unpack(path: string): Promise<Buffer | null> {
    const file = this.zip.file(path);
    if (file === null) return null;
    const chunks: Buffer[] = [];
    let size = 0;
    const stream = new Readable().wrap(file.nodeStream());
    try {
      for await (const chunk of stream) {
        const bytes = chunk as Buffer;
        size += bytes.length;
        this.unpacked += bytes.length;
        if (size > deckLimits.partBytes || this.unpacked > deckLimits.allBytes) {
          throw refused(`${this.name} unpacks to too much (${path})`, "give a smaller deck");
        }
        chunks.push(bytes);
      }
    } catch (thrown) {
      if (thrown instanceof VigaError) throw thrown;
      throw refused(`${this.name}: ${path} is damaged`, "write the deck again", thrown);
    }
    return Buffer.concat(chunks);
  }

  /** The root element of an XML part; null where there is no such part. */
  async xml(path: string): Promise<XmlElement | null> {
    const bytes = await this.part(path);
    return bytes === null ? null : parseXml(bytes.toString("utf8"), `${this.name}: ${path}`);
  }

  /** Relations of a part by their id; those that leave the file are left out. */
  async relations(path: string): Promise<Map<string, Relation>> {
    const root = await this.xml(posix.join(posix.dirname(path), "_rels", `${posix.basename(path)}.rels`));
    const relations = new Map<string, Relation>();
    for (const child of root?.children ?? []) {
      const { Id: id, Type: type, Target: target, TargetMode: mode } = child.attributes;
      if (id === undefined || type === undefined || target === undefined || mode === "External") continue;
      relations.set(id, {
        kind: type.slice(type.lastIndexOf("/") + 1),
        target: target.startsWith("/") ? target.slice(1) : posix.join(posix.dirname(path), target),
      });
    }
    return relations;
  }
}
