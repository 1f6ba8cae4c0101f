import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HostileDocument } from "../document.ts";
import { type DocumentGround, openDocumentGround } from "../document-ground.ts";
import { pages } from "./set.ts";

/** `npm test` runs these; `npm run hostile -- web` runs the whole set. */
const usual = [
  "loops: endless loop",
  "secrets: reads files by address",
  "network: every way to send to this machine",
  "functions: breaks what pages are looked at with",
];
const named = new Map<string, HostileDocument>(
  Object.entries(pages.themes).flatMap(([theme, { programs }]) =>
    programs.map((document) => [`${theme}: ${document.name}`, document] as const),
  ),
);

describe("hostile pages", () => {
  let scratch: string;
  let ground: DocumentGround;
  const before = { ...process.env };
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), "viga-hostile-pages-"));
    ground = await openDocumentGround(scratch, pages);
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
