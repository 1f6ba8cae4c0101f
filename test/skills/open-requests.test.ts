import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { expect, it } from "vitest";
import { openRequests } from "../../skills/open-requests.ts";

const request = (id: number): JSONRPCMessage => ({ jsonrpc: "2.0", id, method: "tools/call" });

it("a request is under way until it is answered or cancelled, by its client or by us", async () => {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const heard: JSONRPCMessage[] = [];
  ours.onmessage = (message) => void heard.push(message);
  const open = openRequests(ours);
  await open.none();
  for (const id of [1, 2, 3]) await theirs.send(request(id));
  await theirs.send({ jsonrpc: "2.0", method: "notifications/initialized" });
  expect(open.size).toBe(3);
  await theirs.send({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
  expect(open.size).toBe(2);
  await ours.send({ jsonrpc: "2.0", id: 2, result: {} });
  const none = open.none();
  open.cancel("its client is gone");
  await none;
  expect(open.size).toBe(0);
  expect(heard.at(-1)).toMatchObject({ method: "notifications/cancelled", params: { requestId: 3 } });
});
