import { nearest } from "../../../config/suggest.ts";

/** Names under which the tools are known elsewhere, in older prompts or to models that have seen those. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  execute_code: ["execute_and_evaluate", "execute", "run_code", "execute_blender_code", "exec_code", "python"],
  make_plan: ["initialize_plan", "init_plan", "plan", "create_plan"],
  end_process: ["end", "finish", "stop", "done", "end_task"],
  get_better_assets: ["get_better_object", "get_better_asset", "get_asset", "get_better_objects"],
};

const plain = (name: string): string =>
  name
    .trim()
    // Harmony's and Kimi's marks stand around the name: `functions.execute_code:0`, `execute_code<|channel|>commentary`.
    .replace(/<\|[\s\S]*$/, "")
    .replace(/^(functions?|tools?|default_api)[.:]/i, "")
    .replace(/:\d+$/, "")
    .replace(/[\s-]+/g, "_")
    .toLowerCase();

export type NameMatch =
  | { kind: "exact" | "alias"; name: string }
  /** `meant` is the nearest tool, if one is near. */
  | { kind: "unknown"; meant: string | undefined };

/** Which offered tool a name means. An alias counts only where its tool is offered; a mere likeness never does. */
export function matchName(said: string, offered: readonly string[]): NameMatch {
  if (offered.includes(said)) return { kind: "exact", name: said };
  const wanted = plain(said);
  for (const name of offered) {
    if (plain(name) === wanted || aliases[name]?.includes(wanted)) return { kind: "alias", name };
  }
  return { kind: "unknown", meant: nearest(wanted, offered) };
}
