import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { expect, it } from "vitest";
import { KeptMessages } from "../../skills/kept-messages.ts";

const said = (text: string): JSONRPCMessage => ({ jsonrpc: "2.0", method: "notifications/message", params: { text } });

async function after(kept: KeptMessages, id: string): Promise<[stream: string, ids: string[]]> {
  const ids: string[] = [];
  const stream = await kept.replayEventsAfter(id, { send: async (each) => void ids.push(each) });
  return [stream, ids];
}

it("a client is sent again what came after the message it had last, on the same stream", async () => {
  const kept = new KeptMessages();
  const first = await kept.storeEvent("a", said("1"));
  await kept.storeEvent("b", said("2"));
  const third = await kept.storeEvent("a", said("3"));
  expect(await after(kept, first)).toEqual(["a", [third]]);
  expect(await after(kept, third)).toEqual(["a", []]);
  expect(await kept.getStreamIdForEventId(third)).toBe("a");
  expect(await kept.getStreamIdForEventId("made-up")).toBeUndefined();
});

it("the oldest messages go first, and the newest stays however long it is", async () => {
  const kept = new KeptMessages();
  const first = await kept.storeEvent("a", said("1"));
  const second = await kept.storeEvent("a", said("x".repeat(5_000_000)));
  expect(await after(kept, first)).toEqual(["a", [second]]);
  const third = await kept.storeEvent("a", said("x".repeat(9_000_000)));
  expect(await kept.getStreamIdForEventId(second)).toBeUndefined();
  expect(await kept.getStreamIdForEventId(third)).toBe("a");
  const last = [];
  for (let index = 0; index < 1001; index++) last.push(await kept.storeEvent("b", said("")));
  expect(await kept.getStreamIdForEventId(third)).toBeUndefined();
  expect(await after(kept, last[1]!)).toEqual(["b", last.slice(2)]);
});
