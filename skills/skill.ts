import { existsSync, readdirSync } from "node:fs";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Engine } from "../bridge/engines/contract.ts";
import type { AssetService } from "../config/assets.ts";

/** What a skill asks of its engine. */
export type SkillEngine = Pick<Engine, "run" | "probe" | "call" | "drop">;

export interface SkillOptions {
  engine: SkillEngine;
  /** Absolute path of the file that programs run on; absent: an empty one. */
  base?: string;
  /** Folder for job folders. */
  scratch: string;
  /** Absolute paths of the libraries of 3D files that are searched. */
  assets?: string[];
  /** Services that make what no library has. */
  services?: AssetService[];
  /** Absolute path of the folder that clients may save and export to; absent: they may not. */
  out?: string;
}

/** A skill that MCP clients may have: what its folder's mcp.ts exports as `skill`. */
export interface Skill {
  /** Engine that does its jobs. */
  engine: string;
  /** Ending of a base file, with its dot; absent: its programs run on none. */
  baseEnding?: string;
  /** One server for one client, with a scene of its own; closing it lets the scene go. */
  open(options: SkillOptions): McpServer;
}

/** An engine that is being started, which a client need not wait for: only what it asks of the engine waits. */
export const onceStarted = (starting: Promise<SkillEngine>): SkillEngine => ({
  run: async (request, signal) => (await starting).run(request, signal),
  probe: async (request) => (await starting).probe(request),
  call: async (request) => (await starting).call(request),
  drop: async (scene) => (await starting).drop(scene),
});

/** In a clone skills are .ts files, in a package .js files. */
const fileOf = (name: string): string => join(import.meta.dirname, name, `mcp${extname(import.meta.filename)}`);

/** The skills there are, by the names of their folders. */
export function skillNames(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => existsSync(fileOf(name)))
    .sort();
}

/** @param name one of `skillNames()` */
export async function loadSkill(name: string): Promise<Skill> {
  return ((await import(pathToFileURL(fileOf(name)).href)) as { skill: Skill }).skill;
}
