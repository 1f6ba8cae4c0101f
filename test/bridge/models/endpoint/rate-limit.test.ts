import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createModel } from "../../../../bridge/models/client.ts";
import { backoffMs } from "../../../../bridge/models/endpoint/backoff.ts";
import { retryAfter } from "../../../../bridge/models/endpoint/failures.ts";
import { keyHint, keySource, readKey, redact } from "../../../../bridge/models/endpoint/keys.ts";
import { gateOf } from "../../../../bridge/models/endpoint/rate-limit.ts";
import type { Answer } from "../../../servers/answers.ts";
import { scriptedServer } from "../../../servers/openai.ts";
import { quickDeps, request, testProfile } from "../setup.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;

describe("waiting", () => {
  it("reads retry-after in all its forms, and none out of nonsense", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    const read = (headers: Record<string, string>) => retryAfter(new Headers(headers), now);
    expect(read({ "retry-after": "3" })).toBe(3000);
    expect(read({ "retry-after": "0.5" })).toBe(500);
    expect(read({ "retry-after": "Thu, 01 Jan 2026 00:00:20 GMT" })).toBe(20_000);
    expect(read({ "retry-after": "Thu, 01 Jan 2020 00:00:20 GMT" })).toBe(0);
    expect(read({ "retry-after-ms": "250", "retry-after": "9" })).toBe(250);
    expect(read({ "retry-after": "soon" })).toBeUndefined();
    expect(read({ "retry-after": "-4" })).toBeUndefined();
    expect(read({})).toBeUndefined();
  });

  it("grows with jitter, has a ceiling, and is never shorter than asked", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.option(fc.integer({ min: 0, max: 100_000 })),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempt, asked, random) => {
          const wait = backoffMs(attempt, asked ?? undefined, () => random);
          expect(wait).toBeGreaterThanOrEqual(asked ?? Math.min(30_000, 500 * 2 ** (attempt - 1)) / 4);
          expect(wait).toBeLessThanOrEqual(asked === null ? 30_000 : asked + 1000);
        },
      ),
    );
  });
});

describe("an endpoint's gate", () => {
  it("lets in as many calls at once as the profile says, over all models and handles of the process", async () => {
    const server = await scriptedServer({ a: {}, b: {} });
    const slow: Answer = { kind: "slow", text: "done and done and done and done and done", ms: 15 };
    server.otherwise("a", slow);
    server.otherwise("b", slow);
    const handles = ["a", "b", "a", "b"].map((model) =>
      createModel(testProfile(server.url, model, { concurrency: 2 }), quickDeps().deps),
    );
    await Promise.all(
      handles.flatMap((handle) => [handle, handle]).map((handle) => handle.chat(request({ tools: [] }))),
    );
    expect(server.requests.length).toBe(8);
    expect(server.mostOpen()).toBe(2);
    await server.close();
  });

  it("spreads calls per minute, in order, and a pause holds for all", async () => {
    const profile = testProfile("http://gate.test/v1", "g", { rpm: 2, concurrency: 9 });
    const gate = gateOf(profile);
    const entered: number[] = [];
    const stop = new AbortController();
    const waiting = [0, 1, 2].map((i) =>
      gate.enter(profile, stop.signal).then(
        (leave) => {
          entered.push(i);
          leave();
        },
        (error: { code: string }) => error.code,
      ),
    );
    await Promise.all(waiting.slice(0, 2));
    expect(entered).toEqual([0, 1]);
    stop.abort();
    expect(await waiting[2]).toBe("interrupted");
    const other = { ...profile, base_url: "http://pause.test/v1" };
    gateOf(other).pause(60);
    const before = Date.now();
    (await gateOf(other).enter(other, signal))();
    expect(Date.now() - before).toBeGreaterThanOrEqual(50);
    expect(gateOf({ ...other, base_url: "http://pause.test/v1/" })).toBe(gateOf(other));
  });

  it("a turn given back twice counts once, and an aborted call never enters", async () => {
    const profile = testProfile("http://twice.test/v1", "g", { concurrency: 1 });
    const leave = await gateOf(profile).enter(profile, signal);
    leave();
    leave();
    const held = await gateOf(profile).enter(profile, signal);
    let in2 = false;
    const second = gateOf(profile)
      .enter(profile, signal)
      .then((free) => {
        in2 = true;
        free();
      });
    await Promise.resolve();
    expect(in2).toBe(false);
    held();
    await second;
    await expect(gateOf(profile).enter(profile, AbortSignal.abort())).rejects.toMatchObject({ code: "interrupted" });
  });
});

describe("keys", () => {
  const profile = testProfile("http://x.test/v1", "k", { key_env: ["A_KEY", "B_KEY"], key_file: join(folder, "key") });
  it("come from the first variable set, then from the file, and are asked for by name", () => {
    expect(readKey(profile, { A_KEY: " ", B_KEY: " b " })).toBe("b");
    expect(keySource(profile, { B_KEY: "b" })).toBe("B_KEY");
    expect(() => readKey(profile, {})).toThrow(/key_file/);
    writeFileSync(join(folder, "key"), "from-file\nrest\n");
    expect(readKey(profile, {})).toBe("from-file");
    expect(keySource(profile, {})).toBe("key_file");
    expect(keyHint(profile)).toBe("export A_KEY=... (or B_KEY)");
    const bare = testProfile("http://x.test/v1", "k", { key_env: "C_KEY" });
    expect(() => readKey(bare, {})).toThrow(/no key for k/);
    expect(readKey({ ...bare, key_required: false }, {})).toBe("none");
    expect(keySource(bare, {})).toBeUndefined();
  });

  it.each(["\u201csk-abc\u201d", "sk-\u2022\u2022\u2022", "sk-abc\nsk-def", "sk abc"])(
    "that no request can carry are told as that, without being shown",
    (key) => {
      const pasted = testProfile("http://x.test/v1", "k", { key_env: "C_KEY" });
      expect(() => readKey(pasted, { C_KEY: key })).toThrow(
        /^the key for k in C_KEY holds characters that no key has$/,
      );
    },
  );

  it("are taken out of whatever an endpoint echoes, whole, in part or as a header", () => {
    expect(redact("bad key my-secret-value here", ["my-secret-value"])).toBe("bad key [key] here");
    expect(redact("Incorrect API key provided: sk-proj-abcd1234****wxyz.", [])).toBe(
      "Incorrect API key provided: [key].",
    );
    expect(redact("Authorization: Bearer abc.def", [])).toBe("Authorization: [key]");
    expect(redact("nothing of the kind", ["none"])).toBe("nothing of the kind");
  });
});
