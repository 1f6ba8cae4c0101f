import { z } from "zod";

const element = z.object({
  tag: z.string(),
  /** Left, top, width, height in CSS pixels from the page's top left corner. */
  box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  id: z.string().optional(),
  class: z.string().optional(),
  /** Its own text, without that of elements inside it. */
  text: z.string().optional(),
  color: z.string().optional(),
  /** Size in pixels, weight, family. */
  font: z.tuple([z.number(), z.string(), z.string()]).optional(),
  background: z.string().optional(),
  /** The file or address of a picture. */
  picture: z.string().optional(),
  /** Its text is cut off at its edge. */
  cut: z.boolean().optional(),
  /** Pixels by which it reaches over the page's right edge. */
  over: z.number().optional(),
});
export type PageElement = z.output<typeof element>;

/** What stands on a page: the elements that paint something, in the order of the document. */
export const pageSummary = z.object({
  title: z.string(),
  background: z.string(),
  elements: z.array(element),
  left_out: z.number().int(),
  scripts: z.number().int(),
  /** Of the page in CSS pixels; its picture is as wide as it was asked for. */
  size: z.tuple([z.number(), z.number()]),
});
export type PageSummary = z.output<typeof pageSummary>;

/** Reads a scene.json of the web engine; null where it is another engine's. */
export function readPage(text: string): PageSummary | null {
  try {
    const read = pageSummary.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}
