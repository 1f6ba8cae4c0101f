import { VigaError } from "../../config/errors.ts";

/** What every program that is not viga's own sees of the environment, beside the variables that are named for it. */
const passedOn = ["PATH", "HOME", "LANG"];

/** Values of the named variables. Throws `dependency_missing` for one that is not set; `label`: where it is named. */
export function valuesOf(names: readonly string[], label: string): Record<string, string> {
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new VigaError("dependency_missing", `${label}: ${missing.join(", ")} not set in the environment`, {
      hint: `export ${missing[0]}=... in this shell, or take it out of ${label}`,
    });
  }
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? ""]));
}

/** The environment of a program that is not viga's own: no key, unless it is named. */
export function childEnv(names: readonly string[] = [], label = ""): Record<string, string> {
  const plain = passedOn.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(plain), ...valuesOf(names, label) };
}
