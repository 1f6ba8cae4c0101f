import { askProgram } from "../../bridge/processes/ask-program.ts";

/** What a program printed, or null where it is not there, failed, or did not answer within `seconds`. */
export async function ask(command: string, args: readonly string[], seconds = 30): Promise<string | null> {
  const { said, failed } = await askProgram(command, args, seconds);
  return failed ? null : said;
}

/** The first thing in a text that looks like a version, or null. */
export function versionIn(text: string | null): string | null {
  return /\d+(\.\d+)+/.exec(text ?? "")?.[0] ?? null;
}

/** Whether a version is at least another, number by number. */
export function atLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split(".").map(Number)) as [number[], number[]];
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [have[i] ?? 0, want[i] ?? 0];
    if (a !== b) return a > b;
  }
  return true;
}
