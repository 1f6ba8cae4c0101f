import { readFileSync } from "node:fs";
import { join } from "node:path";

const text = readFileSync(join(import.meta.dirname, "..", "package.json"), "utf8");

/** The version of viga, as package.json has it. */
export const { version } = JSON.parse(text) as { version: string };
