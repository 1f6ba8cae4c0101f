import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { filterTasks, noFilter } from "../../cli/launch/dataset/filter.ts";
import { findTasks } from "../../cli/launch/dataset/find-tasks.ts";
import { modeOf } from "../../config/modes/index.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-datasets-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A dataset of empty files: finding opens none. */
async function dataset(name: string, files: readonly string[]): Promise<string> {
  for (const file of files) {
    await mkdir(dirname(join(dir, name, file)), { recursive: true });
    await writeFile(join(dir, name, file), "");
  }
  return join(dir, name);
}

const found = async (mode: string, data: string) => {
  const { tasks, empty } = await findTasks(data, modeOf(mode));
  return { empty, tasks: tasks.map(({ path: _, ...task }) => task) };
};

describe("the layouts of datasets", () => {
  test("BlenderGym: a folder for each task, its type in its name; one with a file missing is a task, an empty one is told", async () => {
    const data = await dataset("gym", [
      "placement10/start.py",
      "placement2/renders/goal/render1.png",
      "geometry1/goal.py",
      ".git/start.py",
      "notes/readme.md",
      "readme.md",
    ]);
    expect(await found("blendergym", data)).toEqual({
      tasks: [
        { id: "geometry1", type: "geometry", source: "geometry1" },
        { id: "placement2", type: "placement", source: "placement2" },
        { id: "placement10", type: "placement", source: "placement10" },
      ],
      empty: ["notes"],
    });
  });

  test("BlenderBench: levels, each with its tasks", async () => {
    const data = await dataset("bench", [
      "level1/camera1/start.py",
      "level3/room_2/task.txt",
      "other/camera1/start.py",
    ]);
    expect((await found("blenderbench", data)).tasks).toEqual([
      { id: "level1-camera1", level: "1", type: "camera", source: "level1/camera1" },
      { id: "level3-room_2", level: "3", type: "room", source: "level3/room_2" },
    ]);
  });

  test("SlideBench: a task for each of three settings, also from the folder above examples/", async () => {
    const data = await dataset("slides", [
      "examples/art_photos/slide_2/instruction.txt",
      "examples/art_photos/deck.pptx",
    ]);
    const ids = ["sufficient", "visual", "creative"].map((setting) => `art_photos-slide_2-${setting}`);
    for (const folder of [data, join(data, "examples")]) {
      expect((await found("autopresent", folder)).tasks.map(({ id }) => id)).toEqual(ids);
    }
  });

  test("Design2Code: pictures lie flat, by their ids", async () => {
    const data = await dataset("pages", ["10.html", "10.png", "9.png", "rick.jpg", "initialize/9.html"]);
    expect((await found("design2code", data)).tasks).toEqual([
      { id: "9", source: "9.png" },
      { id: "10", source: "10.png" },
    ]);
  });

  test("static and dynamic scenes: whatever holds a target", async () => {
    const data = await dataset("scenes", [
      "cup/target.jpg",
      "room/target/1.png",
      "ball/start.png",
      "text/description.txt",
    ]);
    expect((await found("static_scene", data)).tasks.map(({ id }) => id)).toEqual(["cup", "room", "text"]);
    expect((await found("dynamic_scene", data)).tasks.map(({ id }) => id)).toEqual(["ball", "cup", "room", "text"]);
  });

  test("a folder without tasks says what it is instead, and where the dataset comes from", async () => {
    const data = await dataset("single", ["start.py", "blender_file.blend"]);
    await expect(findTasks(data, modeOf("blendergym"))).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("the folder is itself a task of blendergym: viga run"),
      hint: expect.stringContaining("viga dataset fetch blendergym"),
    });
    const twins = await dataset("twins", ["a b/target.png", "a-b/target.png"]);
    await expect(findTasks(twins, modeOf("static_scene"))).rejects.toThrow(/a b and a-b would both be task a-b/);
  });
});

describe("filters", () => {
  const tasks = [
    { id: "a-s1-sufficient", topic: "a", setting: "sufficient", source: "a/s1", path: "/a/s1" },
    { id: "a-s1-visual", topic: "a", setting: "visual", source: "a/s1", path: "/a/s1" },
    { id: "b-s1-sufficient", topic: "b", setting: "sufficient", source: "b/s1", path: "/b/s1" },
    { id: "b-s1-visual", topic: "b", setting: "visual", source: "b/s1", path: "/b/s1" },
  ];
  const ids = (filter: Partial<typeof noFilter>) => filterTasks(tasks, { ...noFilter, ...filter }).map(({ id }) => id);

  test("without a name of a setting, tasks are meant in their first", () => {
    expect(ids({})).toEqual(["a-s1-sufficient", "b-s1-sufficient"]);
    expect(ids({ setting: ["all"], topic: ["b"] })).toEqual(["b-s1-sufficient", "b-s1-visual"]);
    expect(ids({ task: ["visual"] })).toEqual(["a-s1-visual", "b-s1-visual"]);
    expect(ids({ id: ["b-s1-visual"] })).toEqual(["b-s1-visual"]);
  });

  test("a name that no task has is refused with the nearest", () => {
    expect(() => ids({ topic: ["bb"] })).toThrow(/--topic bb: no task has that name/);
    expect(() => ids({ id: ["a-s1-visul"] })).toThrow(/did you mean "a-s1-visual"/);
    expect(() => ids({ level: ["1"] })).toThrow(/--level 1/);
    expect(() => ids({ topic: ["a"], id: ["b-s1-visual"] })).toThrow(/no task matches all/);
  });
});

const cases = process.env.VIGA_CASES ?? join(import.meta.dirname, "..", "..", "..", "shared", "cases");
test.runIf(existsSync(join(cases, "slidebench")))("the real samples are found as they lie", async () => {
  const slides = await findTasks(join(cases, "slidebench"), modeOf("autopresent"));
  expect(slides.tasks).toHaveLength(3 * 151);
  expect(new Set(slides.tasks.map(({ topic }) => topic)).size).toBe(8);
  const pages = await findTasks(join(cases, "design2code", "testset_final"), modeOf("design2code"));
  expect(pages.tasks).toHaveLength(11);
});
