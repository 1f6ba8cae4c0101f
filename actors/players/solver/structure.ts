import { opensValue, pythonTokens, type Token } from "../../../bridge/text/python-tokens.ts";

/**
 * A Python program with every number blanked out: two programs with the same skeleton differ in numbers only. Signs and
 * parentheses that belong to a number alone go with it; comments and blanks within a line do not count, indentation does.
 */
export function skeletonOf(program: string): string {
  const lines: Token[][] = [[]];
  for (const token of pythonTokens(program.replace(/\r\n?/g, "\n"))) {
    const line = lines.at(-1)!;
    if (token.kind === "newline") lines.push([]);
    else if (token.kind === "blank" ? line.length === 0 : token.kind !== "comment") line.push(token);
  }
  return lines
    .filter((line) => line.some((token) => token.kind !== "blank"))
    .map((line) => withoutSigns(line).join("\u0000"))
    .join("\n");
}

/** A line's words, each number as "#". */
function withoutSigns(line: readonly Token[]): string[] {
  const out: Token[] = [];
  const number = (token: Token | undefined) => token?.kind === "number";
  const sign = (token: Token | undefined) => token?.text === "-" || token?.text === "+";
  const opens = (token: Token | undefined) => token?.kind === "blank" || opensValue(token);
  for (const token of line) {
    if (number(token) && sign(out.at(-1)) && opens(out.at(-2))) out.pop();
    out.push(token);
    // "(#)" where no call can be: a number in parentheses.
    if (token.text === ")" && number(out.at(-2)) && out.at(-3)?.text === "(" && opens(out.at(-4))) {
      out.splice(-3, 3, out.at(-2)!);
      if (sign(out.at(-2)) && opens(out.at(-3))) out.splice(-2, 1);
    }
  }
  return out.map(({ kind, text }) =>
    kind === "number"
      ? "#"
      : kind === "blank"
        ? `<${text.replaceAll("\t", "        ").length}>`
        : kind === "name"
          ? `${text} `
          : text,
  );
}
