import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import type { DrawCopies } from "../../../evaluators/pages/extract.ts";

const types: Record<string, string> = { ".jpg": "image/jpeg", ".png": "image/png" };
/** One page of the cases is 25,000 px wide. */
const drawMs = 180_000;
const origin = "http://page.invalid/";

/** The system's browser, warm, without a network: one page of 1280 x 720 that draws HTML with the pictures of some folders. */
export async function openChromium(): Promise<{
  drawer(...folders: string[]): Promise<DrawCopies>;
  close(): Promise<void>;
}> {
  const browser: Browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  return {
    async drawer(...folders) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
      let html = "";
      await context.route("**/*", async (route) => {
        const url = route.request().url();
        if (url === origin) return route.fulfill({ body: html, contentType: "text/html; charset=utf-8" });
        const name = basename(new URL(url).pathname);
        const type = types[extname(name)];
        if (!url.startsWith(origin) || type === undefined) return route.abort();
        const found = await Promise.all(folders.map((folder) => readFile(join(folder, name)).catch(() => null)));
        const body = found.find((bytes) => bytes !== null) ?? null;
        return body === null ? route.abort() : route.fulfill({ body, contentType: type });
      });
      const page = await context.newPage();
      return async (copies) => {
        const drawn: Buffer[] = [];
        for (html of copies) {
          await page.goto(origin, { timeout: drawMs });
          drawn.push(await page.screenshot({ fullPage: true, timeout: drawMs }));
        }
        return drawn;
      };
    },
    close: () => browser.close(),
  };
}
