import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBus } from "../../../bridge/bus/connection.ts";
import { type TestBus, testBus } from "../../harness/bus.ts";

let at: TestBus;
let page: Server;
beforeAll(async () => {
  at = await testBus();
  page = createServer((_, response) => response.end("a page")).listen(0, "127.0.0.1");
});
afterAll(async () => {
  page.close();
  await at.close();
});

const port = (url: string) => new URL(url).port;

it("tls:// is never spoken in the clear to a server that offers no TLS", async () => {
  const url = `tls://127.0.0.1:${port(at.server.url)}`;
  await expect(openBus({ url, token: at.server.token }, { name: "t" })).rejects.toMatchObject({
    code: "bus_unreachable",
    message: `the server at ${url} offers no TLS`,
  });
});

it("a wrong token, a port of another kind and one where nobody listens are told apart", async () => {
  const wrong = openBus({ url: at.server.url, token: "wrong" }, { name: "t" });
  await expect(wrong).rejects.toMatchObject({ message: expect.stringContaining("cannot log in to the bus") });
  const other = `nats://127.0.0.1:${(page.address() as AddressInfo).port}`;
  await expect(openBus({ url: other }, { name: "t" })).rejects.toMatchObject({
    message: `cannot reach the bus at ${other}`,
    hint: expect.stringContaining("is a NATS server running there"),
  });
  await expect(openBus({ url: "nats://127.0.0.1:1" }, { name: "t" })).rejects.toMatchObject({ retry: "same" });
});
