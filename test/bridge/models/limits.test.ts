import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createModel } from "../../../bridge/models/client.ts";
import type { ChatReply } from "../../../bridge/models/contract.ts";
import { VigaError } from "../../../config/errors.ts";
import { call, hermes } from "../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../servers/openai.ts";
import { picture, quickDeps, request, testProfile, user } from "./setup.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer({
    m: {},
    small: { context: 8192 },
    one: { maxImages: 1 },
    blind: { imagesDropped: true },
    strict: { refuses: ["temperature", "max_tokens", "stream_options"] },
    plain: { noTools: true },
  });
});
afterAll(() => server.close());
beforeEach(() => server.requests.splice(0));

const program = { thought: "a cube", code: "import bpy\nbpy.ops.mesh.primitive_cube_add()" };
const codes = (reply: ChatReply): string[] => reply.problems.map((problem) => problem.code);

function handle(model: string, over: Record<string, unknown> = {}) {
  const quick = quickDeps();
  return { ...quick, model: createModel(testProfile(server.url, model, over), quick.deps) };
}

describe("endpoints with limits", () => {
  it("an 8192-token endpoint takes a 3200x2082 target at once", async () => {
    const { model } = handle("small", { context_tokens: 8192, tools: "inline" });
    server.script("small", hermes("execute_code", program));
    const target = await picture(3200, 2082, "target");
    const reply = await model.chat(request({ messages: [{ role: "user", parts: [target] }] }));
    expect(reply.calls[0]?.name).toBe("execute_code");
    expect(server.requests.length).toBe(1);
    expect(server.requests[0]!.images.map(({ width, height }) => [width, height])).toEqual([[512, 333]]);
    expect(reply.receipts[0]).toMatchObject({ width: 512, height: 333, sha256: server.requests[0]!.images[0]!.sha256 });
  });

  it("the same endpoint takes it even where the profile lets pictures through at full size", async () => {
    const { model } = handle("small", { context_tokens: 8192, image_max_px: 4096 });
    server.script("small", call("end_process", { reason: "x" }));
    await model.chat(request({ messages: [{ role: "user", parts: [await picture(3200, 2082, "target")] }] }));
    expect(server.requests.length).toBe(1);
  });

  it("native tools that an endpoint does not have are replaced by inline ones at once", async () => {
    const { model } = handle("plain");
    server.script("plain", hermes("end_process", { reason: "x" }));
    const reply = await model.chat(request());
    expect(reply).toMatchObject({ style: "inline" });
    expect(codes(reply)).toEqual(["stepped_down"]);
    expect(model.state.style).toBe("inline");
  });

  it("refused request fields are left out or renamed, and remembered", async () => {
    const { model } = handle("strict");
    server.script("strict", call("end_process", { reason: "x" }), call("end_process", { reason: "x" }));
    const reply = await model.chat(request());
    expect(reply.calls[0]?.name).toBe("end_process");
    expect(codes(reply)).toEqual(["field_dropped", "field_dropped", "field_dropped"]);
    expect(server.requests.at(-1)!.body).toMatchObject({ max_completion_tokens: 2000 });
    server.requests.splice(0);
    await model.chat(request());
    expect(server.requests.length).toBe(1);
  });

  it("an endpoint that takes one picture gets all of them side by side", async () => {
    const { model } = handle("one");
    server.script("one", call("end_process", { reason: "x" }));
    const parts = await Promise.all([
      picture(400, 300, "target"),
      picture(400, 300, "render"),
      picture(300, 300, "old", 1),
    ]);
    const reply = await model.chat(request({ messages: [{ role: "user", parts }] }));
    expect(reply.receipts.length).toBe(1);
    expect(reply.receipts[0]!.label).toContain("column 1: target; column 2: render");
    expect(codes(reply)).toContain("images_merged");
  });
});

describe("errors", () => {
  it("name what to do and never the key", async () => {
    const key = "sk-planted-0123456789abcdef";
    const guarded = await scriptedServer({ g: { key: "another" } });
    const quick = quickDeps();
    const profile = testProfile(guarded.url, "g", { key_env: ["G_KEY", "H_KEY"] });
    const model = createModel(profile, { ...quick.deps, env: { H_KEY: key } });
    const refused = await model.chat(request()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(VigaError);
    expect(refused).toMatchObject({ code: "model_auth", hint: "export G_KEY=... (or H_KEY)" });
    expect(guarded.requests[0]!.bearer).toBe(key);
    const everything = JSON.stringify([(refused as VigaError).toData(), (refused as Error).stack, quick.events, model]);
    expect(everything).not.toContain("planted");
    const missing = createModel(profile, quick.deps);
    await expect(missing.chat(request())).rejects.toMatchObject({
      code: "model_auth",
      hint: expect.stringContaining("G_KEY"),
    });
    await guarded.close();
    await expect(
      createModel({ ...profile, retries: 1 }, { ...quick.deps, env: { G_KEY: key } }).chat(request()),
    ).rejects.toMatchObject({
      code: "model_unreachable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("an unknown model name is no passing failure", async () => {
    const { model, waits } = handle("nobody");
    await expect(model.chat(request())).rejects.toMatchObject({ code: "model_unreachable", retry: "never" });
    expect(waits).toEqual([]);
  });

  it("an aborted call ends as interrupted, also while it streams", async () => {
    const { model } = handle("m", { timeouts: { stall_s: 30 } });
    const stop = new AbortController();
    server.script("m", { kind: "stall", text: "This will never be finished, whatever you do." });
    const chat = model.chat(request({ signal: stop.signal }));
    setTimeout(() => stop.abort(), 80);
    await expect(chat).rejects.toMatchObject({ code: "interrupted" });
  });

  it("an input that cannot fit is refused before it is sent", async () => {
    const { model } = handle("small", { context_tokens: 8192 });
    await expect(model.chat(request({ messages: [user("word ".repeat(40_000))] }))).rejects.toMatchObject({
      code: "model_context",
    });
    expect(server.requests).toEqual([]);
  });
});
