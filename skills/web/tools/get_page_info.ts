import { z } from "zod";
import type { Tool } from "../../tool.ts";
import { pageSummary } from "./page/summary.ts";
import { pageText } from "./page/text.ts";

/** Characters of the answer's text. */
const mostText = 8000;

/** What stands on the page, as text. */
export const tool: Tool = {
  name: "get_page_info",
  title: "Describe the page",
  kind: "engine",
  roles: ["generator", "verifier"],
  engines: ["web"],
  description:
    "Lists the current page's visible elements with their boxes in pixels, texts, fonts, computed colours and pictures.",
  args: z.object({}),
  result: pageSummary,
  text: (result) => pageText(result, mostText) ?? JSON.stringify(result),
  action: "page_info",
  aliases: ["get_scene_info", "page_info", "get_dom", "inspect_page"],
};
