import { describe, expect, it } from "vitest";
import { ReplyCounter } from "../../cli/eval/replies.ts";
import type { TapeEvent } from "../../observers/observer.ts";

let seq = 0;
const event = (type: string, data: Record<string, unknown>): TapeEvent => ({
  seq: ++seq,
  id: String(seq),
  time: "2026-11-26T10:00:00Z",
  run: "r",
  role: "generator",
  type,
  data: { model: "m", ...data },
});
const problems = (...codes: string[]) => ({ problems: codes.map((code) => ({ code, message: code })) });

describe("replies of models on a tape", () => {
  it("are counted by what was wrong with them, each once however often it was noted", () => {
    const counter = new ReplyCounter();
    counter.add([
      event("model.call", { key: "1", finish: "stop", tokens: { input: 10, output: 2 }, usd: 0.5 }),
      event("model.call", { key: "1", finish: "stop", tokens: { input: 10, output: 2 }, usd: 0.5 }),
      event("model.call", { key: "2", finish: "length", ...problems("cut_off", "json_broken") }),
      event("model.call", { key: "3", finish: "stop", ...problems("refusal", "no_call") }),
      event("model.call", { key: "4", finish: "content_filter" }),
      event("model.call", { call: "5", failed: "model_refused" }),
      event("model.retry", { key: "6", attempt: 1 }),
      event("model.call", { model: 7 }),
    ]);
    // A key is unique within one run only.
    counter.add([event("model.call", { key: "1", finish: "stop" })]);
    expect(counter.all()).toEqual([
      {
        model: "m",
        role: "generator",
        calls: 6,
        refused: 3,
        cutOff: 1,
        unread: 2,
        failed: 1,
        retries: 1,
        inputTokens: 10,
        outputTokens: 2,
        usd: 0.5,
      },
    ]);
  });

  it("are counted as an order effect where a pair of candidates was answered otherwise in the other order", () => {
    const counter = new ReplyCounter();
    const pair = (t: number, order_effect: boolean) =>
      event("candidates.compared", { t, best: 0, rival: 1, orders: ["first", "first"], order_effect });
    counter.add([pair(1, true), pair(1, true), pair(2, false)]);
    counter.add([pair(1, false)]);
    expect(counter.pairs()).toEqual({ pairs: 3, orderEffect: 1 });
  });
});
