import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noOffice } from "../../bridge/engines/office.ts";
import type { HostileDocument } from "../document.ts";
import { type DocumentGround, openDocumentGround } from "../document-ground.ts";
import { slides } from "./set.ts";

/** `npm test` runs these; `npm run hostile -- slides` runs the whole set. */
const usual = [
  "exits: process.exit",
  "processes: starts processes, threads and native code",
  "secrets: reads files and secrets",
  "links: links to a file of the machine",
];
const named = new Map<string, HostileDocument>(
  Object.entries(slides.themes).flatMap(([theme, { programs }]) =>
    programs.map((document) => [`${theme}: ${document.name}`, document] as const),
  ),
);

const leftOut = noOffice === null ? "" : ` (left out: ${noOffice})`;

describe.skipIf(noOffice !== null)(`hostile programs of slides${leftOut}`, () => {
  let scratch: string;
  let ground: DocumentGround;
  const before = { ...process.env };
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "viga-hostile-slides-"));
    ground = await openDocumentGround(scratch, slides);
  }, 120_000);
  afterAll(async () => {
    await ground.close();
    process.env = before;
    await rm(scratch, { recursive: true, force: true });
  });

  it.each(usual)(
    "%s is held",
    async (name) => {
      const { escapes, faults, hung } = await ground.try(named.get(name)!);
      expect({ escapes, faults, hung }).toEqual({ escapes: [], faults: [], hung: false });
    },
    180_000,
  );
});
