import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createModel } from "../../../bridge/models/client.ts";
import type { HandleState } from "../../../bridge/models/contract.ts";
import { freshState, merged } from "../../../bridge/models/model-state.ts";
import { call, text } from "../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../servers/openai.ts";
import { quickDeps, request, testProfile, user } from "./setup.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer({ m: {} });
});
afterAll(() => server.close());

const fresh = freshState(testProfile("http://x.test/v1", "m"));
const some = fc.option(fc.integer({ min: 1, max: 100 }));
const state: fc.Arbitrary<HandleState> = fc.record({
  style: fc.constantFrom("native" as const, "inline" as const, "json" as const),
  failures: fc.integer({ min: 0, max: 2 }),
  scale: fc.double({ min: 1, max: 4, noNaN: true }),
  contextTokens: some,
  outputTokens: some,
  maxImages: some,
  refused: fc.subarray(["temperature", "tool_choice"]),
});

describe("what a handle has learned", () => {
  it("alone is exactly what the chat ended with", () => {
    fc.assert(
      fc.property(state, state, (before, after) => {
        const alone = merged(before, before, after);
        expect(alone.style).toBe(after.style);
        if (
          after.style === before.style &&
          Math.abs(after.failures - before.failures) <= 1 &&
          after.failures >= before.failures
        ) {
          expect(alone.failures).toBe(after.failures);
        }
      }),
    );
  });

  it("never loosens a limit, whatever runs at the same time", () => {
    fc.assert(
      fc.property(state, state, state, (now, before, after) => {
        const next = merged(now, before, after);
        expect(next.scale).toBeGreaterThanOrEqual(Math.max(now.scale, after.scale));
        for (const key of ["contextTokens", "outputTokens", "maxImages"] as const) {
          for (const other of [now[key], after[key]]) if (other !== null) expect(next[key]).toBeLessThanOrEqual(other);
        }
      }),
    );
  });

  it("counts the failures of candidates that are written in parallel", async () => {
    const model = createModel(testProfile(server.url, "m"), quickDeps().deps);
    server.script("m", text("No call."), text("No call."), text("No call."), text("No call."));
    await Promise.all([0, 1, 2].map(() => model.chat(request())));
    expect(model.state).toMatchObject({ style: "native", failures: 3 });
    await model.chat(request());
    expect(model.state).toMatchObject({ style: "inline", failures: 0 });
  });

  it("comes back from a recorded reply", async () => {
    const one = createModel(testProfile(server.url, "m"), quickDeps().deps);
    server.script("m", text("No call."), text("No call."));
    await one.chat(request());
    const recorded = JSON.parse(JSON.stringify(await one.chat(request()))) as { handle: HandleState };
    const other = createModel(testProfile(server.url, "m"), quickDeps().deps);
    other.restore(recorded.handle);
    expect(other.state).toEqual(one.state);
    expect(other.state.failures).toBe(2);
  });

  it("a valid call ends the count, and a chat that forces a style does not touch it", async () => {
    const model = createModel(testProfile(server.url, "m"), quickDeps().deps, { ...fresh, failures: 2 });
    server.script("m", text("No call."), call("end_process", { reason: "x" }));
    await model.chat(request({ toolStyle: "json" }));
    expect(model.state).toMatchObject({ style: "native", failures: 2 });
    await model.chat(request());
    expect(model.state).toMatchObject({ style: "native", failures: 0 });
  });

  it("the estimate is corrected upward by what the server counts", async () => {
    const model = createModel(testProfile(server.url, "m"), quickDeps().deps);
    server.script("m", { kind: "text", text: "ok", usage: { input: 9000, output: 2 } });
    const before = await model.chat(request({ messages: [user("word ".repeat(2000))], tools: [] }));
    server.script("m", text("ok"));
    const after = await model.chat(request({ messages: [user("word ".repeat(2000))], tools: [] }));
    expect(after.estimated_tokens).toBeGreaterThanOrEqual(9000);
    expect(before.estimated_tokens).toBeLessThan(9000);
  });

  it("an environment meant for one maker's library does not reach another's endpoint", async () => {
    process.env.OPENAI_CUSTOM_HEADERS = "X-Secret-Header: abc";
    process.env.OPENAI_ORG_ID = "org-x";
    try {
      server.script("m", text("ok"));
      await createModel(testProfile(server.url, "m"), quickDeps().deps).chat(request({ tools: [] }));
    } finally {
      delete process.env.OPENAI_CUSTOM_HEADERS;
      delete process.env.OPENAI_ORG_ID;
    }
    expect(server.requests.at(-1)!.headers).not.toContain("x-secret-header");
    expect(server.requests.at(-1)!.headers).not.toContain("openai-organization");
  });
});
