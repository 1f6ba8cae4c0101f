import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { defaultLimits, type Engine } from "../../../bridge/engines/contract.ts";
import { openEngine } from "../../../bridge/engines/open.ts";

/** Pages whose numbers are wrong together, fitted in the live page. */
let root: string;
let engine: Engine;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "viga-fit-"));
  engine = await openEngine("web", { scratch: join(root, "engine") });
}, 120_000);
afterAll(async () => {
  await engine.close();
  await rm(root, { recursive: true, force: true });
});

const words =
  "harbour lantern copper meadow quartz violin saddle orchard thunder marble ribbon falcon cellar timber walnut".split(
    " ",
  );
/** A text of so many words, none like another's. */
const text = (nth: number, count: number) =>
  Array.from({ length: count }, (_, n) => words[(nth * 7 + n * n + 3 * n) % words.length]).join(" ");

/** Paragraphs and a row of words in a box. */
const page = (size: number, sides: number, large: number) => `<!DOCTYPE html>
<style>
body { margin: 0; font: ${size}px Arial; color: #222222 }
main { padding: 20px ${sides}px }
p { margin: 12px 0 }
</style>
<main>
${Array.from({ length: 9 }, (_, n) => `<p>${text(n, 40)}</p>`).join("\n")}
<div><span style="font-size: 18px">timber</span> <span style="font-size: ${large}px">quartz</span> <span style="font-size: 22px">falcon</span></div>
</main>
`;

/** A text of words that stand nowhere else. */
const named = (nth: number, count: number) => {
  let state = 7919 * nth + 13;
  const next = (most: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  const syllable = () => `${"bcdfghklmnprstvw"[next(16)]}${"aeiou"[next(5)]}`;
  return Array.from({ length: count }, () => Array.from({ length: 2 + next(3) }, syllable).join("")).join(" ");
};

/** Two columns, each of a width of its own, in a box that is a part of the window. */
const columns = (whole: number, side: number) => `<!DOCTYPE html>
<style>
body { margin: 0; font: 13px Arial; color: #333333 }
main { width: ${whole}%; margin: 0 auto }
aside { float: right; width: ${side}px; background: #eef2f6 }
section { margin-right: ${side}px }
p { margin: 10px 6px }
</style>
<main>
<aside>${Array.from({ length: 4 }, (_, n) => `<p>${named(n + 20, 22)}</p>`).join("\n")}</aside>
<section>${Array.from({ length: 6 }, (_, n) => `<p>${named(n, 30)}</p>`).join("\n")}</section>
</main>
`;

/** Draws a page as the target, and fits another to it. */
async function fitted(goal: string, start: string) {
  const dir = join(root, `job${Math.random()}`);
  await mkdir(dir);
  const views = [{ name: "page", camera: null, aspect: { width: 640, height: 480 } }];
  const job = { job: "goal", program: goal, views, quality: { px: 640 }, limits: defaultLimits, dir };
  expect((await engine.run(job)).ok).toBe(true);
  const target = (await readFile(join(dir, "page.png"))).toString("base64");
  // Far more time than it takes: a busy machine must not change what is found.
  const args = { program: start, target, seconds: 100 };
  const limits = { ...defaultLimits, seconds: 150 };
  const reply = await engine.call({ job: "fit", name: "fit_page", args, limits, dir });
  expect(reply.error).toBeUndefined();
  return reply.result as { code: string; before: number; after: number };
}

test("the size of a page's letters is found where its lines break otherwise as well", async () => {
  const { code, before, after } = await fitted(page(14, 40, 30), page(18, 75, 30));
  expect(code).toContain("font: 14px Arial");
  expect(after).toBeLessThan(before / 10);
}, 180_000);

test("a word that is too large is found beside others, and what it moved is left as it was", async () => {
  const { code, after } = await fitted(page(14, 40, 24), page(14, 40, 46));
  expect(code).toContain("font-size: 24px");
  expect(code).toContain("padding: 20px 40px");
  expect(after).toBeLessThan(1e-4);
}, 180_000);

test("two widths are found together with which the texts of two columns break", async () => {
  const start = columns(100, 150).replace("width: 150px", "width: 236px").replace("width: 100%", "width: 83.5%");
  const { before, after } = await fitted(columns(100, 150), start);
  expect(before).toBeGreaterThan(5e-3);
  expect(after).toBeLessThan(before / 10);
}, 180_000);
