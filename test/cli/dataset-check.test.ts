import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { objectsOf } from "../../cli/launch/dataset/blend-objects.ts";
import { checkDataset } from "../../cli/launch/dataset/check-dataset.ts";
import { fetchDataset } from "../../cli/launch/dataset/fetch-dataset.ts";
import { leaksOf, refuseOracles, triplesIn } from "../../cli/launch/dataset/leaks.ts";
import { resolveConfig } from "../../config/loader.ts";
import { modeOf } from "../../config/modes/index.ts";

const example = join(import.meta.dirname, "..", "..", "examples", "camera");
const blend = join(example, "blender_file.blend");

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-dataset-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A whole task of BlenderGym's layout, with more or other files; null takes one away. */
async function task(id: string, files: Record<string, string | Buffer | null> = {}, px = 16): Promise<string> {
  const goal = await sharp({ create: { width: px, height: px, channels: 3, background: "#888888" } })
    .png()
    .toBuffer();
  const whole = { "start.py": "import bpy\n", "renders/goal/render1.png": goal, ...files };
  for (const [name, content] of Object.entries(whole)) {
    const path = join(dir, id, name);
    await mkdir(dirname(path), { recursive: true });
    if (content !== null) await writeFile(path, content);
  }
  if (files["blender_file.blend"] === undefined) await copyFile(blend, join(dir, id, "blender_file.blend"));
  return join(dir, id);
}

describe("viga dataset check", () => {
  test("tells everything that is wrong with a folder at once", async () => {
    await task("geometry1");
    await task("geometry2", { "renders/goal/render1.png": null, "start.py": "def broken(:\n" });
    await task("geometry3", { "renders/goal/render1.png": "no picture", "blender_file.blend": "" });
    await task("geometry4", {}, 24);
    await task("geometry5", { "start.py": "  \n" });
    await mkdir(join(dir, "geometry6"));
    const { problems, tasks } = await checkDataset(dir, modeOf("blendergym"));
    expect(tasks).toBe(5);
    expect(problems.map(({ source, text }) => `${source}: ${text}`)).toEqual([
      "geometry2: has no renders/goal/render1.png",
      expect.stringMatching(/^geometry2: start.py is broken: SyntaxError: .*\(line 1\)$/),
      "geometry3: base blender_file.blend: the file is empty",
      expect.stringMatching(/^geometry3: target renders\/goal\/render1.png: the picture cannot be read/),
      "geometry4: renders/goal/render1.png is 24 x 24, most goals here are 16 x 16",
      "geometry5: start program start.py: is empty",
      "geometry6: holds no file of a task of blendergym",
    ]);
  });

  test("a slide's three instructions are looked at, and a whole dataset has no problem", async () => {
    const slide = join(dir, "examples", "art_photos", "slide_1");
    await mkdir(slide, { recursive: true });
    await writeFile(join(slide, "instruction.txt"), "one");
    await writeFile(join(slide, "instruction_no_image.txt"), " ");
    const { problems } = await checkDataset(dir, modeOf("autopresent"));
    expect(problems.map(({ text }) => text)).toEqual([
      "instruction_no_image.txt is empty",
      "has no instruction_high_level.txt",
    ]);
  });
});

describe("the leak guard", () => {
  test("a camera of the start .blend that only the goal program puts there is told", async () => {
    const place = "camera.location = (0.05, -3.15, 1.35)\n";
    const leaking = await task("camera1", { "start.py": "camera.location = (9, -3, 1)\n", "goal.py": place });
    expect(await leaksOf(leaking, modeOf("blendergym"))).toEqual([
      "blender_file.blend holds what the goal asks for: camera Camera1 has the place that goal.py gives and the start program does not",
    ]);
    const sound = await task("camera2", { "start.py": place, "goal.py": `${place}cube.location = (1, 2, 3)\n` });
    expect(await leaksOf(sound, modeOf("blendergym"))).toEqual([]);
  });

  test("a start that is the goal, and a target that a program may load, are told", async () => {
    const done = await task("geometry1", { "goal.py": "import bpy\n" });
    expect(await leaksOf(done, modeOf("blendergym"))).toEqual([
      "the start program is the goal's: start.py and goal.py are the same file",
    ]);
    const picture = await readFile(join(done, "renders/goal/render1.png"));
    const scene = await task("cup", { "target.png": picture, "assets/hint.png": picture });
    expect(await leaksOf(scene, modeOf("static_scene"))).toEqual([
      "a program may load the target itself: hint.png is target.png",
    ]);
  });

  test("folders that hold the goals are refused to programs and players", () => {
    const asking = (set: string) => resolveConfig({ mode: "static_scene", cwd: dir, sets: [set] });
    for (const set of ["task.assets=data/x", "assets.folders=[.]", "roles.generator=replay:data/goal.json"]) {
      expect(() => refuseOracles(asking(set), join(dir, "data"))).toThrow(/goals included/);
    }
    expect(() => refuseOracles(asking("roles.generator=replay:datafile.json"), join(dir, "data"))).not.toThrow();
  });

  test("numbers of a program are read in threes", () => {
    expect(triplesIn("a = (1, -2.5, .5)\nb = [1e-2,0,3.]\nc = (1, 2)\nd = (1, 2, 3, 4)")).toEqual([
      [1, -2.5, 0.5],
      [0.01, 0, 3],
    ]);
  });
});

describe("objects of a .blend", () => {
  /** As Blender 3.0 and later compress: frames, and a table of them at the end. */
  function seekable(bytes: Buffer, frame: number): Buffer {
    const parts: Buffer[] = [];
    const table: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += frame) {
      const part = bytes.subarray(at, at + frame);
      const packed = zstdCompressSync(part);
      const entry = Buffer.alloc(8);
      entry.writeUInt32LE(packed.length, 0);
      entry.writeUInt32LE(part.length, 4);
      parts.push(packed);
      table.push(entry);
    }
    const head = Buffer.alloc(8);
    head.writeUInt32LE(0x184d2a5e, 0);
    head.writeUInt32LE(table.length * 8 + 9, 4);
    const footer = Buffer.alloc(9);
    footer.writeUInt32LE(table.length, 0);
    footer.writeUInt32LE(0x8f92eab1, 5);
    return Buffer.concat([...parts, head, ...table, footer]);
  }

  test("are read plain, gzipped and in zstd frames alike", async () => {
    const plain = await readFile(blend);
    const expected = await objectsOf(blend);
    expect(expected).toMatchObject([{ name: "Camera1", isCamera: true }]);
    expect(expected?.[0]?.location.map((value) => Number(value.toFixed(3)))).toEqual([0.05, -3.15, 1.35]);
    for (const packed of [gzipSync(plain), seekable(plain, 10_000)]) {
      await writeFile(join(dir, "packed.blend"), packed);
      expect(await objectsOf(join(dir, "packed.blend"))).toEqual(expected);
    }
  });

  test("what is cut off or none is not known", async () => {
    const plain = await readFile(blend);
    for (const bytes of [
      plain.subarray(0, 60_000),
      Buffer.from("BLENDER-v306"),
      Buffer.from("none at all"),
      gzipSync(plain).subarray(0, 9000),
    ]) {
      await writeFile(join(dir, "cut.blend"), bytes);
      expect(await objectsOf(join(dir, "cut.blend"))).toBeNull();
    }
  });
});

describe("viga dataset fetch", () => {
  let hub: Server;
  let env: Record<string, string>;
  const asked: string[] = [];
  beforeEach(async () => {
    asked.length = 0;
    const base = "/api/datasets/SALT-NLP/Design2Code/tree/main";
    const file = (path: string) => ({ type: "file", path, size: 4 });
    hub = createServer((request, response) => {
      const url = request.url ?? "";
      asked.push(url);
      if (url === `${base}?recursive=true`) {
        response.setHeader("link", `<${env.HF_ENDPOINT}${base}?cursor=2>; rel="next"`);
        response.end(JSON.stringify([file("1.html"), file("README.md"), { type: "directory", path: "x" }]));
      } else if (url === `${base}?cursor=2`) response.end(JSON.stringify([file("a b.png")]));
      else if (url.startsWith("/datasets/SALT-NLP/Design2Code/resolve/main/")) response.end("four");
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => hub.listen(0, "127.0.0.1", resolve));
    env = { HF_ENDPOINT: `http://127.0.0.1:${(hub.address() as AddressInfo).port}` };
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    hub.closeAllConnections();
    await new Promise((resolve) => hub.close(resolve));
  });
  const fetching = (name: string) =>
    fetchDataset(name, join(dir, "data"), { signal: AbortSignal.timeout(20_000), json: false, env });

  test("takes what belongs to it from every page of the hub's list, once", async () => {
    await fetching("design2code");
    expect(await readFile(join(dir, "data", "1.html"), "utf8")).toBe("four");
    expect(existsSync(join(dir, "data", "a b.png"))).toBe(true);
    expect(existsSync(join(dir, "data", "README.md"))).toBe(false);
    asked.length = 0;
    await fetching("design2code");
    expect(asked.filter((url) => url.includes("/resolve/"))).toEqual([]);
  });

  test("says what to do where a dataset cannot be had from here, exit 3", async () => {
    await expect(fetching("blendergym")).rejects.toMatchObject({ code: "dependency_missing" });
    env = { HF_ENDPOINT: "http://127.0.0.1:9" };
    await expect(fetching("design2code-hard")).rejects.toMatchObject({
      code: "dependency_missing",
      hint: expect.stringContaining("https://huggingface.co/datasets/SALT-NLP/Design2Code-HARD"),
    });
    await expect(fetching("design2cod")).rejects.toThrow(/did you mean "design2code"/);
  });
});
