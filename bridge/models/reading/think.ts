/** Reasoning that some models print before (or between) what they say. */
const tags = "think|thinking|reasoning|thought_process";
const closed = new RegExp(`<(${tags})>([\\s\\S]*?)</\\1>`, "gi");
const opened = new RegExp(`^\\s*<(${tags})>`, "i");
const closing = new RegExp(`</(${tags})>`, "i");

/**
 * Takes reasoning out of a reply. A template that opens the block itself leaves only `</think>` in the reply; a reply
 * that was cut off leaves only `<think>`.
 */
export function withoutThinking(text: string): { text: string; thinking: string } {
  const thoughts: string[] = [];
  let rest = text.replace(closed, (_, _tag, inner: string) => {
    thoughts.push(inner.trim());
    return "";
  });
  const end = closing.exec(rest);
  if (end && !/<tool_call>|<function=/.test(rest.slice(0, end.index))) {
    thoughts.push(rest.slice(0, end.index).trim());
    rest = rest.slice(end.index + end[0].length);
  }
  const start = opened.exec(rest);
  if (start) {
    thoughts.push(rest.slice(start[0].length).trim());
    rest = "";
  }
  return { text: rest.trim(), thinking: thoughts.filter((thought) => thought !== "").join("\n\n") };
}
