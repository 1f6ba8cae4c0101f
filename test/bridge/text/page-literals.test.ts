import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  colourOf,
  colourText,
  numberOf,
  numberText,
  pageLiterals,
  withTexts,
} from "../../../bridge/text/page-literals.ts";

const page = `<!DOCTYPE html><!-- width: 9px --><style>
/* color: #123456 */ @font-face { font-size: 1px } @media (min-width: 10px) { .a, .b { margin: -4px 0 2em; } }
@media print { p { width: 7px } } p{color:#FFF;background:url(a1.png) rgba(1, 2, 3, 0.5);z-index:3}
</style><script>const width = "5px";</script><td width=120 class="c1" style='padding-top:1.5px; content: "8px"' bgcolor="#00ff00">`;
const { literals, holders } = pageLiterals(page);

describe("numbers and colours of a page", () => {
  it("are found in sheets and attributes, with their rules, and nowhere else", () => {
    expect(literals.map(({ property, text, selector }) => [property, text, selector])).toEqual([
      ["margin", "-4px", ".a, .b"],
      ["margin", "2em", ".a, .b"],
      ["color", "#FFF", "p"],
      ["background", "rgba(1, 2, 3, 0.5)", "p"],
      ["width", "120", null],
      ["padding-top", "1.5px", null],
      ["bgcolor", "#00ff00", null],
    ]);
    for (const { text, start, end } of literals) expect(page.slice(start, end)).toBe(text);
    expect(holders.map(({ attribute }) => attribute)).toEqual(["", "width", "style", "bgcolor"]);
    for (const { tag } of holders) expect(page.slice(tag - 6, tag)).toMatch(/<(style|td)$/);
  });

  it("are replaced where they stand", () => {
    const texts = new Map([
      [0, "5px"],
      [6, "#000000"],
    ]);
    const changed = withTexts(page, literals, texts);
    expect(changed).toContain("margin: 5px 0 2em");
    expect(changed).toContain('bgcolor="#000000"');
    expect(changed.length).toBe(page.length - 1);
  });

  it("keep their form", () => {
    expect(numberOf({ text: "-1.5em" })).toEqual({ value: -1.5, unit: "em" });
    expect(numberText(2.00049, "px")).toBe("2px");
    expect(colourOf({ text: "#abc" })).toEqual([170, 187, 204]);
    expect(colourText({ text: "rgba(1, 2, 3, 0.5)" }, [300, 10.4, -1])).toBe("rgba(255, 10, 0, 0.5)");
    expect(colourText({ text: "#abc" }, [1, 2, 3])).toBe("#010203");
    const tailwind = "rgb(255 255 255/var(--bg-opacity))";
    expect(pageLiterals(`<p style="color: ${tailwind}; top: 2px">`).literals[0]!.text).toBe(tailwind);
    expect(colourOf({ text: tailwind })).toEqual([255, 255, 255]);
    expect(colourText({ text: tailwind }, [1, 2, 3])).toBe("rgba(1, 2, 3, var(--bg-opacity))");
    expect(colourText({ text: "rgb(1, 2, 3)" }, [4, 5, 6])).toBe("#040506");
  });

  it("are read from any text: places hold what they say, and nothing given changes nothing", () => {
    const bits = fc.constantFrom(
      "<style>",
      "</style>",
      "{",
      "}",
      "a",
      ":",
      ";",
      "width",
      "5px",
      "<p style='",
      "'>",
      "#fff",
      "/*",
      "*/",
      "@media",
      "<!--",
      "-->",
      '"',
      " ",
    );
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 40 }), (parts) => {
        const text = parts.join("");
        const found = pageLiterals(text);
        for (const { start, end, text: written } of found.literals) expect(text.slice(start, end)).toBe(written);
        expect(withTexts(text, found.literals, new Map())).toBe(text);
      }),
    );
  });
});
