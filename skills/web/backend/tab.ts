import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, CDPSession, Page, Route } from "playwright-core";
import { z } from "zod";
import { fileFor } from "../../worker/task-files.ts";
import { listen, noTroubles, note, shown, type Troubles } from "./troubles.ts";

/** How far a page reaches, as inpage/size.js says. */
export const reach = z.object({ width: z.number().int().nonnegative(), height: z.number().int().nonnegative() });
/** How high a picture may be, in CSS pixels. */
export const mostHeight = 16_000;
/** Height of the window that a page is laid out for; its picture is as high as the page. */
const windowHeight = 720;
/** Programs that one context shows, each at an address of its own. */
const mostPrograms = 50;
/** Milliseconds within which fonts and decoded pictures are waited for once the page has loaded. */
const settleMs = 2000;
/** What may have work to do at the next frame: scripts, wherever they are written, and what brings pages of its own. */
const asksForFrames = /<(script|iframe|frame|object|embed|svg)\b|\bon\w+\s*=|javascript:/i;
/** Milliseconds that leaving a page may take; one that does not let go takes its browser with it. */
const leaveMs = 5000;

export interface OpenRequest {
  program: string;
  assets?: readonly string[] | undefined;
  /** Width of the layout in CSS pixels. */
  width: number;
  /** Picture pixels a CSS pixel. */
  scale: number;
}

/** A part of a page in CSS pixels; without a bottom it reaches to the page's end. */
export interface Part {
  left: number;
  top: number;
  right: number;
  bottom: number | null;
}

/**
 * A page of the browser that shows one program after the other. Each has an address, and so an origin, of its own:
 * storage, workers and caches of one are none of another's, cookies are taken away in between. Between two it is blank.
 * A context that did anything odd, or has shown many, is given up for a fresh one.
 */
export class Tab {
  readonly #browser: Browser;
  #context: BrowserContext | undefined;
  #page: Page | undefined;
  #session: CDPSession | undefined;
  /** The page's own frame, which stays the same from one program to the next. */
  #frame = "";
  /** What the page is laid out for now. */
  #metrics = "";
  #world = 0;
  #opened = 0;
  #shown = 0;
  #home = "";
  #given = true;
  #request: OpenRequest = { program: "", width: 1, scale: 1 };
  troubles: Troubles = noTroubles();

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Address that the program which is open lies at. */
  get home(): string {
    return this.#home;
  }

  get width(): number {
    return this.#request.width;
  }

  /** Opens a program and waits until it has loaded. The caller keeps the time, and closes it. */
  async open(request: OpenRequest): Promise<void> {
    const page = this.#page ?? (await this.#fresh());
    this.#opened += 1;
    this.#shown += 1;
    this.#home = `http://p${this.#opened}.page.viga/`;
    this.#given = false;
    this.#request = request;
    this.troubles = noTroubles();
    await this.layOut(windowHeight);
    await page.goto(this.#home, { waitUntil: "commit", timeout: 0 });
    const world = { frameId: this.#frame, worldName: "viga" };
    const made = this.#ask("Page.createIsolatedWorld", world);
    const [{ executionContextId }] = await Promise.all([made, page.waitForLoadState("load", { timeout: 0 })]);
    this.#world = executionContextId;
    await this.call("settle", { milliseconds: settleMs, frame: asksForFrames.test(request.program) });
  }

  /** Leaves the program: nothing of it goes on. Throws where it does not let go. */
  async close(): Promise<void> {
    const odd = this.troubles.tried.size > 0;
    const page = this.#page;
    if (page === undefined) return;
    if (odd || this.#shown >= mostPrograms) {
      const context = this.#context;
      this.#page = undefined;
      this.#context = undefined;
      this.#shown = 0;
      await within(leaveMs, Promise.resolve(context?.close()));
      return;
    }
    await page.goto("about:blank", { timeout: leaveMs });
    // The one thing that a window keeps from page to page.
    await page.evaluate("window.name = ''");
    const origin = this.#home.slice(0, -1);
    await within(
      leaveMs,
      Promise.all([
        this.#ask("Storage.clearDataForOrigin", { origin, storageTypes: "all" }),
        this.#ask("Network.clearBrowserCookies"),
        this.#ask("Page.resetNavigationHistory"),
        // As the next page most often will be: nobody waits for it now.
        this.layOut(windowHeight),
      ]),
    );
  }

  /** Lays the page out for a window of this height. */
  async layOut(height: number): Promise<void> {
    const { width, scale } = this.#request;
    const metrics = { width, height, deviceScaleFactor: scale, mobile: false };
    if (this.#metrics === JSON.stringify(metrics)) return;
    await this.#ask("Emulation.setDeviceMetricsOverride", metrics);
    this.#metrics = JSON.stringify(metrics);
  }

  /** Calls a function of a file in `inpage/` beside the page's own scripts, which can neither see nor change it. */
  async call(name: string, args: unknown): Promise<unknown> {
    const { result, exceptionDetails } = await this.#ask("Runtime.evaluate", {
      expression: `(${inPage(name)})(${JSON.stringify(args)})`,
      contextId: this.#world,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails === undefined) return result.value;
    throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  }

  /** A number for where everything stands, equal for equal layouts. */
  boxes(): Promise<unknown> {
    return this.call("boxes", {});
  }

  /**
   * PNG of the page from its top left corner down to a height, the rest of the window as it was laid out.
   * @param boxes of the page as it stands
   */
  async picture(height: number, boxes: unknown): Promise<Buffer> {
    if (height <= windowHeight) return this.#capture(height, false);
    if (/\bfixed\b/.test(this.#request.program)) return this.#capture(height, true);
    // A window as high as the page is drawn in a third of the time, where the page does not care how high its window is.
    await this.layOut(height);
    const [picture, now] = await Promise.all([this.#capture(height, false), this.boxes()]);
    if (now === boxes) return picture;
    await this.layOut(windowHeight);
    return this.#capture(height, true);
  }

  /** PNG of the page as it stands now, or of a part of it, and how high the page is; `scale` in picture pixels a CSS pixel. */
  async shot(scale: number, part?: Part): Promise<{ png: Buffer; height: number }> {
    const far = reach.parse(await this.call("size", {}));
    const height = Math.max(1, Math.min(far.height, mostHeight));
    const { left, top, right, bottom } = part ?? { left: 0, top: 0, right: this.#request.width, bottom: null };
    const y = Math.min(top, height - 1);
    const down = Math.max(1, Math.min(bottom ?? height, height) - y);
    const clip = { x: left, y, width: right - left, height: down, scale };
    const asked = { format: "png", optimizeForSpeed: true, captureBeyondViewport: true, clip } as const;
    return { png: Buffer.from((await this.#ask("Page.captureScreenshot", asked)).data, "base64"), height };
  }

  async #capture(height: number, beyond: boolean): Promise<Buffer> {
    const { data } = await this.#ask("Page.captureScreenshot", {
      format: "png",
      optimizeForSpeed: true,
      captureBeyondViewport: beyond,
      clip: { x: 0, y: 0, width: this.#request.width, height, scale: 1 },
    });
    return Buffer.from(data, "base64");
  }

  async #fresh(): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport: null,
      serviceWorkers: "block",
      acceptDownloads: false,
      locale: "en-US",
      timezoneId: "UTC",
      colorScheme: "light",
    });
    // A page that is closing has no use for an answer.
    await context.route("**/*", (route) => this.#answer(route).catch(() => undefined));
    const page = await context.newPage();
    listen(context, page, () => this.troubles);
    this.#session = await context.newCDPSession(page);
    await this.#ask("Network.setCacheDisabled", { cacheDisabled: true });
    this.#frame = (await this.#ask("Page.getFrameTree")).frameTree.frame.id;
    this.#metrics = "";
    this.#context = context;
    this.#page = page;
    return page;
  }

  /** The page itself and the task's files are all that any address leads to. */
  #answer(route: Route): Promise<void> {
    const request = route.request();
    const url = request.url();
    const { program, assets } = this.#request;
    const moves = request.isNavigationRequest();
    if (url === this.#home && moves && !this.#given) {
      this.#given = true;
      return route.fulfill({ contentType: "text/html; charset=utf-8", body: program });
    }
    const whole = moves && request.frame().parentFrame() === null;
    const file = whole ? null : fileFor(url, this.#home, assets);
    if (file !== null) {
      const headers = { "access-control-allow-origin": "*" };
      return route.fulfill({ contentType: file.type, body: file.bytes, headers });
    }
    if (moves) note(this.troubles.tried, `go to ${shown(url)}`);
    else if (!url.startsWith(this.#home)) note(this.troubles.elsewhere, shown(url));
    else if (!url.endsWith("/favicon.ico")) note(this.troubles.missing, shown(url.slice(this.#home.length)));
    return route.abort("failed");
  }

  get #ask(): CDPSession["send"] {
    const session = this.#session;
    if (session === undefined) throw new Error("no page is open");
    return session.send.bind(session) as CDPSession["send"];
  }
}

/** The work's end, or an error when it takes longer. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the page does not let go")), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const texts = new Map<string, string>();

/** The text of a function that runs in pages. */
function inPage(name: string): string {
  const known = texts.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(new URL(`../inpage/${name}.js`, import.meta.url), "utf8")
    .trim()
    .replace(/;$/, "");
  texts.set(name, text);
  return text;
}
