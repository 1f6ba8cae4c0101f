import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { askServed } from "../../../bridge/models/served.ts";
import { testProfile } from "./setup.ts";

let server: Server | undefined;
afterEach(() => server?.close());

/** An endpoint whose list is `list`, and which finds the models in `single` when asked for one. */
async function endpoint(list: unknown, single: readonly string[] = [], status = 200): Promise<string> {
  server = createServer((request, response) => {
    const one = /^\/v1\/models\/(.+)$/.exec(request.url ?? "")?.[1];
    const found = one === undefined || single.includes(decodeURIComponent(one));
    response.writeHead(found ? status : 404, { "content-type": "application/json" });
    const alias = one === undefined || /!/.test(one) ? {} : { id: decodeURIComponent(one) };
    response.end(JSON.stringify(one === undefined ? list : alias));
  });
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

const listOf = (...ids: string[]) => ({ object: "list", data: ids.map((id) => ({ id })) });
const ask = (url: string, model: string) => askServed(testProfile(url, model), {}, AbortSignal.timeout(5000));

describe("whether a server has a model", () => {
  it.each([
    ["as it is", "Qwen3-VL-8B-Instruct", "Qwen3-VL-8B-Instruct"],
    ["in another case", "qwen3-vl-8b-instruct", "Qwen3-VL-8B-Instruct"],
    ["with Google's folder", "gemini-3.8-flash", "models/gemini-3.8-flash"],
    ["with Ollama's tag", "qwen3-vl", "qwen3-vl:latest"],
  ])("is read from its list, %s", async (_how, model, id) => {
    expect(await ask(await endpoint(listOf("other", id)), model)).toEqual({ has: "yes" });
  });

  it.each([
    [
      "the id without its folder",
      "Qwen3-VL-8B-Instruct",
      ["Qwen/Qwen3-VL-8B-Instruct", "a"],
      "Qwen/Qwen3-VL-8B-Instruct",
    ],
    ["a near one", "gpt-6.1-sool", ["gpt-6.1-sol", "gpt-6-luna"], "gpt-6.1-sol"],
    ["the only one", "mine", ["/models/weights"], "/models/weights"],
    ["none, where none is near", "banana", ["gpt-6.1-sol", "gpt-6-luna"], undefined],
  ])("suggests %s", async (_what, model, ids, near) => {
    expect(await ask(await endpoint(listOf(...ids)), model)).toEqual({ has: "no", ids, near, sure: true });
  });

  it("has an alias that stands on no list and is found by itself", async () => {
    const url = await endpoint(listOf("gpt-6.1-sol-2026-09-29"), ["gpt-6.1-sol"]);
    expect(await ask(url, "gpt-6.1-sol")).toEqual({ has: "yes" });
  });

  it("is not sure where the server answers with something else when asked for the model", async () => {
    const url = await endpoint(listOf("a", "b"), ["odd!"]);
    expect(await ask(url, "odd!")).toMatchObject({ has: "no", sure: false });
  });

  it("is unknown where there is no list, an empty one or only a page of one", async () => {
    expect(await ask(await endpoint(listOf()), "m")).toEqual({ has: "unknown" });
    expect(await ask(await endpoint({ ...listOf("a"), has_more: true }), "m")).toEqual({ has: "unknown" });
    expect(await ask(await endpoint({ error: "x" }, [], 401), "m")).toEqual({ has: "unknown" });
    expect(await ask(await endpoint("nothing"), "m")).toEqual({ has: "unknown" });
  });
});
