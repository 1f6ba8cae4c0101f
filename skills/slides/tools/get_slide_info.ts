import { z } from "zod";
import type { Tool } from "../../tool.ts";
import { deckSummary } from "./deck/summary.ts";
import { deckText } from "./deck/text.ts";

/** Characters of the answer's text. */
const mostText = 8000;

/** What stands on the slides, as text. */
export const tool: Tool = {
  name: "get_slide_info",
  title: "Describe the slides",
  kind: "engine",
  roles: ["generator", "verifier"],
  engines: ["slides"],
  description:
    "Lists the shapes of each slide of the current deck with their places in inches, texts, fonts, sizes, colours and the room that each text needs.",
  args: z.object({}),
  result: deckSummary,
  text: (result) => deckText(result, mostText) ?? JSON.stringify(result),
  action: "slide_info",
  aliases: ["slide_info", "get_shapes", "inspect_slide", "get_deck_info"],
};
