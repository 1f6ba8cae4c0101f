import type { BrowserContext, Page } from "playwright-core";

/** What a page tried that came to nothing, for its author, and what its scripts printed. */
export interface Troubles {
  /** Addresses of files of its own that the task does not have. */
  missing: Set<string>;
  /** Addresses elsewhere: there is no network. */
  elsewhere: Set<string>;
  /** Messages of scripts that failed, the first few. */
  script: string[];
  /** Things that a picture has no use for: windows, dialogs, downloads, going to another page. */
  tried: Set<string>;
  lines: string[];
}

export const noTroubles = (): Troubles => ({
  missing: new Set(),
  elsewhere: new Set(),
  script: [],
  tried: new Set(),
  lines: [],
});

/** Lines and characters of a page's own output that are kept. */
const mostLines = 200;
const mostLine = 2000;
const mostTroubles = 20;

/** Notes what happens in a context's one page; `now` gives the troubles of the program that is open. */
export function listen(context: BrowserContext, page: Page, now: () => Troubles): void {
  const say = (text: string) => {
    const { lines } = now();
    if (lines.length < mostLines) lines.push(text.slice(0, mostLine));
  };
  context.on("page", (other) => {
    if (other === page) return;
    note(now().tried, "open a window");
    void other.close().catch(() => undefined);
  });
  page.on("dialog", (dialog) => {
    const leaving = dialog.type() === "beforeunload";
    if (!leaving) note(now().tried, `show a dialog (${dialog.type()})`);
    void (leaving ? dialog.accept() : dialog.dismiss()).catch(() => undefined);
  });
  // Routing them would give the page a function that reaches the process which drives the browser.
  page.on("websocket", (socket) => note(now().elsewhere, shown(socket.url())));
  page.on("download", () => note(now().tried, "download a file"));
  page.on("console", (message) => say(message.text()));
  page.on("pageerror", (error) => {
    say(String(error.message));
    const { script } = now();
    if (script.length < mostTroubles) script.push(scriptError(error));
  });
}

/** "x is not defined (line 12)": the first place of the page's own text in the stack. */
function scriptError({ message, stack = "" }: Error): string {
  const line = /page\.viga\/:(\d+):\d+/.exec(stack)?.[1];
  return `${message.split("\n")[0]!.slice(0, 300)}${line === undefined ? "" : ` (line ${line})`}`;
}

export const shown = (url: string): string => (url.length > 120 ? `${url.slice(0, 117)}...` : url);

export function note(set: Set<string>, text: string): void {
  if (set.size < mostTroubles) set.add(text);
}
