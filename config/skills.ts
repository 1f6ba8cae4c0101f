import { z } from "zod";
import { keyFieldIn, looksLikeKey } from "./secrets.ts";

export const variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "expected the name of an environment variable, like MY_KEY; never its value")
  .max(200)
  .refine((text) => !looksLikeKey(text), "expected the name of an environment variable, like MY_KEY; never its value");

const seconds = z
  .number()
  .min(1)
  .max(3600)
  .default(60)
  .meta({ description: "Longest that its start or one call may take, seconds of wall clock." });

const commandServer = z.strictObject({
  command: z.array(z.string().min(1).max(4096)).min(1).max(64).meta({
    description: "Program and arguments; it speaks MCP on stdin and stdout, and runs in viga's working folder.",
  }),
  env: z
    .array(variable)
    .max(64)
    .default([])
    .meta({ description: "Environment variables it may see, by name, besides PATH, HOME and LANG." }),
  seconds,
});

const urlServer = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/[^\s@]+$/, "expected http://host/path or https://host/path, without user or password")
    .refine(
      (text) => !URL.canParse(text) || keyFieldIn(Object.fromEntries(new URL(text).searchParams)) === null,
      "a key has no place in a URL: send it as a header, headers: { Authorization: MY_TOKEN } with the variable's name",
    )
    .meta({ description: "A server that speaks MCP over streamable HTTP." }),
  headers: z
    .record(z.string().regex(/^[A-Za-z0-9-]{1,100}$/, "expected the name of an HTTP header"), variable)
    .default({})
    .meta({ description: "Headers to send: by name, the environment variable that holds the value." }),
  seconds,
});

/** An MCP server of the user's: a program, or one that runs already. */
export const skillServer = z.union([commandServer, urlServer], {
  error: "expected { command: [program, argument, ...], env: [NAMES] } or { url: ..., headers: { Name: VARIABLE } }",
});
export type SkillServer = z.output<typeof skillServer>;

export const skillsSchema = z.record(
  z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "expected a short name like mytools, of a-z 0-9 _ -"),
  skillServer,
);
export type SkillServers = z.output<typeof skillsSchema>;

/** A tool as a role names it: one of viga's own, `server/tool`, or `server/*` for all tools of a server. */
export const toolReference = z
  .string()
  .max(200)
  .regex(
    /^[a-z][a-z0-9_-]*(\/(\*|[^\s*]+))?$/,
    "expected the name of a tool, like get_scene_info, or server/tool or server/* of a server under skills",
  );

/** Server and tool of a reference to a user's server; null for one of viga's own tools. */
export function serverReference(reference: string): { server: string; tool: string } | null {
  const slash = reference.indexOf("/");
  return slash < 0 ? null : { server: reference.slice(0, slash), tool: reference.slice(slash + 1) };
}
