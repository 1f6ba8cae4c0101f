import { readdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type MakeOptions, makeAsset, serviceFor } from "../../../bridge/assets/make.ts";
import type { AssetRequest } from "../../../bridge/assets/services/service.ts";
import { type AssetService, assetService } from "../../../config/assets.ts";
import { toVigaError } from "../../../config/errors.ts";
import { assetServices, tinyGlb } from "../../harness/asset-services.ts";

const key = "msy_aB3dE5fG7hJ9kL1mN3";
let services: Awaited<ReturnType<typeof assetServices>>;
let cache: string;
beforeAll(async () => {
  services = await assetServices();
});
afterAll(() => services.close());
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "viga-make-"));
  services.behave({});
});
afterEach(() => rm(cache, { recursive: true, force: true }));

const settings = (kind: AssetService["kind"], more: Record<string, unknown> = {}): AssetService => {
  const paths = { meshy: "", tripo: "/v2/openapi", sam3d: "/fal-ai/sam-3/3d-objects" };
  return assetService.parse({ kind, url: services.url + paths[kind], key_env: "THE_KEY", ...more });
};
const request = (more: Partial<AssetRequest> = {}): AssetRequest => ({ name: "chair", text: "an oak chair", ...more });
const options = (more: Partial<MakeOptions> = {}): MakeOptions => ({
  ...{ cache, env: { THE_KEY: key }, signal: new AbortController().signal, pollMs: 1 },
  ...more,
});
/** The error of a request, which must show no key. */
async function failure(asked: Promise<unknown>) {
  const error = toVigaError(
    await asked.then(
      () => new Error("it was made"),
      (thrown: unknown) => thrown,
    ),
  );
  expect(JSON.stringify(error.toData())).not.toContain(key.slice(4));
  return { code: error.code, message: error.message, hint: error.hint };
}
const bodies = () => services.asked.filter(({ method }) => method === "POST").map(({ path, body }) => [path, body]);
const picture = () =>
  sharp({ create: { width: 20, height: 10, channels: 3, background: "red" } })
    .png()
    .toBuffer();

describe("a model that a service makes", () => {
  it("is previewed and refined by Meshy, with its key and progress, and fetched whole", async () => {
    const told: [string, number][] = [];
    const made = await makeAsset(request(), settings("meshy"), options({ progress: (...step) => told.push(step) }));
    expect(await readFile(made.path)).toEqual(tinyGlb());
    expect(bodies()).toEqual([
      ["/openapi/v2/text-to-3d", { mode: "preview", prompt: "an oak chair" }],
      ["/openapi/v2/text-to-3d", { mode: "refine", preview_task_id: expect.any(String), enable_pbr: true }],
    ]);
    const own = services.asked.filter(({ path }) => path.startsWith("/openapi"));
    expect(new Set(own.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${key}`]));
    expect(told.map(([step]) => step)).toEqual(["preview", "preview", "preview", "refine", "refine", "refine"]);
    expect(told.at(-1)).toEqual(["refine", 1]);
  });

  it("is made of a picture, given bones and moved", async () => {
    const png = await picture();
    await makeAsset(request({ picture: png, action: "walk" }), settings("meshy"), options());
    expect(bodies().map(([path]) => path)).toEqual(["/openapi/v1/image-to-3d", "/openapi/v1/rigging"]);
    expect(services.asked.at(-1)!.path).toBe("/files/made.glb?walk");
    services.behave({});
    await makeAsset(request({ picture: png, action: "jump" }), settings("meshy"), options());
    expect(bodies().at(-1)).toEqual(["/openapi/v1/animations", { rig_task_id: expect.any(String), action_id: 13 }]);
    services.behave({});
    await makeAsset(request({ picture: png, action: "walking" }), settings("tripo"), options());
    expect(bodies()).toMatchObject([
      ["/v2/openapi/upload", { bytes: expect.any(Number) }],
      ["/v2/openapi/task", { type: "image_to_model", file: { type: "png", file_token: "token-1" } }],
      ["/v2/openapi/task", { type: "animate_prerigcheck" }],
      ["/v2/openapi/task", { type: "animate_rig" }],
      ["/v2/openapi/task", { type: "animate_retarget", animation: "preset:walk" }],
    ]);
  });

  it("is cut out of a whole picture by SAM 3D itself, by name and box", async () => {
    const scene = { picture: await picture(), box: { left: 0.1, top: 0.2, right: 0.5, bottom: 1 } };
    await makeAsset(request({ scene }), settings("sam3d"), options());
    expect(bodies()).toEqual([
      [
        "/fal-ai/sam-3/3d-objects",
        {
          image_url: `data:image/png;base64,${scene.picture.toString("base64")}`,
          prompt: "chair",
          box_prompts: [{ x_min: 2, y_min: 2, x_max: 10, y_max: 10 }],
          export_textured_glb: true,
        },
      ],
    ]);
    expect(services.asked[0]!.authorization).toBe(`Key ${key}`);
  });

  it("costs nothing the second time, also when it is asked for twice at once", async () => {
    const [first, second] = await Promise.all([
      makeAsset(request(), settings("meshy"), options()),
      makeAsset(request(), settings("meshy"), options()),
    ]);
    expect(second.path).toBe(first.path);
    expect(bodies()).toHaveLength(2);
    expect((await makeAsset(request(), settings("meshy"), options({ env: {} }))).cached).toBe(true);
    expect(bodies()).toHaveLength(2);
    await makeAsset(request({ text: "a pine chair" }), settings("meshy"), options());
    expect(bodies()).toHaveLength(4);
  });

  it("waits where the service is asked too hastily, and gives up on one that stays busy", async () => {
    services.behave({ refuse: { status: 429, times: 2, headers: { "retry-after": "0" } } });
    await makeAsset(request(), settings("tripo"), options());
    services.behave({ refuse: { status: 429, body: { message: "NoMorePendingTasks" } } });
    const busy = await failure(makeAsset(request({ text: "b" }), settings("tripo"), options()));
    expect(busy).toMatchObject({ code: "engine_failed", message: "tripo answers 429: NoMorePendingTasks" });
    expect(services.asked).toHaveLength(4);
  });

  it.each([
    ["no credit", { status: 402, body: { message: "Insufficient funds" } }, "budget_exhausted"],
    [
      "no credit as Tripo says it",
      { status: 403, body: { code: 2010, message: "not enough credit" } },
      "budget_exhausted",
    ],
    ["no credit under HTTP 200", { status: 200, body: { code: 2010, message: "not enough" } }, "budget_exhausted"],
    ["a wrong key, which it repeats", { status: 401, body: { message: `invalid key ${key}` } }, "model_auth"],
    ["a fault of its own", { status: 500, body: "oops" }, "engine_failed"],
    ["another form", { status: 200, body: { nothing: true } }, "engine_failed"],
    ["no JSON", { status: 200, body: "<html>" }, "engine_failed"],
  ] as const)("is not made where the service answers %s, and is asked for once", async (_, refuse, code) => {
    services.behave({ refuse });
    expect(await failure(makeAsset(request(), settings("tripo"), options()))).toMatchObject({ code });
    expect(services.asked).toHaveLength(1);
  });

  it("says why a job failed, and begins it anew the next time", async () => {
    services.behave({ fails: `the prompt ${key} is refused` });
    const failed = await failure(makeAsset(request(), settings("meshy"), options()));
    expect(failed).toMatchObject({ message: "meshy failed at preview: the prompt [key] is refused" });
    services.behave({ riggable: false });
    const stiff = await failure(makeAsset(request({ action: "walk" }), settings("tripo"), options()));
    expect(stiff.message).toContain("tripo failed at check: it finds no body");
    services.behave({ odd: { surprising: 1 } });
    expect((await failure(makeAsset(request(), settings("meshy"), options()))).message).toContain(
      "another form".slice(8),
    );
    services.behave({});
    await makeAsset(request(), settings("meshy"), options());
    expect(bodies()).toHaveLength(2);
  });

  it("goes on with the job that was under way when the time was up", async () => {
    services.behave({ endless: true });
    const late = await failure(makeAsset(request(), settings("meshy", { minutes: 0.05 }), options({ pollMs: 50 })));
    expect(late).toMatchObject({ code: "engine_timeout", hint: expect.stringContaining("the same job") });
    expect(bodies()).toHaveLength(1);
    services.behave({});
    await makeAsset(request(), settings("meshy"), options());
    expect(bodies()).toMatchObject([["/openapi/v2/text-to-3d", { mode: "refine" }]]);
  });

  it("ends the job where the service can, when it is cancelled", async () => {
    services.behave({ endless: true });
    const stop = new AbortController();
    const scene = { picture: await picture() };
    const progress = () => stop.abort();
    const stopped = await failure(
      makeAsset(request({ scene }), settings("sam3d"), options({ signal: stop.signal, progress })),
    );
    expect(stopped.code).toBe("interrupted");
    expect(services.asked.at(-1)).toMatchObject({ method: "PUT", path: expect.stringMatching(/\/cancel$/) });
    expect(readdirSync(join(cache, "made"))).toEqual([]);
  });

  it("is refused where what is fetched is no .glb, is cut off, is too large or lies elsewhere", async () => {
    const made = (more = {}) => failure(makeAsset(request(), settings("meshy", more), options()));
    for (const model of [Buffer.from("<html>"), tinyGlb().subarray(0, 80), Buffer.alloc(0)]) {
      services.behave({ model });
      expect((await made()).message).toContain("is no whole .glb");
    }
    services.behave({ model: Buffer.alloc(40_000) });
    expect(await made({ megabytes: 0.01 })).toMatchObject({ message: expect.stringContaining("more than 0.01 MB") });
    services.behave({ link: "file:///etc/passwd" });
    expect((await made()).message).toContain("gives no address");
    expect(readdirSync(join(cache, "made"))).toEqual([]);
  });

  it("needs a key in the environment, which the message names", async () => {
    const absent = await failure(makeAsset(request(), settings("meshy"), options({ env: {} })));
    expect(absent).toMatchObject({ code: "model_auth", hint: expect.stringContaining("export THE_KEY=") });
    expect(services.asked).toEqual([]);
  });

  it("is asked of the first service that can, and each other says why it cannot", () => {
    const all = [settings("sam3d"), settings("tripo"), settings("meshy")];
    expect(serviceFor(all, request())).toMatchObject({ service: { kind: "tripo" } });
    expect(serviceFor(all, request({ picture: Buffer.from("x") }))).toMatchObject({ service: { kind: "sam3d" } });
    expect(serviceFor(all, request({ action: "rise" }))).toMatchObject({ service: { kind: "meshy" } });
    const none = serviceFor(all, request({ action: "juggle" }));
    expect("refused" in none && none.refused).toHaveLength(3);
  });
});
