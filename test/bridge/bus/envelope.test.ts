import fc from "fast-check";
import { expect, test } from "vitest";
import { makeEnvelope, parseEnvelope } from "../../../bridge/bus/envelope.ts";
import { externalize, inlineLimit, internalize } from "../../../bridge/bus/offload.ts";
import { VigaError } from "../../../config/errors.ts";

function memoryStore() {
  const files = new Map<string, Buffer>();
  return {
    files,
    put: async (content: Buffer | string) => {
      const ref = `sha256:${files.size}`;
      files.set(ref, Buffer.from(content));
      return ref;
    },
    get: async (ref: string) => files.get(ref) ?? Buffer.alloc(0),
  };
}

test("an envelope comes back from its bytes as it was, and its trace is the run's", () => {
  const made = makeEnvelope({
    id: "r/memory/3",
    source: "r/memory",
    type: "context",
    subject: "r/generator",
    data: { a: 1 },
  });
  expect(parseEnvelope(Buffer.from(JSON.stringify(made)))).toEqual(made);
  const other = makeEnvelope({ id: "r/generator/9", source: "r/generator", type: "program", subject: "x", data: {} });
  expect(other.traceparent.slice(3, 35)).toBe(made.traceparent.slice(3, 35));
  expect(other.traceparent).not.toBe(made.traceparent);
});

test("any bytes are an envelope or a clear error, never a crash", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        try {
          parseEnvelope(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(VigaError);
        }
      },
    ),
  );
});

test("texts over 16 KiB travel as artifacts and come back, wherever they stand", async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 3 }), fc.integer({ min: 1, max: 5 }), async (value, times) => {
      const store = memoryStore();
      const data = { value, deep: [{ text: "é".repeat(inlineLimit * times) }] };
      const small = await externalize(data, store);
      expect(Buffer.byteLength(JSON.stringify((small as { deep: unknown }).deep))).toBeLessThan(200);
      expect(store.files.size).toBeGreaterThan(0);
      expect(await internalize(small, store)).toEqual(data);
    }),
    { numRuns: 30 },
  );
});
