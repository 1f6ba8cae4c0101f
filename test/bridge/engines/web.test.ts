import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultLimits, type Engine, type RunRequest } from "../../../bridge/engines/contract.ts";
import { openEngine } from "../../../bridge/engines/open.ts";
import { killTree, treeOf } from "../../../bridge/processes/tree.ts";
import { pageSummary } from "../../../skills/web/tools/page/summary.ts";

let root: string;
let engine: Engine;
let jobs = 0;

async function run(program: string, more: Partial<RunRequest> = {}) {
  jobs += 1;
  const dir = join(root, `job${jobs}`);
  await mkdir(dir);
  const views = [{ name: "page", camera: null, aspect: { width: 800, height: 600 } }];
  const job = { job: `job${jobs}`, program, views, quality: { px: 1920 }, limits: defaultLimits, dir, ...more };
  const state = await engine.run(job);
  const picture = async () => {
    const { data, info } = await sharp(join(dir, "page.png")).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
    return { width: info.width, height: info.height, at };
  };
  return { state, dir, picture, checks: (state.checks ?? []).map(({ check }) => check) };
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "viga-web-"));
  engine = await openEngine("web", { scratch: join(root, "engine") });
}, 120_000);
afterAll(async () => {
  await engine.close();
  await rm(root, { recursive: true, force: true });
});

describe("a page", () => {
  it("is drawn whole, at its target's width, and told in words", async () => {
    const { state, picture, dir } = await run(
      "<body style='margin:0'><div id=a style='height:1500px;background:#102030'></div><p style='position:fixed;bottom:0;margin:0;background:lime'>low</p>",
      { save: "index.html", keep: "it" },
    );
    expect(state).toMatchObject({ ok: true, scene: true, renders: [{ name: "page" }] });
    const { width, height, at } = await picture();
    expect([width, height, at(400, 1400)]).toEqual([800, 1500, [16, 32, 48]]);
    // What is fixed stands where the window ends, not where the page does.
    expect([at(2, 718), at(2, 1498)]).toEqual([
      [0, 255, 0],
      [16, 32, 48],
    ]);
    expect(await readFile(join(dir, "index.html"), "utf8")).toContain("<div id=a");
    const probe = { job: "p", scene: "it", action: "page_info", args: {}, limits: defaultLimits, dir };
    const { result } = await engine.probe(probe);
    expect(pageSummary.parse(result).elements[0]).toMatchObject({ tag: "div", box: [0, 0, 800, 1500], id: "a" });
    expect(JSON.parse(await readFile(join(dir, "scene.json"), "utf8"))).toEqual(result);
    await engine.drop("it");
    expect((await engine.probe(probe)).error).toMatchObject({ type: "NoScene" });
  }, 60_000);

  it("is drawn the same again, and smaller where it is wider than it may be", async () => {
    const program = "<h1>One</h1><p style='width:50%;background:red'>two</p>";
    const [first, again] = [await run(program), await run(program)];
    expect(await readFile(join(first.dir, "page.png"))).toEqual(await readFile(join(again.dir, "page.png")));
    const small = await (await run(program, { quality: { px: 400 } })).picture();
    expect([small.width, small.height]).toEqual([400, 360]);
  }, 60_000);

  it("is drawn with its copies in one job, each as it is drawn alone", async () => {
    const page = (colour: string, high: number) =>
      `<body style='margin:0'><h1 style='color:${colour};height:${high}px'>Copies</h1><p>of one page</p></body>`;
    const programs = [page("#102030", 900), page("#c01020", 900), page("#c01020", 300)];
    const dir = await mkdtemp(join(root, "copies-"));
    const job = { job: "copies", name: "draw_copies", limits: defaultLimits, dir };
    const { result } = await engine.call({ ...job, args: { programs, width: 800 } });
    expect(result).toEqual(["copy0.png", "copy1.png", "copy2.png"]);
    for (const [index, program] of programs.entries()) {
      const alone = await run(program);
      const [one, two] = await Promise.all([
        readFile(join(dir, `copy${index}.png`)),
        readFile(join(alone.dir, "page.png")),
      ]);
      expect(one.equals(two)).toBe(true);
    }
    const refused = await engine.call({ ...job, args: { programs: ["<p>one</p>", "no page"], width: 800 } });
    expect(refused).toMatchObject({ ok: false, error: { kind: "program", type: "NoHtml" } });
  }, 60_000);

  it("is told what is wrong with it without a target", async () => {
    const wrong = await run(
      "<body><img src=no.png><img src='https://example.com/b.png'><script>foo()</script><div style='width:2000px;background:red'>wide</div>",
    );
    expect(wrong.checks.sort()).toEqual(["missing_file", "network", "overflow", "script_error"]);
    expect(wrong.state.checks?.find(({ check }) => check === "script_error")?.text).toContain("(line 1)");
    expect((await run("<body></body>")).checks).toEqual(["empty_page"]);
    expect((await run("<canvas style='width:100%;height:700px;background:red'></canvas>")).checks).toEqual([
      "one_picture",
    ]);
    expect((await run("just words")).state).toMatchObject({ ok: false, error: { kind: "program", type: "NoHtml" } });
  }, 60_000);

  it("reads the files its task names and no other", async () => {
    const media = join(root, "media");
    await mkdir(media, { recursive: true });
    const grey = sharp({ create: { width: 4, height: 4, channels: 3, background: "#808080" } });
    await grey.clone().png().toFile(join(media, "grey.png"));
    await grey.png().toFile(join(root, "target.png"));
    await symlink(join(root, "target.png"), join(media, "link.png"));
    const seen = (src: string) => `<body><p>text</p><img src="${src}" width=4 height=4>`;
    expect((await run(seen("grey.png"), { assets: [media] })).checks).toEqual([]);
    expect((await run(seen("media/grey.png"), { assets: [media] })).checks).toEqual([]);
    for (const src of ["link.png", "../target.png", "%2e%2e/target.png"]) {
      expect((await run(seen(src), { assets: [media] })).checks, src).toEqual(["missing_file"]);
    }
    const { state } = await run(seen(`file://${join(root, "target.png")}`), { assets: [media] });
    expect(state.log).toContain("Not allowed to load local resource");
  }, 60_000);

  it("leaves nothing to the next one", async () => {
    const leave = `<p>x</p><script>document.cookie = "a=1"; document.cookie = "b=1; domain=page.viga"; localStorage.a = 1;
      window.name = "left"; history.pushState({}, "", "#a"); indexedDB.open("left"); setInterval(() => console.log("on"), 1);</script>`;
    const look = `<p>x</p><script>indexedDB.databases().then((found) => console.log(JSON.stringify(
      [document.cookie, localStorage.length, window.name, found.length])));</script>`;
    await run(leave);
    const { state } = await run(look);
    expect(state.log).toBe('["",0,"",0]');
  }, 60_000);

  it("that does not end, asks for too much memory or is cancelled is a state, and the next is drawn", async () => {
    const endless = await run("<p>x</p><script>for (;;) {}</script>", { limits: { ...defaultLimits, seconds: 2 } });
    expect(endless.state.error).toMatchObject({ kind: "timeout" });
    const hog = "<script>const a = []; for (;;) a.push(new Uint8Array(2 ** 27).fill(1));</script>";
    const greedy = await run(hog, { limits: { ...defaultLimits, memoryMb: 900 } });
    expect(["memory", "crash"]).toContain(greedy.state.error?.kind);
    const dir = join(root, "cancelled");
    await mkdir(dir);
    const program = "<script>for (;;) {}</script>";
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 300);
    const job = { job: "c", program, views: [], quality: { px: 8 }, limits: defaultLimits, dir };
    expect((await engine.run(job, stop.signal)).error).toMatchObject({ type: "Cancelled" });
    expect((await run("<p>still here")).state.ok).toBe(true);
  }, 120_000);

  it("whose browser is killed in the middle is drawn all the same", async () => {
    const slow = "<p>x</p><script>const until = Date.now() + 1500; while (Date.now() < until);</script>";
    const running = run(slow);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const browsers = treeOf(engine.pid!).filter(({ parent }) => parent === engine.pid);
    expect(browsers.length).toBeGreaterThan(0);
    for (const { pid } of browsers) killTree(pid);
    expect((await running).state).toMatchObject({ ok: true });
  }, 60_000);

  it("keeps snapshots, and says what it knows nothing of", async () => {
    const { dir } = await run("<p>one", { keep: "s" });
    const id = await engine.snapshot("s");
    await run("<p>two", { keep: "s" });
    await engine.restore("s", id);
    const probe = (action: string) =>
      engine.probe({ job: "p", scene: "s", action, args: {}, limits: defaultLimits, dir });
    expect(pageSummary.parse((await probe("page_info")).result).elements[0]?.text).toBe("one");
    expect((await probe("investigate")).error).toMatchObject({ type: "NoAction" });
    const call = { job: "c", name: "nothing", args: {}, limits: defaultLimits, dir };
    expect((await engine.call(call)).error).toMatchObject({ type: "NoOperation" });
  }, 60_000);

  it("leaves no file behind", async () => {
    const { dir } = await run("<p>x");
    expect((await readdir(dir)).sort()).toEqual(["page.png", "scene.json"]);
    await writeFile(join(dir, "x"), "");
  }, 60_000);
});
