import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";

/** Bytes of a .blend as Blender sees them, whatever it is packed in; only what is asked for is unpacked. */
export interface BlendBytes {
  readonly size: number;
  read(position: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

/** Largest gzip file that is unpacked, which goes only as a whole; bytes. */
const mostUnpacked = 512 * 1024 * 1024;

/** Opens a plain, gzip or seekable zstd .blend (Blender 3.0 and later). Null where it is packed in another way. */
export async function openBlend(path: string): Promise<BlendBytes | null> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = await readAt(file, 0, 8);
    if (head.toString("latin1", 0, 7) === "BLENDER") {
      return { size, read: (position, length) => readAt(file, position, length), close: () => file.close() };
    }
    const packed = head.readUInt16LE(0) === 0x8b1f ? await ofGzip(file, size) : await ofZstd(file, size);
    if (packed === null) await file.close();
    return packed;
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}

async function ofGzip(file: FileHandle, size: number): Promise<BlendBytes> {
  const bytes = await promisify(gunzip)(await readAt(file, 0, size), { maxOutputLength: mostUnpacked });
  return {
    size: bytes.length,
    read: async (position, length) => bytes.subarray(position, position + length),
    close: () => file.close(),
  };
}

/** Where a frame of a seekable zstd file lies, packed and unpacked. */
interface Frame {
  from: number;
  packed: number;
  at: number;
  unpacked: number;
}

/** Frames of one file at most: a .blend of Blender's has one for each MiB or so. */
const mostFrames = 1_000_000;
const mostFrame = 64 * 1024 * 1024;

async function ofZstd(file: FileHandle, size: number): Promise<BlendBytes | null> {
  const frames = await framesOf(file, size);
  if (frames === null) return null;
  const unpack = promisify(zstdDecompress) as (bytes: Buffer, options: object) => Promise<Buffer>;
  let last: { frame: Frame; bytes: Buffer } | null = null;
  const bytesOf = async (frame: Frame): Promise<Buffer> => {
    if (last?.frame === frame) return last.bytes;
    const bytes = await unpack(await readAt(file, frame.from, frame.packed), { maxOutputLength: mostFrame });
    last = { frame, bytes };
    return bytes;
  };
  const end = frames.at(-1);
  return {
    size: end === undefined ? 0 : end.at + end.unpacked,
    async read(position, length) {
      const parts: Buffer[] = [];
      for (let n = firstAt(frames, position); n < frames.length; n++) {
        const frame = frames[n]!;
        if (frame.at >= position + length) break;
        const bytes = await bytesOf(frame);
        parts.push(bytes.subarray(Math.max(0, position - frame.at), position + length - frame.at));
      }
      return Buffer.concat(parts);
    },
    close: () => file.close(),
  };
}

/** The frame that holds a position: frames lie in order. */
function firstAt(frames: readonly Frame[], position: number): number {
  let [low, high] = [0, frames.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (frames[middle]!.at <= position) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** The seek table at the file's end: https://github.com/facebook/zstd, contrib/seekable_format. */
async function framesOf(file: FileHandle, size: number): Promise<Frame[] | null> {
  const footer = await readAt(file, Math.max(0, size - 9), 9);
  if (footer.length < 9 || footer.readUInt32LE(5) !== 0x8f92eab1) return null;
  const count = footer.readUInt32LE(0);
  const width = (footer.readUInt8(4) & 0x80) === 0 ? 8 : 12;
  if (count > mostFrames) return null;
  const table = await readAt(file, size - 9 - count * width, count * width);
  const frames: Frame[] = [];
  let [from, at] = [0, 0];
  for (let n = 0; n < count; n++) {
    const [packed, unpacked] = [table.readUInt32LE(n * width), table.readUInt32LE(n * width + 4)];
    frames.push({ from, packed, at, unpacked });
    from += packed;
    at += unpacked;
  }
  return frames;
}
