import { type BlendBytes, openBlend } from "./blend-bytes.ts";

/** An object of a .blend, as it stands in the file: nothing is executed. */
export interface BlendObject {
  name: string;
  isCamera: boolean;
  location: Triple;
  /** Euler angles, radians. */
  rotation: Triple;
}
export type Triple = [number, number, number];

/** Blender's number for a camera among object types. */
const cameraType = 11;
/** Blocks of one file at most; a scene with more is not looked into. */
const mostBlocks = 2_000_000;

interface Block {
  code: string;
  at: number;
  length: number;
}

/** Where a field lies in an Object. */
type Fields = Map<string, number>;

/**
 * The objects of a .blend by its own description of itself (its SDNA), read block by block: Blender is not started.
 * Null where the file cannot be read so (another byte order, an unknown packing, damage).
 */
export async function objectsOf(path: string): Promise<BlendObject[] | null> {
  let bytes: BlendBytes | null = null;
  try {
    bytes = await openBlend(path);
    if (bytes === null) return null;
    const form = formOf(await bytes.read(0, 17));
    if (form === null) return null;
    const blocks = await blocksOf(bytes, form);
    const dna = blocks.find(({ code }) => code === "DNA1");
    if (dna === undefined) return null;
    const fields = objectFields(await bytes.read(dna.at, dna.length), form.pointer);
    if (fields === null) return null;
    const objects: BlendObject[] = [];
    for (const block of blocks.filter(({ code }) => code === "OB\0\0")) {
      const found = objectOf(await bytes.read(block.at, block.length), fields);
      if (found !== null) objects.push(found);
    }
    return objects;
  } catch (error) {
    // A field beyond a block's end, or packed bytes that are none: the file is cut off, or no .blend.
    const { code = "" } = error as NodeJS.ErrnoException;
    if (error instanceof RangeError || /^(Z_|ZSTD_|ERR_BUFFER_TOO_LARGE)/.test(code)) return null;
    throw error;
  } finally {
    await bytes?.close();
  }
}

interface Form {
  pointer: 4 | 8;
  /** Where the first block begins. */
  first: number;
  /** Blender 5: block headers with 64-bit lengths. */
  large: boolean;
}

function formOf(head: Buffer): Form | null {
  const text = head.toString("latin1");
  if (/^BLENDER17-01v/.test(text)) return { pointer: 8, first: 17, large: true };
  const [, pointer] = /^BLENDER([_-])v\d{3}/.exec(text) ?? [];
  return pointer === undefined ? null : { pointer: pointer === "_" ? 4 : 8, first: 12, large: false };
}

async function blocksOf(bytes: BlendBytes, { pointer, first, large }: Form): Promise<Block[]> {
  const headLength = large ? 32 : 16 + pointer;
  const blocks: Block[] = [];
  for (let at = first; at + headLength <= bytes.size && blocks.length < mostBlocks; ) {
    const head = await bytes.read(at, headLength);
    const code = head.toString("latin1", 0, 4);
    const length = large ? Number(head.readBigInt64LE(16)) : head.readInt32LE(4);
    if (code === "ENDB" || length < 0) break;
    // The rest of a scene, meshes above all, is passed over.
    if (code === "OB\0\0" || code === "DNA1") blocks.push({ code, at: at + headLength, length });
    at += headLength + length;
  }
  return blocks;
}

/** Offsets of an Object's name, type, loc and rot, as the file's SDNA lays structures out. */
function objectFields(dna: Buffer, pointer: number): Fields | null {
  const reader = new Reader(dna);
  if (reader.tag() !== "SDNA" || reader.tag() !== "NAME") return null;
  const names = reader.texts();
  if (reader.tag() !== "TYPE") return null;
  const types = reader.texts();
  if (reader.tag() !== "TLEN") return null;
  const lengths = types.map(() => reader.short());
  reader.align();
  if (reader.tag() !== "STRC") return null;
  const structures = new Map<string, Fields>();
  const count = reader.int();
  for (let n = 0; n < count; n++) {
    const name = types[reader.short()] ?? "";
    const fields: Fields = new Map();
    let at = 0;
    for (let left = reader.short(); left > 0; left--) {
      const type = reader.short();
      const field = names[reader.short()] ?? "";
      const size = /^\(?\*/.test(field) ? pointer : (lengths[type] ?? 0);
      fields.set(field.replace(/\[.*$/, ""), at);
      at += [...field.matchAll(/\[(\d+)\]/g)].reduce((total, [, times]) => total * Number(times), size);
    }
    structures.set(name, fields);
  }
  const [object, id] = [structures.get("Object"), structures.get("ID")];
  const [name, type, loc, rot] = [id?.get("name"), object?.get("type"), object?.get("loc"), object?.get("rot")];
  if (name === undefined || type === undefined || loc === undefined || rot === undefined) return null;
  return new Map(Object.entries({ name: name + (object?.get("id") ?? 0), type, loc, rot }));
}

class Reader {
  #at = 0;
  readonly #bytes: Buffer;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  tag(): string {
    this.#at += 4;
    return this.#bytes.toString("latin1", this.#at - 4, this.#at);
  }
  int(): number {
    this.#at += 4;
    return this.#bytes.readInt32LE(this.#at - 4);
  }
  short(): number {
    this.#at += 2;
    return this.#bytes.readUInt16LE(this.#at - 2);
  }
  texts(): string[] {
    const count = this.int();
    const found: string[] = [];
    for (let n = 0; n < count; n++) {
      const end = this.#bytes.indexOf(0, this.#at);
      if (end < 0) throw new RangeError("the SDNA is cut off");
      found.push(this.#bytes.toString("latin1", this.#at, end));
      this.#at = end + 1;
    }
    this.align();
    return found;
  }
  align(): void {
    this.#at = (this.#at + 3) & ~3;
  }
}

function objectOf(bytes: Buffer, fields: Fields): BlendObject | null {
  const at = (name: string) => fields.get(name) ?? 0;
  const triple = (from: number): Triple => [0, 4, 8].map((step) => bytes.readFloatLE(from + step)) as Triple;
  // An ID's name begins with two letters of its kind.
  const end = bytes.indexOf(0, at("name"));
  const name = bytes.toString("utf8", at("name") + 2, end < 0 ? at("name") + 2 : end);
  const object = { name, isCamera: bytes.readInt16LE(at("type")) === cameraType };
  return { ...object, location: triple(at("loc")), rotation: triple(at("rot")) };
}
