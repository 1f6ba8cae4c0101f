/** Reasoning that some models print before (or between) what they say. */
const opening = /<(think|thinking|reasoning|thought_process)>/gi;
const closing = /<\/(think|thinking|reasoning|thought_process)>/i;

/** Takes closed blocks out, from the left; linear in the text. */
function withoutClosed(text: string, thoughts: string[]): string {
  const lower = text.toLowerCase();
  let kept = "";
  let from = 0;
  opening.lastIndex = 0;
  for (let open = opening.exec(text); open !== null; open = opening.exec(text)) {
    const end = `</${open[1]!.toLowerCase()}>`;
    const close = lower.indexOf(end, open.index);
    if (close < 0) break;
    kept += text.slice(from, open.index);
    thoughts.push(text.slice(open.index + open[0].length, close).trim());
    from = close + end.length;
    opening.lastIndex = from;
  }
  return kept + text.slice(from);
}

/** Other marks of the same block, where a reply begins with one: Magistral's, Seed's, Gemini's, Sky-T1's. */
const otherMarks: readonly (readonly [RegExp, RegExp])[] = [
  [/^\s*\[THINK\]/i, /\[\/THINK\]/i],
  [/^\s*<seed:think>/i, /<\/seed:think>/i],
  [/^\s*<thought>/i, /<\/thought>/i],
  [/^\s*<\|begin_of_thought\|>/i, /<\|end_of_thought\|>/i],
];

function plainMarks(text: string): string {
  const used = otherMarks.find(([open]) => open.test(text));
  return used === undefined ? text : text.replace(used[0], "<think>").replace(used[1], "</think>");
}

/**
 * Takes reasoning out of a reply. A template that opens the block itself leaves only `</think>` in the reply; a reply
 * that was cut off leaves only `<think>`.
 */
export function withoutThinking(text: string): { text: string; thinking: string } {
  const thoughts: string[] = [];
  let rest = withoutClosed(plainMarks(text), thoughts);
  const end = closing.exec(rest);
  if (end && !/<tool_call>|<function=/.test(rest.slice(0, end.index))) {
    thoughts.push(rest.slice(0, end.index).trim());
    rest = rest.slice(end.index + end[0].length);
  }
  const start = /^\s*<(?:think|thinking|reasoning|thought_process)>/i.exec(rest);
  if (start) {
    thoughts.push(rest.slice(start[0].length).trim());
    rest = "";
  }
  return { text: rest.trim(), thinking: thoughts.filter((thought) => thought !== "").join("\n\n") };
}
