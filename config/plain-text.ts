/** Controls of a terminal (ESC, OSC, C1 among them) and marks that turn the direction of writing; not tab and newline. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the purpose
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]/g;

/** Foreign text without what a terminal obeys or a reader cannot see; its lines and tabs stay. */
export function plainText(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").replace(unsafe, "");
}

/** Foreign text as one harmless line. */
export function plainLine(text: string): string {
  return text.replace(unsafe, " ").replaceAll(/\s+/g, " ").trim();
}

/** JSON that means the same and holds no such character: each is written as its escape. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(unsafe, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
