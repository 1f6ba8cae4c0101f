import { readFileSync, statSync } from "node:fs";

/** Largest file that holds a key or credentials. Bytes. */
const most = 64 * 1024;

/**
 * Text of a small file that a person names. Throws Error with a plain reason; a pipe or a device, which may never end, is
 * refused unread.
 */
export function readSmallFile(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new Error("there is no such file");
  if (!found.isFile()) throw new Error("it is not a file");
  if (found.size > most) throw new Error(`it has ${found.size} bytes, more than any such file`);
  try {
    return readFileSync(path, "utf8");
  } catch (thrown) {
    throw new Error(`it cannot be read (${(thrown as NodeJS.ErrnoException).code ?? "?"})`, { cause: thrown });
  }
}
