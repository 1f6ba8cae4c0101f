import { z } from "zod";
import type { CallRequest } from "../../../bridge/engines/contract.ts";
import type { Tab } from "../backend/tab.ts";
import { fitTexts } from "./fit-texts.ts";
import { LivePage } from "./live-page.ts";
import { decode } from "./raster.ts";

const asked = z.object({
  program: z.string(),
  /** PNG of the target as base64, one picture pixel a CSS pixel. */
  target: z.string(),
  seconds: z.number().positive(),
});

/** Width that a page is laid out for where no target says it, CSS pixels. */
const usualWidth = 1280;

/** What `fit_page` answers. */
export const fittedPage = z.object({
  code: z.string(),
  /** Mean squared difference of the pictures, as pages are compared. */
  before: z.number(),
  after: z.number(),
  pictures: z.number().int(),
  steps: z.array(z.string()),
});

/** Numbers and colours of a page, fitted to a target picture in the live page. */
export async function fitPage(tab: Tab, { args, assets }: CallRequest): Promise<z.output<typeof fittedPage>> {
  const { program, target, seconds } = asked.parse(args);
  const picture = await decode(Buffer.from(target, "base64"));
  const page = new LivePage(tab, program);
  await tab.open({ program: page.marked(), assets, width: picture.width, scale: 1 });
  const { texts, ...rest } = await fitTexts(page, picture, seconds);
  return { code: page.code(texts), ...rest, steps: [...rest.steps] };
}

/** Numbers of the literals of a page (bridge/text/page-literals.ts) whose rule finds something on it. */
export async function usedLiterals(tab: Tab, { args, assets }: CallRequest): Promise<number[]> {
  const { program } = asked.pick({ program: true }).parse(args);
  const page = new LivePage(tab, program);
  await tab.open({ program: page.marked(), assets, width: usualWidth, scale: 1 });
  return page.used();
}
