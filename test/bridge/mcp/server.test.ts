import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ForeignServer } from "../../../bridge/mcp/server.ts";
import { type SkillServer, skillServer } from "../../../config/skills.ts";

const root = resolve(import.meta.dirname, "../../..");
const everything = join(root, "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const trouble = join(root, "test/servers/mcp.ts");
const signal = new AbortController().signal;

let dir: string;
let open: ForeignServer[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-mcp-"));
  open = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(open.map((server) => server.close()));
  await rm(dir, { recursive: true, force: true });
});

function serverOf(settings: object): ForeignServer {
  const server = new ForeignServer("mine", skillServer.parse(settings) as SkillServer);
  open.push(server);
  return server;
}
const program = (...args: string[]) => ({ command: [process.execPath, ...args] });
const calls = () => readFileSync(join(dir, "calls"), "utf8").trim().split("\n");

describe("a server from the registry", () => {
  it("lists its tools and answers with text and pictures, over stdin and stdout", async () => {
    const server = serverOf(program(everything, "stdio"));
    const tools = await server.list();
    expect(tools.find(({ name }) => name === "get-sum")?.parameters).toMatchObject({
      type: "object",
      required: ["a", "b"],
    });
    expect(await server.call("get-sum", { a: 2, b: 40 }, signal)).toMatchObject({
      ok: true,
      text: expect.stringContaining("42"),
    });
    const { images } = await server.call("get-tiny-image", {}, signal);
    expect(images.map(({ media }) => media)).toEqual(["image/png"]);
    expect((await sharp(images[0]!.bytes).metadata()).width).toBeGreaterThan(4);
  });

  it("answers a wrong call with what is wrong, and goes on", async () => {
    const server = serverOf(program(everything, "stdio"));
    expect(await server.call("get-sum", { a: "two" }, signal)).toMatchObject({
      ok: false,
      text: expect.stringMatching(/expected number|Invalid/),
    });
    expect((await server.call("get-sum", { a: 1, b: 1 }, signal)).ok).toBe(true);
  });

  it("answers over streamable HTTP too", async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [everything, "streamableHttp"], {
      env: { PORT: String(port) },
      stdio: "ignore",
    });
    try {
      await vi.waitFor(() => fetch(`http://127.0.0.1:${port}/mcp`), { timeout: 20_000, interval: 100 });
      vi.stubEnv("MY_TOKEN", "Bearer x");
      const server = serverOf({ url: `http://127.0.0.1:${port}/mcp`, headers: { Authorization: "MY_TOKEN" } });
      expect((await server.list()).map(({ name }) => name)).toContain("echo");
      expect((await server.call("echo", { message: "hello" }, signal)).text).toContain("hello");
    } finally {
      await ended(child);
    }
  });

  it("sees the variables that are named for it, PATH, HOME and LANG, and no others", async () => {
    vi.stubEnv("MY_KEY", "given");
    vi.stubEnv("OPENAI_API_KEY", "sk-planted");
    vi.stubEnv("LANG", "C.UTF-8");
    vi.stubEnv("USER", "somebody");
    const server = serverOf({ ...program(trouble), env: ["MY_KEY"] });
    const { text } = await server.call("env", {}, signal);
    expect(text.split(" ").filter((name) => !name.startsWith("__"))).toEqual(["HOME", "LANG", "MY_KEY", "PATH"]);
  });
});

describe("a server in trouble", () => {
  it("that hangs is an answer after its time, and a fresh one serves the next call", async () => {
    const server = serverOf({ ...program(trouble, "sound", join(dir, "calls")), seconds: 6 });
    const hung = await server.call("hang", {}, signal);
    expect(hung).toMatchObject({ ok: false, text: expect.stringContaining("no answer within 6 s") });
    expect(await server.call("echo", { what: "x" }, signal)).toMatchObject({ ok: true, text: '{"what":"x"}' });
    expect(calls()).toEqual(["hang", "echo"]);
  });

  it("that hung and closes late leaves the fresh one alone", async () => {
    const started = join(dir, "started");
    const server = serverOf({ ...program(trouble, "counted", started), seconds: 4 });
    await server.call("hang", {}, signal);
    for (const _ of [1, 2, 3]) expect((await server.call("echo", {}, signal)).ok).toBe(true);
    expect(readFileSync(started, "utf8").trim().split("\n")).toEqual([
      ...["start", "hang", "start", "echo", "echo", "echo"],
    ]);
  });

  it("that dies is an answer with its last words, and a fresh one serves the next call", async () => {
    const server = serverOf(program(trouble));
    expect(await server.call("die", {}, signal)).toMatchObject({
      ok: false,
      text: expect.stringContaining("out of paint"),
    });
    expect((await server.call("echo", {}, signal)).ok).toBe(true);
  });

  it("that answers nonsense, half a picture or a book is an answer", async () => {
    const server = serverOf(program(trouble));
    expect(await server.call("nonsense", {}, signal)).toMatchObject({
      ok: false,
      text: expect.stringContaining("no result"),
    });
    expect(await server.call("broken", {}, signal)).toEqual({
      ok: true,
      text: "[a picture that cannot be shown]",
      images: [],
    });
    expect((await server.call("long", {}, signal)).text).toHaveLength(200_000);
  });

  it("that lists nothing has no tools; one that lists nonsense says so", async () => {
    expect(await serverOf(program(trouble, "empty")).list()).toEqual([]);
    await expect(serverOf(program(trouble, "babble")).list()).rejects.toMatchObject({ code: "engine_failed" });
  });

  it.each([
    [{ command: ["no-such-server"] }, /no-such-server.*ENOENT/],
    [{ ...program("-e", "console.error('no licence'); process.exit(4)") }, /no licence/],
    [{ ...program(trouble, "deaf"), seconds: 1 }, /no answer within 1 s/],
    [{ url: "http://127.0.0.1:9/mcp" }, /127\.0\.0\.1:9/],
    [{ ...program(trouble), env: ["NO_SUCH_KEY"] }, /NO_SUCH_KEY not set/],
  ])("that cannot be started is missing: %j", async (settings, why) => {
    await expect(serverOf(settings).start()).rejects.toMatchObject({
      code: "dependency_missing",
      message: expect.stringMatching(why),
    });
    const called = await serverOf(settings).call("echo", {}, signal);
    expect(called).toMatchObject({ ok: false, text: expect.stringMatching(why) });
  });

  it("is left at once when the run stops", async () => {
    const stop = new AbortController();
    const server = serverOf(program(trouble));
    await server.start();
    const hung = server.call("hang", {}, stop.signal);
    stop.abort();
    await expect(hung).rejects.toMatchObject({ code: "interrupted" });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    child.once("exit", () => done());
    child.kill("SIGKILL");
  });
}
