import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { type LongMessage, lines } from "../../skills/long-lines.ts";

async function through(chunks: string[], most = 100): Promise<{ passed: string; told: LongMessage[] }> {
  const told: LongMessage[] = [];
  const passed = await Readable.from(chunks.map((chunk) => Buffer.from(chunk)))
    .pipe(lines({ most, whole: (line) => `${line.toString()}\n`, long: (line) => void told.push(line) }))
    .toArray();
  return { passed: Buffer.concat(passed).toString(), told };
}

const long = "#".repeat(9000);

describe("lines of a client", () => {
  it("pass whole, however they are cut, up to the limit", async () => {
    const most = "x".repeat(100);
    expect(await through(["one\ntw", "o\n", `${most}\n\nhalf`])).toEqual({
      passed: `one\ntwo\n${most}\n\n`,
      told: [],
    });
  });

  it.each([
    [
      "last, as the SDKs write it",
      `{"method":"tools/call","params":{"c":"${long}"},"jsonrpc":"2.0","id":7}`,
      "7",
      true,
    ],
    [
      "before the version",
      `{"method":"tools/call","params":{"c":"${long}"},"id":"a\\"b","jsonrpc":"2.0"}`,
      '"a\\"b"',
      true,
    ],
    ["first", `{"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"id": 9, "c": "${long}"}}`, "3", true],
    ["after the method", `{"jsonrpc":"2.0","method":"prompts/get","id":4,"params":{"c":"${long}"}}`, "4", false],
    ["nowhere", `{"jsonrpc":"2.0","method":"x","params":{"id":5,"c":"${long}"}}`, null, false],
  ])("over it are let go, and the request is known by an id that stands %s", async (_, line, id, isCall) => {
    const pieces = line.match(/[\s\S]{1,700}/g)!;
    const { passed, told } = await through(["before\n", ...pieces, "\nafter\n"]);
    expect(passed).toBe("before\nafter\n");
    expect(told).toEqual([{ bytes: line.length, id, isCall }]);
  });
});
