import { type PageElement, type PageSummary, pageSummary } from "./summary.ts";

function line({
  tag,
  box,
  id,
  class: classes,
  text,
  color,
  font,
  background,
  picture,
  cut,
  over,
}: PageElement): string {
  const name = `<${tag}${id === undefined ? "" : ` #${id}`}${classes === undefined ? "" : ` .${classes.split(/\s+/).join(".")}`}>`;
  const [left, top, width, height] = box.map(Math.round) as [number, number, number, number];
  const parts = [
    `${name} at ${left},${top} size ${width} x ${height}`,
    ...(text === undefined ? [] : [JSON.stringify(text)]),
    ...(color === undefined || font === undefined ? [] : [`${color}, ${font[0]} px ${font[1]} ${font[2]}`]),
    ...(background === undefined ? [] : [`on ${background}`]),
    ...(picture === undefined ? [] : [`picture ${picture}`]),
    ...(cut === true ? ["its text is cut off"] : []),
    ...(over === undefined ? [] : [`${over} px over the page's right edge`]),
  ];
  return `- ${parts.join("; ")}`;
}

/** A page as text of at most so many characters; elements of little area are counted instead of listed. */
export function pageText(result: unknown, most: number): string | null {
  const read = pageSummary.safeParse(result);
  return read.success ? textOf(read.data, most) : null;
}

function textOf({ title, background, elements, left_out, size, scripts }: PageSummary, most: number): string {
  const head = [
    `Page ${size[0]} x ${size[1]} px, background ${background}${title === "" ? "" : `, title ${JSON.stringify(title)}`}${scripts > 0 ? `, ${scripts} scripts` : ""}.`,
    "Elements that paint something: left,top from the page's top left corner, in pixels.",
  ];
  const lines = elements.map((element) => ({ text: line(element), area: element.box[2] * element.box[3] }));
  const room = most - head.join("\n").length - 80;
  const kept = new Set<(typeof lines)[number]>();
  let used = 0;
  for (const each of [...lines].sort((a, b) => b.area - a.area)) {
    if (used + each.text.length + 1 > room) break;
    used += each.text.length + 1;
    kept.add(each);
  }
  const gone = lines.length - kept.size + left_out;
  const rest = gone === 0 ? [] : [`${gone} smaller elements are not listed.`];
  return [...head, ...lines.filter((each) => kept.has(each)).map(({ text }) => text), ...rest].join("\n");
}
