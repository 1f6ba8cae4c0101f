import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createModelGenerator } from "../../../../../actors/players/model/generator.ts";
import type { JobReply, JobRequest } from "../../../../../actors/players/player.ts";
import type { RunSpec } from "../../../../../machines/domain/index.ts";
import { assetServices, tinyGlb } from "../../../../harness/asset-services.ts";
import { testRing } from "../../../../harness/ring.ts";
import { aContext, call, fakeIO, fakeModel, ref, spokenTo } from "../../fakes.ts";

let services: Awaited<ReturnType<typeof assetServices>>;
let ring: Awaited<ReturnType<typeof testRing>>;
let dir: string;
let thumbnail: Buffer;
beforeAll(async () => {
  services = await assetServices();
  ring = await testRing();
  thumbnail = await sharp({ create: { width: 8, height: 8, channels: 3, background: "blue" } })
    .png()
    .toBuffer();
});
afterAll(async () => {
  await services.close();
  await ring.close();
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-asset-tool-"));
  vi.stubEnv("XDG_CACHE_HOME", join(dir, "cache"));
  vi.stubEnv("MESHY_API_KEY", "msy_key");
  services.behave({});
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

function specOf(assets: Record<string, unknown>): RunSpec {
  const { spec } = ring;
  const task = { ...spec.task, mode: "static_scene", targets: [], start: null, prompt: "none" };
  return { ...spec, engine: "blender", task, out: join(dir, "out"), config: { ...spec.config, assets } };
}

/** An engine that finds every file whole. */
function inspects(request: JobRequest): JobReply {
  const { files } = (request as unknown as { args: { files: string[] } }).args;
  const seen = files.map((path, index) => ({
    ...{ path, size: [1, 2, 3], meshes: 1, faces: 12, animations: [], rigged: false },
    picture: `asset-${index}.png`,
  }));
  const pictures = Object.fromEntries(seen.map(({ picture }) => [picture, ref(thumbnail)]));
  return { ok: true, result: { seen, code: "def place_asset(): ..." }, files: pictures };
}

interface Seen {
  target: Buffer;
  analysis: string;
}

async function played(
  assets: Record<string, unknown>,
  args: Record<string, unknown>,
  code: (path: string) => string,
  seen?: Seen,
) {
  const spec = specOf(assets);
  const targets = seen === undefined ? [] : [{ name: "render", image: ref(seen.target) }];
  const task = { ...spec.task, targets };
  const io = fakeIO({ job: inspects, task });
  if (seen !== undefined) io.store(seen.target);
  io.store(thumbnail);
  let path = "";
  const model = fakeModel((request, n) => {
    if (n === 0) return call("get_better_assets", args);
    path = /1\. (\S+)/.exec(spokenTo(request))?.[1] ?? "";
    return call("execute_code", { thought: "", code: code(path) });
  });
  const generator = createModelGenerator({ model, mode: "static_scene", assets: spec });
  const context = { ...aContext(), task, analysis: seen?.analysis ?? null };
  const move = await generator.write(context, io);
  return { move, io, path, said: spokenTo(model.requests[1]!) };
}

const pinnedIn = (move: Awaited<ReturnType<typeof played>>["move"]) =>
  move.type === "programs" ? move.candidates[0]!.assets : undefined;

describe("get_better_assets in a run", () => {
  it("answers from a library, and pins the path that the program loads", async () => {
    await writeFile(join(dir, "chair.glb"), tinyGlb());
    await writeFile(join(dir, "chair_old.glb"), tinyGlb());
    const { move, path, said } = await played({ folders: [dir] }, { object_name: "chair" }, (at) => `load(${at})`);
    expect(path).toBe(join(dir, "chair.glb"));
    expect(said).toContain("chair_old.glb");
    expect(pinnedIn(move)).toEqual([{ name: "chair", path, about: "1 x 2 x 3 in its own units" }]);
  });

  it("has made what no library holds, once, tells how far it is, and pins it although nothing loads it", async () => {
    const assets = { folders: [dir], services: [{ kind: "meshy", url: services.url, minutes: 1 }] };
    services.behave({ polls: 0 });
    const { move, io, path, said } = await played(assets, { object_name: "salmon sushi" }, () => "pass");
    expect(said).toContain("made for you by meshy");
    expect(path).toMatch(/out\/assets\/salmon_sushi-\w{8}\.glb$/);
    expect(await readdir(join(dir, "out", "assets"))).toHaveLength(1);
    expect(pinnedIn(move)).toEqual([{ name: "salmon sushi", path, about: "1 x 2 x 3 in its own units" }]);
    expect(io.notes).toContainEqual({
      type: "progress",
      data: { t: expect.any(Number), text: "meshy makes salmon sushi: preview", fraction: expect.any(Number) },
    });
    expect([...io.record.keys()].filter((key) => key.startsWith("asset/"))).toHaveLength(1);
    expect(JSON.stringify([io.notes, [...io.record], said])).not.toContain("msy_key");
  });

  it("shows a service the thing as the target shows it, cut out by the description's box or a given one", async () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="200" height="100" fill="#789"/><circle cx="60" cy="50" r="30" fill="#c22"/></svg>';
    const target = await sharp(Buffer.from(svg)).png().toBuffer();
    const assets = { services: [{ kind: "meshy", url: services.url }] };
    services.behave({ polls: 0 });
    const args = { object_name: "ball", reference_type: "image" };
    const analysis = JSON.stringify({ objects: [{ name: "red ball", box: [0.12, 0.14, 0.48, 0.86] }] });
    const { said } = await played(assets, args, () => "pass", { target, analysis });
    expect(said).toContain("[cut out of the target]");
    const { image_url } = services.asked[0]!.body as { image_url: string };
    const { data, info } = await sharp(Buffer.from(image_url.split(",")[1]!, "base64"))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const alpha = (x: number, y: number) => data[4 * (y * info.width + x) + 3]!;
    expect([alpha(0, 0), alpha(info.width >> 1, info.height >> 1)]).toEqual([0, 255]);
    expect(info.width).toBeLessThan(90);
    services.behave({});
    const lost = await played(assets, { ...args, object_name: "cup" }, () => "pass", { target, analysis });
    expect(lost.said).toContain("meshy: it needs the thing cut out, and nobody said where it is: give its box");
    expect(services.asked).toEqual([]);
  });

  it("says that it failed and why, so that the run goes on without", async () => {
    const assets = { services: [{ kind: "meshy", url: services.url }] };
    services.behave({ refuse: { status: 402, body: { message: "Insufficient funds" } } });
    const { move, said } = await played(assets, { object_name: "sushi" }, () => "pass");
    expect(said).toContain("meshy answers 402: Insufficient funds");
    expect(said).toContain("Build a simple stand-in");
    expect(pinnedIn(move)).toBeUndefined();
  });
});

describe("what was fetched before", () => {
  it("stands in the opening of every later round", async () => {
    const model = fakeModel([call("execute_code", { thought: "", code: "pass" })]);
    const generator = createModelGenerator({ model, mode: "static_scene", assets: specOf({}) });
    const task = { ...specOf({}).task };
    const assets = [{ name: "cup", path: "/run/assets/cup-1.glb", about: "1 x 2 x 3 in its own units" }];
    await generator.write({ ...aContext(), task, assets }, fakeIO());
    expect(spokenTo(model.requests[0])).toContain("- cup: /run/assets/cup-1.glb (1 x 2 x 3 in its own units)");
  });
});
