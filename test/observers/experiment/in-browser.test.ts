import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { experimentPage } from "../../../observers/experiment/page.ts";
import { type SampleExperiment, sampleExperiment } from "./sample-experiment.ts";

let browser: Browser;
let out: string;
let page: Page;
/** What the console and the network were used for. */
let said: string[];

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
});
afterAll(() => browser.close());
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "viga-experiment-"));
});
afterEach(async () => {
  await page.close();
  await rm(out, { recursive: true, force: true });
  expect(said).toEqual([]);
});

interface Look {
  width?: number;
  colorScheme?: "light" | "dark";
}

async function open(options: SampleExperiment = {}, { width = 1280, colorScheme = "light" }: Look = {}): Promise<void> {
  said = [];
  const file = join(out, "experiment.html");
  await writeFile(file, await experimentPage(await sampleExperiment(out, options), out));
  const viewport = { width, height: 900 };
  page = await browser.newPage({ viewport, colorScheme });
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(error.message));
  page.on("dialog", (dialog) => said.push(dialog.message()));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) said.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
}

const openAll = () => page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");

const shownCells = () =>
  page
    .locator(".ranking tr[data-cell]:visible")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-cell")));

it("a click on a cell filters ranking, charts and items; another adds to it; the baseline stays", async () => {
  await open();
  expect(await shownCells()).toEqual(["a-x", "b-x", "a-x-tool", "a-y", "b-y"]);
  expect(await page.locator("#tradeoff .point").count()).toBe(4);
  await page.click('[data-choose="b-x"]');
  expect(await shownCells()).toEqual(["a-x", "b-x"]);
  expect(await page.locator("#tradeoff .point").count()).toBe(1);
  expect(await page.locator(".strip figure[data-cell]:visible").count()).toBe(2);
  expect(await page.getAttribute('[data-choose="b-x"]', "aria-pressed")).toBe("true");
  await page.click('[data-choose="a-y"]');
  expect(await page.textContent("#shown")).toBe("Shown: gen b × ver x × none; gen a × ver y × none.");
  expect(await page.inputValue("#b")).toBe("a-y");
  await page.click("#show-all");
  expect(await shownCells()).toHaveLength(5);
});

it("a selector shows another table of the grid", async () => {
  await open();
  expect(await page.locator('[data-choose="a-x-tool"]').isVisible()).toBe(false);
  await page.selectOption("[data-axis]", "tool");
  expect(await page.locator('[data-choose="a-x-tool"]').isVisible()).toBe(true);
  expect(await page.locator('[data-choose="b-x"]').isVisible()).toBe(false);
});

it("the front holds the cells that no other beats, by cost and by time", async () => {
  await open();
  expect(await page.textContent("#front")).toContain("2 gen a × ver x × tool, 1 gen b × ver x × none.");
  await page.selectOption("#measure", "seconds");
  expect(await page.textContent("#front")).toContain(
    "4 gen a × ver x × none, 3 gen a × ver y × none, 1 gen b × ver x × none.",
  );
});

it("A against B counts wins, and a point leads to its item", async () => {
  await open();
  expect(await page.textContent("#wins")).toContain("A is better in 2, B in 0, equal in 0");
  await page.selectOption("#a", "a-y");
  await page.selectOption("#b", "b-x");
  expect(await page.textContent("#wins")).toContain("A is better in 0, B in 2");
  await page.click("#scatter .point >> nth=1");
  expect(await page.getAttribute("[data-item]:focus", "data-item")).toBe("task1 · seed 0");
});

it("with the keyboard alone a cell is chosen, a chart's point read, and the slider moved", async () => {
  await open();
  await page.focus('[data-choose="a-y"]');
  await page.keyboard.press("Enter");
  expect(await shownCells()).toEqual(["a-x", "a-y"]);
  await page.focus("#tradeoff .point");
  expect(await page.textContent("#tradeoff + .told")).toContain("3: gen a × ver y × none: 50 %");
  await page.focus(".compare summary >> nth=0");
  await page.keyboard.press("Space");
  const over = page.locator(".pair .over");
  expect(await over.getAttribute("style")).toContain("50%");
  await page.focus(".range input");
  for (let n = 0; n < 10; n++) await page.keyboard.press("ArrowRight");
  expect(await over.getAttribute("style")).toContain("40%");
});

it("an item shows its pictures, both programs' difference, and what the verifier was sent", async () => {
  await open();
  await page.click(".compare summary >> nth=0");
  await page.selectOption(".compared select", "from the start to A");
  expect(await page.locator(".compared pre .add").allTextContents()).toContain(
    '+bpy.data.objects["Lamp"].data.energy = 125',
  );
  await page.click(".item details:nth-of-type(2) summary >> nth=0");
  const sent = page.locator(".sent").first();
  await sent.scrollIntoViewIfNeeded();
  expect(await sent.textContent()).toMatch(/Target.*round 1, 32 × 32 px, 2 KiB, aaaaaaaaaaaa/);
  expect(await sent.textContent()).toContain("the picture is no longer there");
  await page.waitForFunction("document.querySelector('.sent img').naturalWidth === 32");
});

it("items are found by name and ordered by who is ahead", async () => {
  await open();
  const order = () =>
    page.locator("[data-item]:visible").evaluateAll((cards) => cards.map((card) => card.getAttribute("data-item")));
  await page.selectOption("#a", "b-y");
  await page.selectOption("#order", "a");
  expect(await order()).toEqual(["task0 · seed 0", "task1 · seed 0"]);
  await page.fill("#find", "TASK1");
  expect(await order()).toEqual(["task1 · seed 0"]);
});

it("hostile words stay words", async () => {
  const words = `"><script>alert(1)</script><img src=x onerror=alert(2)>'</style></script>--><svg/onload=alert(3)>\u202e`;
  await open({ words });
  await page.click(".compare summary >> nth=0");
  await page.click(".item details:nth-of-type(2) summary >> nth=0");
  expect(await page.locator("main script, main svg, img[src=x]").count()).toBe(0);
  expect(await page.textContent("h1")).toContain("<script>alert(1)</script>");
  expect(await page.textContent("#shown")).toContain("All 5 cells");
});

it.each([
  ["light", 1280],
  ["dark", 1280],
  ["light", 400],
] as const)("in %s at %i px axe finds nothing that keeps people out", async (colorScheme, width) => {
  await open({}, { colorScheme, width });
  await openAll();
  await page.click('[data-choose="b-x"]');
  // Evaluated, since the page's policy lets no script run that is added to it.
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const { violations, passes } = (await page.evaluate("axe.run()")) as Record<string, { id: string }[]>;
  expect(violations!.map(({ id }) => id)).toEqual([]);
  expect(passes!.map(({ id }) => id)).toContain("color-contrast");
});

it("at 400 px nothing hangs over the page's edge", async () => {
  await open({}, { width: 400 });
  await openAll();
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
});
