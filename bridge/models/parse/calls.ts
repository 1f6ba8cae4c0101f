import { isObject, readJson } from "./json.ts";
import { matchName, type NamedTool } from "./tool-names.ts";

/** A call as found in a text, before names and arguments are checked. */
export interface RawCall {
  /** Absent: arguments without a name. */
  name: string | undefined;
  args: unknown;
  form: "native" | "tag" | "xml" | "fence" | "bare";
  repaired: boolean;
  /** False: its end is missing. */
  complete: boolean;
  /** Where it stands in the text; -1 for native calls. */
  start: number;
  end: number;
}

const nameKeys = ["name", "tool", "tool_name", "toolName", "function_name", "recipient_name", "function", "action"];
export const argumentKeys = [
  ...["arguments", "args", "parameters", "params", "input", "kwargs", "function_args", "function_arguments"],
  ...["tool_input", "toolInput", "tool_args", "action_input"],
];
const wrapperKeys = [
  ...["tool_call", "tool_calls", "tool_uses", "function_call", "function_calls", "function", "calls", "actions"],
];

/** Arguments may be JSON inside a string, as in the API's own form. */
function unpacked(args: unknown): { args: unknown; repaired: boolean } {
  if (typeof args !== "string") return { args, repaired: false };
  if (args.trim() === "") return { args: {}, repaired: false };
  const read = readJson(args);
  return read === undefined ? { args, repaired: false } : { args: read.value, repaired: read.repaired };
}

/**
 * The calls that a JSON value means: `{name, arguments}` under any of the usual keys, wrapped or in a list, a single key
 * that is a tool's name, or bare arguments.
 */
export function callsOf(
  value: unknown,
  offered: readonly NamedTool[],
  depth = 0,
): { name: string | undefined; args: unknown; repaired: boolean }[] {
  if (depth > 4) return [];
  if (Array.isArray(value)) return value.slice(0, 64).flatMap((each) => callsOf(each, offered, depth + 1));
  if (!isObject(value)) return [];
  for (const key of wrapperKeys) {
    const inner = value[key];
    if (isObject(inner) || (Array.isArray(inner) && inner.some(isObject))) {
      const found = callsOf(inner, offered, depth + 1).filter((call) => call.name !== undefined);
      if (found.length > 0) return found;
    }
  }
  const nameKey = nameKeys.find((key) => typeof value[key] === "string");
  const argumentKey = argumentKeys.find((key) => value[key] !== undefined);
  if (nameKey !== undefined) {
    const name = value[nameKey] as string;
    const known = matchName(name, offered).kind !== "unknown";
    if (argumentKey !== undefined) return [{ name, ...unpacked(value[argumentKey]) }];
    if (known) {
      const { [nameKey]: _, ...rest } = value;
      return [{ name, args: rest, repaired: false }];
    }
  }
  const keys = Object.keys(value);
  const only = keys.length === 1 ? keys[0]! : undefined;
  if (only !== undefined && matchName(only, offered).kind !== "unknown") {
    const { args, repaired } = unpacked(value[only]);
    if (isObject(args)) return [{ name: only, args, repaired }];
  }
  return [{ name: undefined, args: value, repaired: false }];
}
