import { deckSummary, type SlideShape, type SlideSummary } from "./summary.ts";

const two = (value: number) => String(Number(value.toFixed(2)));

function line({ name, kind, box, turned, fill, text, styles = [], room }: SlideShape): string {
  const [left, top, width, height] = box.map(two) as [string, string, string, string];
  const set = styles
    .slice(0, 3)
    .map(
      ({ points, font, bold, color }) =>
        `${points} pt ${font}${bold ? " bold" : ""}${color === null ? "" : ` ${color}`}`,
    );
  const over = room && !room.fits && room.needs[1] > box[3] + 0.06;
  const parts = [
    `${kind} '${name}' at ${left},${top} size ${width} x ${height}`,
    ...(turned === undefined ? [] : [`turned by ${two(turned)} degrees`]),
    ...(text === undefined ? [] : [JSON.stringify(text.length > 160 ? `${text.slice(0, 157)}...` : text)]),
    ...(set.length === 0 ? [] : [set.join(" and ")]),
    ...(fill === null ? [] : [`filled ${fill}`]),
    ...(over ? [`its text needs ${two(room.needs[1])} of height`] : []),
  ];
  return `- ${parts.join("; ")}`;
}

function slideText({ size, background, shapes, left_out }: SlideSummary, index: number, count: number): string[] {
  const which = count > 1 ? `Slide ${index + 1} of ${count}` : "Slide";
  return [
    `${which}: ${two(size[0])} x ${two(size[1])} in, background ${background}.`,
    ...shapes.map(line),
    ...(left_out > 0 ? [`- ${left_out} more shapes`] : []),
  ];
}

/** A deck as text of at most so many characters; shapes that find no room are counted. Null for what is no deck. */
export function deckText(result: unknown, most: number): string | null {
  const read = deckSummary.safeParse(result);
  if (!read.success) return null;
  const { slides } = read.data;
  const lines = [
    "Shapes in the order that they are drawn in; left,top from the slide's top left corner, in inches.",
    ...slides.flatMap((slide, index) => slideText(slide, index, slides.length)),
  ];
  const kept: string[] = [];
  let used = 60;
  for (const each of lines) {
    if (used + each.length + 1 > most) break;
    used += each.length + 1;
    kept.push(each);
  }
  const gone = lines.length - kept.length;
  return [...kept, ...(gone === 0 ? [] : [`${gone} more lines are left out.`])].join("\n");
}
