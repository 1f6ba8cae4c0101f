import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inputLimits } from "../../config/check-inputs.ts";
import { readMessages, tooLong } from "../../skills/messages.ts";

const ping = (id: number | string) => ({ jsonrpc: "2.0", id, method: "ping" });

describe("what a client sends as one message", () => {
  it("is a message, or a batch of them", () => {
    expect(readMessages(JSON.stringify(ping(1)))).toEqual({ messages: [ping(1)], refused: [] });
    const gone = { jsonrpc: "2.0", method: "notifications/initialized" };
    expect(readMessages(JSON.stringify([ping(1), gone, ping("a")]))).toEqual({
      messages: [ping(1), gone, ping("a")],
      refused: [],
    });
  });

  it.each([
    ["garbage", "this is not json", -32700, null],
    ["an empty batch", "[]", -32600, null],
    ["a batch that is too long", JSON.stringify(Array.from({ length: 101 }, (_, id) => ping(id))), -32600, null],
    ["another JSON-RPC", '{"jsonrpc":"1.0","id":5,"method":"ping"}', -32600, 5],
    ["no message at all", '"ping"', -32600, null],
  ])("is refused where it is %s, with the id that it shows", (_, text, code, id) => {
    const { messages, refused } = readMessages(text);
    expect(messages).toEqual([]);
    expect(refused).toEqual([{ jsonrpc: "2.0", id, error: { code, message: expect.any(String) } }]);
  });

  it("loses nothing of a batch but what is no message", () => {
    const { messages, refused } = readMessages(JSON.stringify([ping(1), { id: "x" }, ping(2)]));
    expect(messages).toEqual([ping(1), ping(2)]);
    expect(refused).toMatchObject([{ id: "x", error: { code: -32600 } }]);
  });

  it("never throws, and every text is read or refused", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { messages, refused } = readMessages(text);
        expect(messages.length + refused.length).toBeGreaterThan(0);
      }),
    );
  });

  it("is answered as the tool where a call was too long, else as the protocol", () => {
    const bytes = 9_000_000;
    const called = tooLong({ bytes, id: '"a"', isCall: true });
    expect(called).toMatchObject({ id: "a", result: { isError: true } });
    expect(called.result?.content[0]?.text).toContain(`a program may have ${inputLimits.program}`);
    expect(tooLong({ bytes, id: "4", isCall: false })).toMatchObject({ id: 4, error: { code: -32600 } });
    expect(tooLong({ bytes, id: null, isCall: true })).toMatchObject({ id: null, error: { code: -32600 } });
  });
});
