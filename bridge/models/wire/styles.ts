import type { ToolStyle } from "../../../config/profile.ts";
import type { CallRecord, ToolSpec } from "../contract.ts";

/** What the tools' text says for the styles where tools are not part of the API; empty for native. */
export function instructions(style: ToolStyle, tools: readonly ToolSpec[], requireCall: boolean): string {
  if (style === "native" || tools.length === 0) return "";
  const list = tools.map((tool) =>
    JSON.stringify({ name: tool.name, description: tool.description, parameters: tool.parameters }),
  );
  const must = requireCall ? "Every reply must hold exactly one call." : "Call a tool only when you need one.";
  if (style === "inline") {
    return [
      "# Tools",
      "You act by calling tools. Each line is one tool, its parameters given as JSON Schema:",
      ...list,
      "",
      "To call a tool, write its name and arguments as JSON between these tags:",
      "<tool_call>",
      '{"name": "TOOL", "arguments": {"PARAMETER": "VALUE"}}',
      "</tool_call>",
      `${must} Inside JSON strings, write a line break as \\n and a quote as \\". Stop after the closing tag; the result comes in the next message.`,
    ].join("\n");
  }
  return [
    "# Output",
    "Answer with one JSON object and nothing before or after it:",
    '{"tool": "TOOL", "arguments": {"PARAMETER": "VALUE"}}',
    "TOOL is one of these, its parameters given as JSON Schema:",
    ...list,
    ...(requireCall ? [] : ['Without a tool to call, answer {"tool": "none", "arguments": {"text": "..."}}.']),
    'Inside JSON strings, write a line break as \\n and a quote as \\".',
  ].join("\n");
}

/** A call of an earlier turn, as the model would have written it in this style. */
export function callAsText(style: ToolStyle, call: Pick<CallRecord, "name" | "arguments">): string {
  if (style === "json") return JSON.stringify({ tool: call.name, arguments: call.arguments });
  return `<tool_call>\n${JSON.stringify({ name: call.name, arguments: call.arguments })}\n</tool_call>`;
}

/** A tool's answer as text, for the styles that have no tool messages. */
export function resultAsText(style: ToolStyle, name: string, text: string): string {
  if (style === "json") return `Result of ${name}:\n${text}`;
  return `<tool_response>\n${name}:\n${text}\n</tool_response>`;
}

/** The next simpler style, or undefined at the end. */
export function simpler(style: ToolStyle): ToolStyle | undefined {
  if (style === "native") return "inline";
  return style === "inline" ? "json" : undefined;
}
