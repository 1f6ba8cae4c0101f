import type { NamedShare, Rect } from "../../../evaluators/pictures/object-map.ts";

/** A part as people read it: "0.4 %", "12 %". */
export function percent(part: number): string {
  const value = part * 100;
  return `${value < 1 ? value.toFixed(1) : Math.round(value)} %`;
}

export const factor = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));

/** A rectangle in fractions of the picture, as measure_difference takes it. */
export const rectText = ({ left, top, right, bottom }: Rect) =>
  `left ${left.toFixed(2)}, top ${top.toFixed(2)}, right ${right.toFixed(2)}, bottom ${bottom.toFixed(2)}`;

/** What a region shows: "Saucer", or with shares where it is mixed: "Saucer (70 %) and Table (30 %)". */
export function thingsText(things: readonly NamedShare[]): string {
  const alone = things.length === 1 && things[0]!.share >= 0.8;
  return listText(things.map(({ name, share }) => (alone ? name : `${name} (${percent(share)})`)));
}

/** "a", "a and b", "a, b and c"; of many the first four. */
export function listText(names: readonly string[]): string {
  if (names.length > 5) return `${names.slice(0, 4).join(", ")} and ${names.length - 4} more`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** The whole picture. */
export const everything: Rect = { left: 0, top: 0, right: 1, bottom: 1 };

/** A rectangle given in fractions of a part of the picture, in fractions of the whole. */
export function withinFrame({ left, top, right, bottom }: Rect, frame: Rect): Rect {
  const [w, h] = [frame.right - frame.left, frame.bottom - frame.top];
  return {
    left: frame.left + left * w,
    top: frame.top + top * h,
    right: frame.left + right * w,
    bottom: frame.top + bottom * h,
  };
}
