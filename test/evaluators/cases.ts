import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Folder of small inputs that travel with the repository. */
export const measureFixtures = `${root}test/fixtures/measures/`;

/** Folder of real inputs that do not travel with it: VIGA_CASES, or ../shared/cases beside the repository. */
export const casesFolder = `${process.env.VIGA_CASES ?? `${root}../shared/cases`}/`;

/** Why a test that needs `file` of the cases folder cannot run here; null when it can. */
export function missingCase(file: string): string | null {
  return existsSync(casesFolder + file) ? null : `needs ${file} of the cases folder (set VIGA_CASES)`;
}
