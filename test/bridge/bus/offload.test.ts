import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ArtifactStore } from "../../../bridge/artifacts/store.ts";
import { pack, unpack } from "../../../bridge/bus/offload.ts";

let root: string;
let store: ArtifactStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "pack-"));
  store = new ArtifactStore(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

test("any JSON comes back as it was, packed or not", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.constantFrom(0, 100, 1_000_000), async (value, limit) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      expect(await unpack(JSON.parse(JSON.stringify(await pack(plain, store, limit))), store)).toEqual(plain);
    }),
    { numRuns: 100 },
  );
});

test("a thousand long rounds fit into one message, and a round is stored once however often it is packed", async () => {
  const rounds = Array.from({ length: 1000 }, (_, t) => ({ t, thought: `${t} `.repeat(800) }));
  const value = { machine: { context: { rounds } }, position: 7 };
  const packed = await pack(value, store);
  await pack({ ...value, position: 8 }, store);
  expect(JSON.stringify(packed).length).toBeLessThan(512 * 1024);
  expect(await unpack(packed, store)).toEqual(value);
  const files = await readdir(join(root, "sha256"), { recursive: true });
  expect(files.filter((name) => name.length > 10)).toHaveLength(1000);
});
