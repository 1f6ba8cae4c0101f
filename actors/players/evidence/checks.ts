import type { State, StateCheck } from "../../../machines/domain/index.ts";

/** With these nothing else can be judged. */
const grave: ReadonlySet<string> = new Set([
  "no_camera",
  "no_light",
  "nothing_in_view",
  "black",
  "blown_out",
  "camera_inside",
  "empty_page",
  "one_picture",
]);

/** What the engine found wrong with a state and not with the start: what a task begins with is not the program's doing. */
export function newChecks(state: State, start: State | null | undefined): StateCheck[] {
  const before = new Set(start?.checks?.map(({ text }) => text));
  return (state.checks ?? []).filter(({ text }) => !before.has(text));
}

/** Checks as differences of a verdict; what is said of the program's text is seen in no picture. */
export const checkTexts = (checks: readonly StateCheck[], level: "critical" | "minor"): string[] =>
  checks
    .filter(({ check }) => check !== "program" && grave.has(check) === (level === "critical"))
    .map(({ text }) => text);

/** Checks in one line; none where nothing was found. */
export const checkLine = (checks: readonly StateCheck[]): string[] =>
  checks.length === 0 ? [] : [`Found without the target: ${checks.map(({ text }) => text).join("; ")}.`];

/** What moves, as lines; none where pictures are of no frames. */
export const motionLines = ({ motion = [] }: State): string[] =>
  motion.length === 0 ? [] : ["What moves:", ...motion.map((line) => `- ${line}`)];
