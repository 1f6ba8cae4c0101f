import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VigaError } from "../../config/errors.ts";
import { plainJson, plainLine, plainText } from "../../config/plain-text.ts";
import { describeEvent } from "../../observers/describe.ts";
import { escaped } from "../../observers/report/html.ts";

/** Text in which every kind of control is frequent. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\u001b[31m",
        "\u001b]52;c;aGk=\u0007",
        "\u009b2J",
        "\u202e",
        "\u2066",
        "\u200f",
        "\r",
        "\n",
        "\t",
        "\u0000",
      ),
      fc.string({ unit: "binary" }),
    ),
  )
  .map((parts) => parts.join(""));

// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be left
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

describe("foreign text", () => {
  it("loses every control of a terminal and of the direction of writing, wherever it is shown", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(plainText(text)).not.toMatch(controls);
        expect(plainText(plainText(text))).toBe(plainText(text));
        expect(plainLine(text)).not.toMatch(/[\n\t]/);
        expect(plainLine(text)).not.toMatch(controls);
        const error = new VigaError("internal", text, { hint: text });
        expect(`${error.message}${error.hint}`).not.toMatch(controls);
        expect(escaped(text)).not.toMatch(controls);
        const event = { seq: 1, time: "2026-01-01T00:00:00.000Z", role: text, type: text, data: { reason: text } };
        expect(describeEvent(event as never)).not.toMatch(controls);
      }),
    );
  });

  it("keeps everything else, and JSON keeps its meaning", () => {
    expect(plainText("a\tb\r\nc\u001b[31md é 漢 👩‍🚀")).toBe("a\tb\nc[31md é 漢 👩‍🚀");
    fc.assert(
      fc.property(nasty, (text) => {
        expect(plainJson({ text })).not.toMatch(controls);
        expect(JSON.parse(plainJson({ text }))).toEqual({ text });
      }),
    );
  });
});
