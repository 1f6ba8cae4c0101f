import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { colouredTexts, recoloured } from "../../../evaluators/pages/recolour.ts";
import { parseSoup, soupHtml } from "../../../evaluators/pages/soup.ts";

/** What BeautifulSoup 4.11 over Python's html.parser makes of some HTML. */
const asOriginal: [string, string][] = [
  ["<p>a<p>b</b>c", "<p>a<p>bc</p></p>"],
  ["<br></br>x", "<br/>x"],
  ["a &amp; b &lt; &copy 2020 &nbsp;x &foo; &#147;q&#148; &#x41;", "a &amp; b &lt; © 2020 \u00a0x &amp;foo “q” A"],
  ["<div/>x<img src=a b/>", '<div></div>x<img b="" src="a"/>'],
  ["<script>if(a<b){x('</div>')}</script>", "<script>if(a<b){x('</div>')}</script>"],
  ["<!-- c --><![CDATA[x]]><?pi?>", "<!-- c --><![CDATA[x]]><?pi?>"],
  ["<pre>  \n </pre> \n <i>", "<pre>  \n </pre>\n<i></i>"],
  ['<meta charset="gb2312">', '<meta charset="utf-8"/>'],
  ["<b>1<i>2</b>3</i>4", "<b>1<i>2</i></b>34"],
];

describe("the parser whose tree decides the blocks", () => {
  it("is BeautifulSoup's over html.parser", () => {
    for (const [html, wanted] of asOriginal) expect(soupHtml(parseSoup(html)), html).toBe(wanted);
  });

  it("takes any text for a page, and reads what it wrote as it wrote it", () => {
    const bit = fc.constantFrom(
      "<p>",
      "</p>",
      "<div a='1'>",
      "</div>",
      "<br>",
      "<",
      ">",
      "&",
      "&amp;",
      "<!--",
      "-->",
      "<script>",
      "x ",
      '"',
      "=",
      "/",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(bit, { maxLength: 30 }).map((bits) => bits.join("")),
        ),
        (html) => {
          const once = soupHtml(parseSoup(html));
          expect(typeof once).toBe("string");
          recoloured(html, 50);
          colouredTexts(recoloured(html, 0));
        },
      ),
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("<p>", "</p>", "<div>", "</div>", "a", " & "), { maxLength: 20 }),
        (bits) => {
          const once = soupHtml(parseSoup(bits.join("")));
          expect(soupHtml(parseSoup(once))).toBe(once);
        },
      ),
    );
  });

  it("refuses a page that nests without end", () => {
    expect(() => parseSoup("<i>".repeat(5000))).toThrow(/nests more than/);
  });

  it("gives each text a colour of its own, the same in both copies but for the shift", () => {
    const html = "<body><p>one <b>two</b></p><em>three</em><!-- four --></body>";
    const [first, second] = [colouredTexts(recoloured(html, 0)), colouredTexts(recoloured(html, 50))];
    expect(first.map(({ text }) => text)).toEqual(["one", "two", "three"]);
    expect(first[0]!.colour).toEqual([250, 250, 250]);
    expect(first[1]!.colour).toEqual([250, 250, 234]);
    expect(first[2]!.colour).toBeNull();
    expect(second[0]!.colour).toEqual([44, 44, 44]);
  });
});
