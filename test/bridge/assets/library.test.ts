import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLibrary } from "../../../bridge/assets/library.ts";
import { readRecord, writeRecord } from "../../../bridge/assets/records.ts";
import { searchAssets } from "../../../bridge/assets/search.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "viga-library-"));
  await mkdir(join(root, "Kitchen Things", "cups"), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const put = (name: string, content: string | Buffer = "x") => writeFile(join(root, name), content);

describe("a library", () => {
  it("has names, tags of folders and sidecars, and pictures that are no model's texture", async () => {
    await put("Kitchen Things/cups/BlueMug.glb");
    await put("Kitchen Things/cups/BlueMug.png");
    await put("Kitchen Things/oak.jpg");
    await put("Kitchen Things/cups/BlueMug.json", '{"tags": ["coffee"], "size": 0.1, "description": "a mug"}');
    await put("notes.txt");
    const { files, notes } = await readLibrary([root]);
    expect(notes).toEqual([]);
    expect(files.map(({ kind, name, tags, description, metres }) => [kind, name, tags, description, metres])).toEqual([
      ["image", ["oak"], ["kitchen", "things"], "", undefined],
      ["glb", ["blue", "mug"], ["kitchen", "things", "cups", "coffee"], "a mug", 0.1],
    ]);
  });

  it("says what it could not read or understand, and follows no link", async () => {
    await put("a.obj");
    await put("a.json", '{"tag": []}');
    await symlink("/etc", join(root, "elsewhere"));
    await symlink("/etc/hosts", join(root, "hosts.obj"));
    const { files, notes } = await readLibrary([root, join(root, "absent"), root]);
    expect(files.map(({ path }) => path)).toEqual([join(root, "a.obj")]);
    expect(notes).toEqual([
      expect.stringMatching(/a\.json was not understood: .*tag/),
      expect.stringMatching(/absent cannot be read: ENOENT/),
      expect.stringMatching(/a\.json was not understood/),
    ]);
  });

  it("counts as changed when its file or the materials beside it are, so that it is looked at again", async () => {
    await put("a.obj");
    const cache = join(root, ".cache");
    const fileNow = async () => (await readLibrary([root])).files[0]!;
    const seen = { size: [1, 2, 3], meshes: 1, faces: 6, animations: [], rigged: false };
    await writeRecord(cache, await fileNow(), seen, Buffer.from("png"));
    expect(await readRecord(cache, await fileNow())).toEqual({ seen, picture: Buffer.from("png") });
    await put("a.mtl");
    expect(await readRecord(cache, await fileNow())).toBeNull();
  });

  it("shows a picture as itself, and asks the engine to import none", async () => {
    await put(
      "marble.png",
      await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
        .png()
        .toBuffer(),
    );
    await put("marble_cut.png", "no picture");
    const asked: string[] = [];
    const inspect = async (files: readonly string[]) => {
      asked.push(...files);
      return { answer: { seen: [], code: "code" }, picture: async () => Buffer.alloc(0) };
    };
    const result = await searchAssets({ roots: [root], name: "marble" }, inspect, join(root, ".cache"));
    expect(result.found).toMatchObject([{ kind: "image", path: join(root, "marble.png") }]);
    expect(result.broken).toMatchObject([{ path: join(root, "marble_cut.png") }]);
    expect(asked).toEqual([]);
  });
});
