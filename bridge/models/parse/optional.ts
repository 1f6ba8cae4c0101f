import type { z } from "zod";
import { isObject } from "./json.ts";

/** Wrong fields that are left out at most; more is a wrong call. */
const mostDropped = 8;

/** A copy without the value at a path; undefined where there is none. */
function removed(value: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined || !isObject(value) || !Object.hasOwn(value, key)) return undefined;
  const name = String(key);
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([each]) => each !== name));
  const inner = removed(value[name], rest);
  return inner === undefined ? undefined : { ...value, [name]: inner };
}

/**
 * Arguments without the fields that are wrong, where the schema does without them: one bad optional field must not cost
 * the whole reply. Undefined where something that is needed is wrong, or nothing would be left.
 */
export function withoutBadOptions<T>(
  args: unknown,
  schema: z.ZodType<T>,
  error: z.ZodError,
): { checked: z.ZodSafeParseResult<T>; dropped: string[] } | undefined {
  let value = args;
  let issues = error.issues;
  const dropped: string[] = [];
  while (issues.length > 0 && dropped.length < mostDropped) {
    const path = issues[0]!.path;
    // The nearest field of an object that holds the wrong value.
    const upTo = path.findIndex((key) => typeof key === "number");
    const field = upTo < 0 ? path : path.slice(0, upTo);
    const next = field.length === 0 ? undefined : removed(value, field);
    if (!isObject(next) || Object.keys(next).length === 0) return undefined;
    value = next;
    dropped.push(field.map(String).join("."));
    const checked = schema.safeParse(value);
    if (checked.success) return { checked, dropped };
    issues = checked.error.issues;
  }
  return undefined;
}
