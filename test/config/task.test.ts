import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitCodeOf, VigaError } from "../../config/errors.ts";
import { resolveConfig } from "../../config/loader.ts";
import type { ConfigRequest } from "../../config/resolved.ts";
import { type LoadedTask, loadTask, taskName } from "../../config/task.ts";
import { detectMode } from "../../config/task-files.ts";

const scratch = mkdtempSync(join(tmpdir(), "viga-task-"));
afterAll(() => rmSync(scratch, { recursive: true }));

let png: Buffer;
let jpeg: Buffer;
const blend = Buffer.from("BLENDER-v304RENDH");

beforeAll(async () => {
  const noise = Buffer.from(Array.from({ length: 64 * 48 * 3 }, (_, i) => (i * 7919) % 256));
  png = await sharp(noise, { raw: { width: 64, height: 48, channels: 3 } })
    .png()
    .toBuffer();
  jpeg = await sharp(noise, { raw: { width: 64, height: 48, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
});

/** A folder with these files. */
function folderWith(files: Record<string, string | Buffer>): string {
  const root = join(mkdtempSync(join(scratch, "t-")), "placement 1");
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

const load = (request: ConfigRequest): Promise<LoadedTask> => loadTask(resolveConfig({ cwd: tmpdir(), ...request }));

async function refusal(request: ConfigRequest): Promise<VigaError> {
  const thrown: unknown = await load(request).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(VigaError);
  const error = thrown as VigaError;
  expect(exitCodeOf(error)).toBe(2);
  expect(error.hint).toBeTruthy();
  return error;
}

const gym = (): Record<string, string | Buffer> => ({
  "start.py": "import bpy\n",
  "goal.py": "this must never be opened",
  "blender_file.blend": blend,
  "renders/goal/render1.png": png,
  "renders/start/render1.png": png,
});

describe("a task folder", () => {
  it("in BlenderGym's layout gives program, base and goal pictures, and never the goal program", async () => {
    const dir = folderWith({ ...gym(), "renders/goal/render2.png": png });
    const task = await load({ task: { dir } });
    expect(task).toEqual({
      mode: "blendergym",
      name: "placement-1",
      dir,
      text: "",
      targets: ["render1", "render2"].map((name) => ({
        name,
        path: join(dir, "renders/goal", `${name}.png`),
        width: 64,
        height: 48,
        format: "png",
      })),
      start: { path: join(dir, "start.py"), text: "import bpy\n" },
      targetsAsStored: true,
      views: [
        { name: "render1", camera: "Camera1", aspect: { width: 64, height: 48 } },
        { name: "render2", camera: "Camera2", optional: true, aspect: { width: 64, height: 48 } },
      ],
      startImage: null,
      base: join(dir, "blender_file.blend"),
      assets: [],
      assetsRoot: null,
    });
    expect(JSON.stringify(task)).not.toContain("goal.py");
  });

  it("in BlenderBench's layout shows the annotated goal first", async () => {
    const dir = folderWith({ ...gym(), "task.txt": " Turn the lamp on.\n", "renders/goal/visprompt1.png": png });
    const task = await load({ task: { dir } });
    expect(task).toMatchObject({ mode: "blenderbench", text: "Turn the lamp on." });
    expect(task.targets).toMatchObject([{ name: "render1", path: join(dir, "renders/goal/visprompt1.png") }]);
  });

  it("of a static scene gives pictures in number order, text and assets", async () => {
    const dir = folderWith({
      "target/view10.png": png,
      "target/view2.jpg": jpeg,
      "target/notes.txt": "",
      "description.txt": "a cup",
      "assets/cup/model.glb": "x",
      "assets/a.png": png,
    });
    const task = await load({ task: { dir } });
    expect(task).toMatchObject({ mode: "static_scene", text: "a cup", start: null, base: null });
    expect(task.targets).toMatchObject([
      { name: "render", path: join(dir, "target/view2.jpg"), width: 48, height: 64, format: "jpeg" },
      { name: "target2", path: join(dir, "target/view10.png") },
    ]);
    expect(task.assets).toEqual([join(dir, "assets/a.png"), join(dir, "assets/cup/model.glb")]);
  });

  it("gives each view its own target's aspect; one without a target has the first target's, or its own size", async () => {
    const dir = folderWith({ "wide.png": png, "tall.jpg": jpeg });
    const views = [
      { name: "front", camera: "Front", frame: 12, target: join(dir, "wide.png") },
      { name: "side", target: join(dir, "tall.jpg") },
      { name: "top", size: [640, 400] },
      { name: "back" },
    ];
    const task = await load({ mode: "static_scene", cwd: dir, sets: [`task=${JSON.stringify({ views })}`] });
    expect(task.targets).toMatchObject([{ name: "front" }, { name: "side" }]);
    expect(task.views).toEqual([
      { name: "front", camera: "Front", frame: 12, aspect: { width: 64, height: 48 } },
      { name: "side", camera: null, aspect: { width: 48, height: 64 } },
      { name: "top", camera: null, aspect: { width: 640, height: 400 } },
      { name: "back", camera: null, aspect: { width: 64, height: 48 } },
    ]);
  });

  it("of a static scene measures every photograph, the further ones through cameras named like their views", async () => {
    const dir = folderWith({ "target/1.png": png, "target/2.jpg": jpeg });
    const task = await load({ mode: "static_scene", task: { dir } });
    expect(task.targets.map(({ name }) => name)).toEqual(["render", "target2"]);
    expect(task.views).toEqual([
      { name: "render", camera: null, aspect: { width: 64, height: 48 } },
      { name: "target2", camera: "target2", aspect: { width: 48, height: 64 } },
    ]);
    const views = ["a", "b"].map((name) => ({ name, target: join(dir, "target/1.png") }));
    const named = await load({ mode: "static_scene", sets: [`task=${JSON.stringify({ views })}`] });
    expect(named.views.map(({ camera }) => camera)).toEqual([null, "b"]);
  });

  it("of a dynamic scene is compared at the first frame, and shown at the middle and the last", async () => {
    const dir = folderWith({ "start.png": png, "description.txt": "it falls" });
    const aspect = { width: 64, height: 48 };
    expect((await load({ mode: "dynamic_scene", task: { dir } })).views).toEqual([
      { name: "render", camera: null, frame: "start", aspect },
      { name: "render_middle", camera: null, frame: "middle", aspect },
      { name: "render_end", camera: null, frame: "end", aspect },
    ]);
    const views = [{ name: "a" }, { name: "b", frame: 9 }, { name: "c", frame: "end" }];
    const own = await load({ mode: "dynamic_scene", sets: [`task=${JSON.stringify({ dir, views })}`] });
    expect(own.views.map(({ frame }) => frame)).toEqual(["start", 9, "end"]);
  });

  it("keeps a given scene by prompt: init only where one is given", async () => {
    const dir = folderWith({ "target.png": png, "minimal_init.blend": blend });
    const request = { mode: "static_scene", task: { dir }, sets: ["prompt=init"] };
    expect((await refusal(request)).message).toBe("prompt: init keeps the scene that is given, and none is");
    expect(await load({ ...request, sets: ["prompt=init", "init=minimal"] })).toMatchObject({
      base: join(dir, "minimal_init.blend"),
    });
  });

  it("of a text alone leaves the picture's shape to the scene", async () => {
    const task = await load({ mode: "static_scene", task: { text: "a cup" } });
    expect(task.views).toEqual([{ name: "render", camera: null }]);
  });

  it("of a static scene may start from a prepared scene", async () => {
    const dir = folderWith({ "target.png": png, "minimal_init.blend": blend });
    const task = await load({ mode: "static_scene", task: { dir }, sets: ["init=minimal"] });
    expect(task.base).toBe(join(dir, "minimal_init.blend"));
    const error = await refusal({ mode: "static_scene", task: { dir }, sets: ["init=reasonable"] });
    expect(error.message).toContain("missing reasonable_init.blend or reasonable_init/blender_file.blend");
  });

  it("in the reference's layout of a prepared scene gives the picture of its start", async () => {
    const dir = folderWith({ "target.png": png, "reasonable_init/render1.png": png });
    const request = { mode: "static_scene", task: { dir }, sets: ["init=reasonable"] };
    expect(await load(request)).toMatchObject({
      start: null,
      base: null,
      startImage: join(dir, "reasonable_init/render1.png"),
    });
    writeFileSync(join(dir, "reasonable_init.py"), "import bpy\n");
    expect(await load(request)).toMatchObject({ start: { text: "import bpy\n" }, startImage: null });
  });

  it("of a slide is its instruction, and of a page its picture beside others", async () => {
    const slide = folderWith({ "instruction.txt": "A slide about tea", "media/tea.png": png });
    const roles = { sets: ["roles.generator=gpt-4o"] };
    expect(await load({ task: { dir: slide }, ...roles })).toMatchObject({
      mode: "autopresent",
      text: "A slide about tea",
      assets: [join(slide, "media/tea.png")],
    });
    const pages = folderWith({ "7.png": png, "7.html": "the answer", "rick.jpg": jpeg, "initialize/7.html": "<p>" });
    for (const given of ["7", "7.png", "7.html"]) {
      expect(await load({ task: { dir: join(pages, given) }, ...roles })).toMatchObject({
        mode: "design2code",
        name: "7",
        targets: [{ name: "page", path: join(pages, "7.png") }],
        start: { text: "<p>" },
        assets: [join(pages, "rick.jpg")],
      });
    }
  });

  it("is overruled by single files, and by [] for no pictures at all", async () => {
    const dir = folderWith(gym());
    const other = join(folderWith({ "other.png": png }), "other.png");
    expect((await load({ task: { dir, targets: [other] } })).targets).toMatchObject([{ path: other }]);
    const scene = folderWith({ "target.png": png, "description.txt": "a cup" });
    expect((await load({ task: { dir: scene, targets: [] } })).targets).toEqual([]);
  });

  it("is not needed where the files are given one by one", async () => {
    const dir = folderWith(gym());
    const flags = {
      targets: [join(dir, "renders/goal/render1.png")],
      start: join(dir, "start.py"),
      base: join(dir, "blender_file.blend"),
    };
    expect(await load({ task: flags })).toMatchObject({ mode: "blendergym", dir: null, name: "render1" });
    expect(await load({ task: { text: "a cup" } })).toMatchObject({ mode: "static_scene", targets: [], name: "task" });
  });

  it("shows its mode by its files, and nothing by none", () => {
    expect(detectMode(folderWith({ "start.png": png }))).toBe("dynamic_scene");
    expect(detectMode(folderWith({ "readme.md": "" }))).toBeUndefined();
    expect(detectMode("/no/such/folder")).toBeUndefined();
  });

  it("gets a name that is safe as a folder and on the bus", () => {
    expect(taskName("/a/b/placement12/")).toBe("placement12");
    expect(taskName("/a/my target.v2.png")).toBe("my-target-v2");
    expect(taskName("/a/../..")).toBe("task");
    expect(taskName("/a/日本")).toBe("task");
    expect(taskName(`/a/${"x".repeat(300)}`)).toHaveLength(64);
  });
});

describe("a task that cannot be read", () => {
  it("names a missing folder", async () => {
    const error = await refusal({ mode: "blendergym", task: { dir: "/no/such/folder" } });
    expect(error.code).toBe("not_found");
    expect(error.message).toBe("task folder /no/such/folder: there is no such folder");
  });

  it("names every missing file at once and what was looked for", async () => {
    const dir = folderWith({ "start.py": "x" });
    const error = await refusal({ mode: "blendergym", task: { dir } });
    expect(error.message).toBe(`task ${dir}: missing blender_file.blend, renders/goal/render1.png`);
    expect(error.hint).toContain(
      "start.py, blender_file.blend, task.txt, renders/goal/render1.png, renders/goal/render2.png",
    );
  });

  it("names what flags leave out", async () => {
    expect((await refusal({ mode: "blendergym" })).message).toBe(
      "mode blendergym needs a start program (--start FILE), a base file (--base FILE), a target picture (--target IMG): none found",
    );
    expect((await refusal({ mode: "static_scene" })).message).toContain(
      "a target picture (--target IMG) or a text (--text T)",
    );
    expect((await refusal({ mode: "static_scene", task: { targets: ["/no/t.png"] } })).message).toBe(
      "target /no/t.png: there is no such file",
    );
  });

  it("knows a picture that is cut off, empty, a folder or no picture", async () => {
    const dir = folderWith({
      "cut.png": png.subarray(0, png.length - 200),
      "cut.jpg": jpeg.subarray(0, jpeg.length >> 1),
      "empty.png": "",
      "text.png": "hello",
      "x.svg": "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
    });
    const say = async (name: string): Promise<string> =>
      (await refusal({ mode: "static_scene", task: { targets: [join(dir, name)] } })).message;
    expect(await say("cut.png")).toContain("cut.png: the picture cannot be read");
    expect(await say("cut.jpg")).toContain("cut.jpg: the picture cannot be read");
    expect(await say("empty.png")).toContain("the file is empty");
    expect(await say("text.png")).toContain("the picture cannot be read");
    expect(await say("x.svg")).toContain("is svg");
    expect(await say("nothing/")).toContain("there is no such file");
  });

  it("refuses a picture over the one size limit by its name, before anything is decoded", async () => {
    const big = await sharp({ create: { width: 8200, height: 8200, channels: 3, background: "grey" } })
      .png()
      .toBuffer();
    const path = join(folderWith({ "big.png": big }), "big.png");
    const said = (await refusal({ mode: "static_scene", task: { targets: [path] } })).message;
    expect(said).toContain("8200 x 8200 px (64.1 megapixels) is more than the 64 megapixels allowed");
  });

  it("tells a NUL from a wrong encoding, with its line, and AVIF by its name", async () => {
    const red = await sharp({ create: { width: 8, height: 8, channels: 3, background: "red" } })
      .avif()
      .toBuffer();
    const dir = folderWith({ "a.png": red });
    const start = (await refusal({ task: { dir: folderWith({ ...gym(), "start.py": "x = 1\ny = '\0'" }) } })).message;
    expect(start).toContain("start.py: holds a NUL character in line 2");
    expect((await refusal({ mode: "static_scene", task: { targets: [join(dir, "a.png")] } })).message).toContain(
      "is avif",
    );
  });

  it("knows a benchmark's own goals, which are read as they are stored, from a user's pictures", async () => {
    const dir = folderWith(gym());
    expect((await load({ task: { dir } })).targetsAsStored).toBe(true);
    const own = { dir, targets: [join(dir, "renders", "goal", "render1.png")] };
    expect((await load({ task: own })).targetsAsStored).toBe(false);
  });

  it("knows a program that is empty, binary or too big, and a base that is none", async () => {
    const say = async (files: Record<string, string | Buffer>): Promise<string> =>
      (await refusal({ task: { dir: folderWith({ ...gym(), ...files }) } })).message;
    expect(await say({ "start.py": " \n" })).toContain("start.py: is empty");
    expect(await say({ "start.py": Buffer.from([0xff, 0xfe, 0]) })).toContain("start.py: is not UTF-8 text");
    expect(await say({ "start.py": "#".repeat(1024 * 1024 + 1) })).toContain("more than the 1.0 MiB allowed");
    expect(await say({ "blender_file.blend": "version https://git-lfs.github.com" })).toContain(
      "is not a Blender file",
    );
    expect(await say({ "blender_file.blend": "" })).toContain("the file is empty");
  });

  it("refuses a base of more than 4 GiB without reading it", async () => {
    const dir = folderWith(gym());
    truncateSync(join(dir, "blender_file.blend"), 5 * 1024 ** 3);
    expect((await refusal({ task: { dir } })).message).toContain("is 5120.0 MiB, more than the 4096.0 MiB allowed");
  });
});

describe("what flags say about a task", () => {
  it("takes the pictures of a target folder in number order, and names the task after the folder", async () => {
    const dir = folderWith({ "views/v10.png": png, "views/v9.png": png, "views/notes.txt": "", "extra.png": png });
    const task = await load({ cwd: dir, task: { targets: ["views", "extra.png"] } });
    expect(task).toMatchObject({ mode: "static_scene", name: "views" });
    expect(task.targets.map(({ name, path }) => [name, path.slice(dir.length + 1)])).toEqual([
      ["render", "views/v9.png"],
      ["target2", "views/v10.png"],
      ["target3", "extra.png"],
    ]);
  });

  it("refuses a target folder without pictures, and one with more than a run can show", async () => {
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, index) => [`many/${index}.png`, png]));
    const dir = folderWith({ "none/readme.md": "", ...many });
    expect((await refusal({ cwd: dir, task: { targets: ["none"] } })).message).toContain("holds no picture");
    expect((await refusal({ cwd: dir, task: { targets: ["many"] } })).message).toContain("33 target pictures");
  });

  it("leaves the target out for a text alone, and refuses that where pictures are compared", async () => {
    const dir = folderWith({ "target.png": png, "description.txt": "a cup" });
    expect(await load({ task: { dir, targets: [] } })).toMatchObject({ text: "a cup", targets: [] });
    const wordless = folderWith({ "target.png": png });
    expect((await refusal({ task: { dir: wordless, targets: [] } })).message).toContain("needs a text (--text T)");
    const error = await refusal({ task: { dir: folderWith(gym()), targets: [] } });
    expect(error.message).toBe(
      "mode blendergym compares with a target picture and cannot go by text alone (--text-only, task.targets: [])",
    );
  });

  it("takes a start picture where no program draws one, and refuses it beside a program", async () => {
    const dir = folderWith({ "before.png": png, "target.png": png, "start.py": "import bpy\n", "half.png": "x" });
    const request = { cwd: dir, mode: "static_scene" };
    const shown = await load({ ...request, task: { targets: ["target.png"], start_image: "before.png" } });
    expect(shown).toMatchObject({ start: null, startImage: join(dir, "before.png") });
    const both = await refusal({ ...request, task: { dir: ".", start_image: "before.png" } });
    expect(both.message).toContain("start.py draws its own");
    const broken = await refusal({ ...request, task: { targets: ["target.png"], start_image: "half.png" } });
    expect(broken.message).toContain("start picture");
  });

  it("takes an assets folder in any mode, and refuses one that is not there", async () => {
    const dir = folderWith({ ...gym(), "parts/cup/model.glb": "x", "parts/a.png": png });
    const task = await load({ cwd: dir, task: { dir: ".", assets: "parts" } });
    expect(task).toMatchObject({
      mode: "blendergym",
      assetsRoot: join(dir, "parts"),
      assets: [join(dir, "parts/a.png"), join(dir, "parts/cup/model.glb")],
    });
    const error = await refusal({ cwd: dir, task: { dir: ".", assets: "prats" } });
    expect(error.message).toContain("prats");
  });
});
