import { constants } from "node:fs";
import { open } from "node:fs/promises";

/**
 * Text of a file. A pipe or a device in its place, which may never end or never begin, is refused unread. Rejects with
 * the system's error, or with one that says what it is.
 */
export async function readRegularFile(path: string): Promise<string> {
  // Without O_NONBLOCK opening a pipe waits for a writer.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new Error(`${path} is no file`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
