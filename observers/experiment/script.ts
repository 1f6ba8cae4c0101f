import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { diffScript } from "../../bridge/text/diff-script.ts";

/** The page's own scripts, in the order in which they are joined: each uses those before it. */
const own = ["page", "chart", "tradeoff", "scatter", "items"];

export interface PageScripts {
  /** Scripts for the page, its libraries first with their licences. */
  scripts: string[];
  /** The chart library's own style. */
  style: string;
  /** What a Content-Security-Policy lets run: these scripts and no other. */
  policy: string;
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** The scripts of an experiment's page, which has them all inside. */
export async function pageScripts(): Promise<PageScripts> {
  const charts = dirname(createRequire(import.meta.url).resolve("uplot/package.json"));
  const text = (...path: string[]) => readFile(join(charts, ...path), "utf8");
  const [licence, chart, style, diff, ...parts] = await Promise.all([
    text("LICENSE"),
    text("dist", "uPlot.iife.min.js"),
    text("dist", "uPlot.min.css"),
    diffScript(),
    ...own.map((name) => readFile(new URL(`./inpage/${name}.js`, import.meta.url), "utf8")),
  ]);
  const scripts = [`/*! uPlot\n${licence}*/\n${chart}`, diff, `(() => {\n"use strict";\n${parts.join("\n")}})();\n`];
  return { scripts, style, policy: scripts.map(hashOf).join(" ") };
}
