import type { AssetService } from "../../config/assets.ts";
import { type MadeAsset, makeAsset, serviceFor } from "./make.ts";
import { type Inspect, type SearchResult, searchAssets } from "./search.ts";
import type { AssetRequest, Box } from "./services/service.ts";

/** What `get_better_assets` is called with. */
export interface AskedAsset {
  object_name: string;
  object_description?: string | undefined;
  reference_type: "text" | "image";
  rig_and_animate: boolean;
  action_description?: string | undefined;
  make: boolean;
  /** Where the thing is in the target. */
  box?: Box | undefined;
}

/** What a role or a server lends to the search. */
export interface Source {
  roots: readonly string[];
  services: readonly AssetService[];
  cache: string;
  inspect: Inspect;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** Told in words, with how much is done, 0..1. */
  progress(text: string, done: number): void;
  /** Makes a call that may cost money at most once. */
  once(call: () => Promise<MadeAsset>): Promise<MadeAsset>;
  /** Puts a model where programs may load it from. -> its path there */
  keep(made: MadeAsset, name: string): Promise<string>;
  /** The thing as the target shows it, or why it cannot be had. */
  picture?(asked: AskedAsset): Promise<Shown>;
}

/** A thing as a target shows it. */
export type Shown = Pick<AssetRequest, "picture" | "scene" | "uncut"> | { why: string };

export interface Obtained extends SearchResult {
  /** What a service made for this call; its path is among `found`. */
  made?: { path: string; service: string; cached: boolean };
  /** The thing cut out of the target, as the service was shown it. */
  cutOut?: Buffer;
}

/** A thing from the libraries or, where none has it or another is wanted, from a service. */
export async function obtainAsset(asked: AskedAsset, source: Source): Promise<Obtained> {
  const { roots, services, inspect, cache } = source;
  const { object_name: name, object_description: about } = asked;
  const notes: string[] = [];
  const found = await searchAssets({ roots: asked.make ? [] : roots, name, about }, inspect, cache);
  const fits = found.found.some(({ kind, animations = [] }) => {
    return kind !== "image" && (!asked.rig_and_animate || animations.length > 0);
  });
  if (fits || services.length === 0) return { ...found, notes: [...found.notes, ...unmet(asked, services.length > 0)] };
  const request = await requestOf(asked, source);
  if ("why" in request) notes.push(`Nothing was made: ${request.why}.`);
  else {
    const chosen = serviceFor(services, request);
    if ("service" in chosen) return await make(request, chosen.service, source);
    notes.push(`Nothing was made. ${chosen.refused.join("; ")}.`);
  }
  return { ...found, notes: [...found.notes, ...notes] };
}

/** What was asked for and is not done, so that nobody counts on it. */
function unmet(asked: AskedAsset, canMake: boolean): string[] {
  const again = canMake ? " Call again with make: true to have it made." : "";
  return [
    ...(asked.reference_type === "image"
      ? [`Chosen by name and description; the target was not looked at.${again}`]
      : []),
    ...(asked.rig_and_animate && !canMake
      ? ["Nothing was rigged or animated; a file has the movements that it came with."]
      : []),
    ...(asked.make && !canMake ? ["Nothing is made here: no service is configured (assets.services)."] : []),
  ];
}

async function requestOf(asked: AskedAsset, source: Source): Promise<AssetRequest | { why: string }> {
  const { object_name: name, object_description = "", action_description } = asked;
  const text = object_description.toLowerCase().includes(name.toLowerCase())
    ? object_description
    : [name, object_description].filter((part) => part !== "").join(", ");
  const action = asked.rig_and_animate ? { action: action_description?.trim() || "walk" } : {};
  if (asked.reference_type === "text") return { name, text, ...action };
  const shown = (await source.picture?.(asked)) ?? { why: "there is no target picture to cut it out of" };
  return "why" in shown ? shown : { name, text, ...shown, ...action };
}

async function make(request: AssetRequest, service: AssetService, source: Source): Promise<Obtained> {
  const { cache, env, signal, inspect } = source;
  const progress = (step: string, done: number) =>
    source.progress(`${service.kind} makes ${request.name}: ${step}`, done);
  const made = await source.once(() => makeAsset(request, service, { cache, env, signal, progress }));
  const path = await source.keep(made, request.name);
  const shown = await searchAssets({ roots: [path], name: request.name }, inspect, cache);
  const how = made.cached ? "was made before, for the same request" : "was made for you";
  return {
    ...shown,
    notes: [...shown.notes, `It ${how} by ${made.service}; its size is not that of the real thing.`],
    made: { path, service: made.service, cached: made.cached },
    ...(request.picture === undefined ? {} : { cutOut: request.picture }),
  };
}
