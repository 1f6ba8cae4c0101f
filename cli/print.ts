import { plainText } from "../config/plain-text.ts";

/** Writes to stdout. Whoever wrote the words: a terminal must not obey them. JSON comes from plainJson. */
export const print = (text: string): void => void process.stdout.write(plainText(text));

/** Writes to stderr, in the same way. */
export const printError = (text: string): void => void process.stderr.write(plainText(text));
