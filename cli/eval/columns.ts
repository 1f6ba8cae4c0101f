import { codeDiff } from "../../evaluators/columns/code-diff.ts";
import type { Column } from "../../evaluators/columns/column.ts";
import { slideParts } from "../../evaluators/columns/slide-parts.ts";
import type { Entries } from "./entries.ts";
import type { Missing } from "./evaluate.ts";

/** The columns that can be measured of these runs beside their own numbers, and those that cannot, with the reason. */
export function columnsFor({ mode, entries, kind }: Entries): { columns: Column[]; missing: Missing[] } {
  const columns: Column[] = [];
  const missing: Missing[] = [];
  const truth = (ending: string) => entries.some((entry) => entry.truth.has(ending));
  const from = kind === "runs" ? "a run's folder names no data set; viga batch's does" : "its data set has none here";
  if (mode === "autopresent") {
    if (truth("pptx")) columns.push(slideParts);
    else missing.push({ label: "SlideBench's reference-based parts", why: `needs the reference deck: ${from}` });
  } else if (truth("py")) {
    columns.push(codeDiff);
  } else if (mode === "blendergym" || mode === "blenderbench") {
    missing.push({ label: "code diff", why: `needs the goal's program: ${from}` });
  }
  return { columns, missing };
}
