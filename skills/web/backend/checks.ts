import type { StateCheck } from "../../../machines/domain/index.ts";
import type { PageSummary } from "../tools/page/summary.ts";
import type { Troubles } from "./troubles.ts";

/** Part of the page that one picture may cover before it counts as a picture of a page. */
const mostPicture = 0.6;
/** Pictures are CSS boxes; this many characters of text make a page more than its pictures. */
const leastText = 80;
/** Findings of one kind that are told. */
const most = 3;

const list = (items: Iterable<string>): string => {
  const all = [...items];
  const rest = all.length - most;
  return `${all.slice(0, most).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
};

/** What is wrong with a page that is told without a target. `files` are the names of those that the task has. */
export function pageChecks(
  page: PageSummary,
  troubles: Troubles,
  { files, width, cutAt }: { files: readonly string[]; width: number; cutAt: number | null },
): StateCheck[] {
  const found: StateCheck[] = [];
  const add = (check: string, text: string) => found.push({ check, text });
  if (page.elements.length === 0) add("empty_page", "nothing is to be seen on the page");
  const picture = largestPicture(page);
  const letters = page.elements.reduce((sum, { text = "" }) => sum + text.length, 0);
  if (picture !== null && picture.share > mostPicture && letters < leastText) {
    const percent = Math.round(picture.share * 100);
    add(
      "one_picture",
      `the page is mostly one picture (${picture.name} covers ${percent} %): write its blocks and texts`,
    );
  }
  if (troubles.missing.size > 0) {
    const has = files.length === 0 ? "the task has no files" : `the task has ${list(files)}`;
    add("missing_file", `files that are not there: ${list(troubles.missing)}; ${has}`);
  }
  if (troubles.elsewhere.size > 0) add("network", `there is no network: ${list(troubles.elsewhere)} cannot be loaded`);
  if (troubles.script.length > 0) add("script_error", `a script failed: ${list(troubles.script)}`);
  if (troubles.tried.size > 0) add("refused", `refused, as a picture has no use for it: ${list(troubles.tried)}`);
  if (page.size[0] > width + 1) {
    const over = page.elements.filter((each) => each.over !== undefined).sort((a, b) => b.over! - a.over!);
    const named = over
      .slice(0, most)
      .map(
        ({ tag, id, class: name, over: by }) =>
          `<${tag}${id ? ` #${id}` : name ? ` .${name.split(" ")[0]}` : ""}> by ${by} px`,
      );
    const who = named.length === 0 ? "" : `: ${named.join(", ")}`;
    add("overflow", `the page is ${page.size[0]} px wide, ${page.size[0] - width} px more than its picture${who}`);
  }
  const cut = page.elements.filter((each) => each.cut === true);
  if (cut.length > 0)
    add("cut_text", `text is cut off: ${list(cut.map(({ text = "" }) => JSON.stringify(text.slice(0, 40))))}`);
  if (cutAt !== null) add("too_tall", `the page is ${page.size[1]} px high; its picture ends at ${cutAt} px`);
  return found;
}

function largestPicture({ elements, size }: PageSummary): { share: number; name: string } | null {
  const area = Math.max(1, size[0] * size[1]);
  const pictures = elements
    .filter(({ picture }) => picture !== undefined)
    .map(({ box, tag }) => ({ share: (box[2] * box[3]) / area, name: `<${tag}>` }));
  return pictures.sort((a, b) => b.share - a.share)[0] ?? null;
}
