import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createModel } from "../../../bridge/models/client.ts";
import { type Answer, call } from "../../servers/answers.ts";
import { type ScriptedServer, scriptedServer } from "../../servers/openai.ts";
import { quickDeps, request, testProfile } from "./setup.ts";

let server: ScriptedServer;
beforeAll(async () => {
  server = await scriptedServer({ m: {}, told: {}, stopped: {} });
});
afterAll(() => server.close());
beforeEach(() => server.requests.splice(0));

function handle(model: string, timeouts: Record<string, number>, quietMs = 10_000) {
  const quick = quickDeps();
  const profile = testProfile(server.url, model, { timeouts, retries: 5 });
  return { ...quick, model: createModel(profile, { ...quick.deps, quietMs }) };
}
const done = call("end_process", { reason: "x" });
const hang = (opens: boolean, drip?: string): Answer => ({
  kind: "hang",
  opens,
  ...(drip === undefined ? {} : { drip }),
});

describe("an endpoint that takes a request and never answers it", () => {
  it.each<[string, Answer, RegExp]>([
    ["sends nothing", hang(false), /^m: no answer within 0\.15 s \(tried 2 times\)$/],
    ["sends headers", hang(true), /no answer within 0\.15 s, though it began one and kept the connection/],
    ["sends comments", hang(true, ": keep-alive\n\n"), /no answer within 0\.15 s, though it began one/],
    ["sends pings", hang(true, "event: ping\ndata: {}\n\n"), /no answer within 0\.15 s, though it began one/],
  ])("and %s is given up after two tries, whatever retries says", async (_title, answer, words) => {
    server.otherwise("m", answer);
    const { model, events } = handle("m", { first_s: 0.15, stall_s: 30, total_s: 30 });
    await expect(model.chat(request())).rejects.toMatchObject({
      code: "model_timeout",
      message: expect.stringMatching(words),
    });
    expect(events.filter((event) => event.type === "retry")).toHaveLength(1);
  });

  it("is said to be waited for, with the limit; a first answer earlier than later ones", async () => {
    server.script("told", hang(true), done);
    const { model, events } = handle("told", { first_s: 0.3, stall_s: 30, total_s: 30 }, 20);
    expect((await model.chat(request())).calls[0]?.name).toBe("end_process");
    expect(events[0]).toEqual({ type: "waiting", first: true, limit_s: 0.3 });
    server.script("told", hang(true), done);
    await model.chat(request());
    expect(events.filter((event) => event.type === "waiting").at(-1)).toMatchObject({ first: false });
  });

  it("ends at once where the run is stopped", async () => {
    server.script("stopped", hang(true, ": keep-alive\n\n"));
    const { model } = handle("stopped", { first_s: 300, stall_s: 300, total_s: 600 });
    const stop = new AbortController();
    const chat = model.chat(request({ signal: stop.signal }));
    setTimeout(() => stop.abort(), 60);
    await expect(chat).rejects.toMatchObject({ code: "interrupted" });
  });
});

it("a model that thinks longer than a stall before its first word is waited for", async () => {
  const slow: Answer = {
    kind: "function",
    answer: async () => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return done;
    },
  };
  server.script("m", slow);
  const { model, waits } = handle("m", { first_s: 20, stall_s: 0.2, total_s: 30 });
  expect((await model.chat(request())).calls[0]?.name).toBe("end_process");
  expect(waits).toEqual([]);
});
