// The solver compares programs without their numbers and the report names the numbers that moved: both read Python here.

const pattern =
  /(?:[rRbBfFuU]{0,2}("""|''')[\s\S]*?(?:\1|$))|((?:[rRbBfFuU]{0,2}(?:"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?)))|(#[^\n]*)|([A-Za-z_]\w*)|(0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJ]?)|([^\S\n]+)|(\n)|([\s\S])/g;

export type TokenKind = "string" | "comment" | "name" | "number" | "blank" | "newline" | "mark";

export interface Token {
  kind: TokenKind;
  text: string;
  /** Offset in the program. */
  at: number;
}

/** A Python program in pieces, tolerantly: every character is in exactly one of them. A program has no "\r". */
export function pythonTokens(program: string): Token[] {
  return [...program.matchAll(pattern)].map((found) => {
    const [text, triple, string, comment, name, number, blank, newline] = found;
    const kind: TokenKind =
      triple !== undefined || string !== undefined
        ? "string"
        : comment !== undefined
          ? "comment"
          : name !== undefined
            ? "name"
            : number !== undefined
              ? "number"
              : blank !== undefined
                ? "blank"
                : newline !== undefined
                  ? "newline"
                  : "mark";
    return { kind, text, at: found.index };
  });
}

/** Names after which a sign belongs to the number behind it. */
const before = new Set("return in and or not if else elif while lambda yield assert is".split(" "));

/** Whether a value may begin behind this token, so that a minus there is a sign and a parenthesis is no call. */
export function opensValue(token: Pick<Token, "kind" | "text"> | undefined): boolean {
  if (token === undefined || token.kind === "newline") return true;
  return token.kind === "name"
    ? before.has(token.text)
    : token.kind === "mark" && /^[([{,:=+\-*/%<>!&|^~]$/.test(token.text);
}
