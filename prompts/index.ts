import { readdirSync, readFileSync } from "node:fs";
import { modes, promptSettings } from "../config/modes/index.ts";
import { aspectsText } from "./aspects.ts";
import { type EngineFacts, engineFacts } from "./facts.ts";
import { paperTemplate } from "./paper.ts";
import { type Pictures, picturesText } from "./pictures.ts";
import { fillTemplate } from "./template.ts";

export type { EngineFacts } from "./facts.ts";

/** What a system prompt is for: writing programs, judging pictures, or describing the target before round 1. */
export type PromptRole = "generator" | "verifier" | "analyze";

export interface PromptRequest {
  /** Folder under prompts/: one per mode. */
  mode: string;
  role: PromptRole;
  /** The run's `prompt` setting, one of its mode's. `paper` leaves everything out but role and form of the reply. */
  setting: string;
  /** How the model calls tools now: native, inline or json. */
  style: string;
  /** Tools that are really offered in this call. */
  tools: readonly { name: string; description: string }[];
  /** What the executor said of itself; null: not known (yet). */
  card?: EngineFacts | null;
  /** True when programs run on a scene that was given (a .blend), false when they start from an empty one. */
  base?: boolean;
  /** The pictures taken of a program; null or absent: not said. */
  pictures?: Pictures | null;
}

const folder = new URL("./", import.meta.url);
const texts = new Map<string, string>();

function read(path: string): string | undefined {
  const known = texts.get(path);
  if (known !== undefined) return known;
  try {
    const text = readFileSync(new URL(path, folder), "utf8");
    texts.set(path, text);
    return text;
  } catch {
    return undefined;
  }
}

/** Part by its name, from prompts/shared. */
export const sharedPart = (name: string): string | undefined => read(`shared/${name}.md`);

/** Modes that have prompts. */
export function promptModes(): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "shared")
    .map((entry) => entry.name)
    .sort();
}

/**
 * System prompt of a role, from prompts/<mode>/<role>.md and the shared parts. The same request gives the same text.
 *
 * @throws Error for a mode, role, setting or style without a prompt
 */
export function buildPrompt(request: PromptRequest): string {
  const { mode, role, setting, style } = request;
  const plain = /^[a-z0-9_]+$/;
  const template = plain.test(mode) ? read(`${mode}/${role}.md`) : undefined;
  if (template === undefined) throw missing(`mode ${mode} has no prompt for ${role}`, promptModes());
  const bare = setting === "paper";
  const settingText = bare ? "" : plain.test(setting) ? sharedPart(`setting_${setting}`) : undefined;
  if (settingText === undefined) {
    throw missing(`there is no prompt setting ${setting}`, promptSettings);
  }
  const styleText = plain.test(style) ? sharedPart(`style_${style}`) : undefined;
  if (styleText === undefined) throw missing(`there is no tool style ${style}`, ["native", "inline", "json"]);
  const definition = modes.get(mode);
  const engine = definition?.engine ?? "";
  const offered = request.tools.map(({ name }) => name);
  const values = {
    tools: toolList(request),
    style: styleText.trim(),
    setting: settingText.trim(),
    aspects: aspectsText(definition?.aspects ?? [], setting, offered, sharedPart),
    // Models that write JSON by hand are not asked for a diff as well.
    code_rule: `${style === "native" ? "`code_diff` lists just the changed lines, `code`" : "`code`"} is the whole resulting file, never a part of it.`,
    pictures: picturesText(engine, role, request.pictures ?? null),
    engine_facts: engineFacts(engine, request.card ?? null),
    scene_start:
      request.base === true
        ? "on the untouched scene that came with the task, which already holds its objects, cameras and lights"
        : "in an empty scene",
  };
  const whole = bare && role !== "analyze" ? paperTemplate(template, role, engine) : template;
  return fillTemplate(whole, values, sharedPart);
}

/** One line a tool where the API carries the rest; names alone where the whole tool stands in the text anyway. */
function toolList({ style, tools }: PromptRequest): string {
  if (style !== "native") return tools.map((tool) => `\`${tool.name}\``).join(", ");
  return tools.map((tool) => `- \`${tool.name}\`: ${firstSentence(tool.description)}`).join("\n");
}

function firstSentence(text: string): string {
  const end = /[.!?](\s|$)/.exec(text);
  return (end === null ? text : text.slice(0, end.index + 1)).trim();
}

function missing(message: string, known: readonly string[]): Error {
  return new Error(`${message}; expected one of ${known.join(", ")}`);
}
