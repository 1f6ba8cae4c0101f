import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { VigaError } from "../../config/errors.ts";
import { placeAtomic } from "../files/write-atomic.ts";

/**
 * Files by content (`sha256:<hex>`) under one folder. Content-addressed, so a put is idempotent and a half-written
 * file is never seen: it is written beside and renamed. Transient files (a solver's trial renders) live apart and are
 * dropped when a run ends.
 */
export class ArtifactStore {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Stores bytes or UTF-8 text; returns its reference. */
  async put(content: Buffer | string, options: { transient?: boolean } = {}): Promise<string> {
    const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
    const hex = createHash("sha256").update(bytes).digest("hex");
    await this.place(hex, options.transient === true, (to) => writeFile(to, bytes, { mode: 0o600 }));
    return `sha256:${hex}`;
  }

  /** Stores a file by copying it (streamed: a .blend may be large). */
  async putFile(path: string, options: { transient?: boolean } = {}): Promise<string> {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    const hex = hash.digest("hex");
    await this.place(hex, options.transient === true, async (to) => {
      await copyFile(path, to);
      // A copy has the mode of what it is of, which a program chose.
      await chmod(to, 0o600);
    });
    return `sha256:${hex}`;
  }

  /** Bytes of an artifact, checked against its name. Throws `artifact_missing` or `artifact_corrupt`. */
  async get(ref: string): Promise<Buffer> {
    const bytes = await readFile(await this.pathOf(ref));
    if (createHash("sha256").update(bytes).digest("hex") !== hexOf(ref)) {
      throw new VigaError("artifact_corrupt", `${ref} does not hold what its name says`, {
        hint: "the disk or someone changed it; start the run again",
      });
    }
    return bytes;
  }

  /** Path of an artifact's file; read-only for the caller. Throws `artifact_missing`. */
  async pathOf(ref: string): Promise<string> {
    const hex = hexOf(ref);
    for (const transient of [false, true]) {
      const path = this.file(hex, transient);
      if (await exists(path)) return path;
    }
    throw new VigaError("artifact_missing", `${ref} is not in ${this.root}`, {
      hint: "is this the output folder of the run, on the host that made it?",
    });
  }

  /** Folder of the transient files. */
  get transient(): string {
    return join(this.root, "transient");
  }

  async dropTransient(): Promise<void> {
    await rm(this.transient, { recursive: true, force: true });
  }

  private file(hex: string, transient: boolean): string {
    return join(this.root, transient ? "transient" : "sha256", hex.slice(0, 2), hex);
  }

  private async place(hex: string, transient: boolean, write: (path: string) => Promise<void>): Promise<void> {
    const path = this.file(hex, transient);
    if (!(await exists(path))) await placeAtomic(path, write);
  }
}

function hexOf(ref: string): string {
  const match = /^sha256:([0-9a-f]{64})$/.exec(ref);
  if (!match?.[1]) throw new VigaError("input_invalid", `"${ref.slice(0, 80)}" is not an artifact reference`);
  return match[1];
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
