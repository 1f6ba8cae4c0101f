import { Command } from "commander";
import { keySource } from "../../bridge/models/endpoint/keys.ts";
import { plainJson } from "../../config/plain-text.ts";
import { keyNames, type NamedProfile } from "../../config/profile.ts";
import { isOver } from "../../config/retired.ts";
import { print } from "../print.ts";

/** A model as `viga model list --json` shows it. Prices in USD per million tokens, limits in tokens. */
interface Listed {
  name: string;
  model: string;
  base_url: string;
  state: "living" | "ending" | "retired";
  /** The day its maker ends it, and what follows; null for a living one. */
  retired: { on: string; successor: string } | null;
  prices: NamedProfile["prices"];
  context_tokens: number;
  max_tokens: number;
  max_tokens_limit: number | null;
  image_max_px: number;
  tools: string;
  reasoning_effort: string | null;
  /** Environment variables that may hold the key, and whether one does (or a key file is named). */
  key: { env: string[]; required: boolean; present: boolean };
}

function listed(profile: NamedProfile): Listed {
  const { retired } = profile;
  return {
    name: profile.name,
    model: profile.model,
    base_url: profile.base_url,
    state: retired === undefined ? "living" : isOver(retired) ? "retired" : "ending",
    retired: retired === undefined ? null : { on: retired.on, successor: retired.successor },
    prices: profile.prices,
    context_tokens: profile.context_tokens,
    max_tokens: profile.max_tokens,
    max_tokens_limit: profile.max_tokens_limit ?? null,
    image_max_px: profile.image_max_px,
    tools: profile.tools,
    reasoning_effort: profile.reasoning_effort,
    key: {
      env: keyNames(profile),
      required: profile.key_required,
      present: keySource(profile, process.env) !== undefined,
    },
  };
}

const thousands = (tokens: number): string => (tokens >= 1000 ? `${Math.round(tokens / 1000)}k` : String(tokens));

function row(each: Listed): string[] {
  const { input_per_mtok: input, output_per_mtok: output, cached_input_per_mtok: cached } = each.prices;
  const { key, retired } = each;
  return [
    each.name,
    input === 0 && output === 0 ? "your own" : `${input} / ${cached ?? input} / ${output}`,
    thousands(each.context_tokens),
    thousands(each.max_tokens_limit ?? each.max_tokens),
    each.tools,
    key.present ? "set" : key.required ? `no ${key.env[0] ?? "key"}` : "not needed",
    retired === null
      ? "living"
      : `${each.state === "retired" ? "retired" : "ends"} ${retired.on}, use ${retired.successor}`,
  ];
}

const heads = ["name", "$ in / cached / out", "context", "output", "tools", "key", "state"];

/** A table with columns as wide as they need to be. */
function table(models: readonly Listed[]): string {
  const rows = [heads, ...models.map(row)];
  const widths = heads.map((_, i) => Math.max(...rows.map((cells) => cells[i]!.length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

interface Options {
  config?: string;
  set: string[];
  json?: boolean;
}

/** `viga model list`: every profile there is, living ones first. Starts nothing and asks nobody. */
export function listCommand(profilesOf: (options: Options) => Iterable<NamedProfile>): Command {
  return new Command("list")
    .exitOverride()
    .description("the models that have a profile: prices (USD per million tokens), limits, state, key present or not")
    .option("--config <PRESET|FILE>", "where models: are read from; default: viga.yaml, if there is one")
    .option(
      "--set <KEY=VALUE>",
      "override, like models.NAME.base_url=http://host:8000/v1",
      (value, all: string[]) => [...all, value],
      [],
    )
    .option("--json", "the list as JSON")
    .action((options: Options) => {
      const order = { living: 0, ending: 1, retired: 2 };
      const models = [...profilesOf(options)]
        .map(listed)
        .sort(
          (a, b) =>
            order[a.state] - order[b.state] || a.base_url.localeCompare(b.base_url) || a.name.localeCompare(b.name),
        );
      print(options.json ? `${plainJson({ schema: 1, models })}\n` : `${table(models)}\n`);
    });
}
