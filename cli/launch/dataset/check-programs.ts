import { execa } from "execa";
import { z } from "zod";
import { findProgram } from "../../../bridge/processes/find-program.ts";

/** Parses programs given as a JSON list and answers with what is wrong with each, or null. Runs none of them. */
const parser = `
import ast, json, sys
def wrong(text):
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        return f"{error.__class__.__name__}: {getattr(error, 'msg', None) or error}" + (f" (line {line})" if line else "")
json.dump([wrong(text) for text in json.load(sys.stdin)], sys.stdout)
`;
const answers = z.array(z.string().nullable());

/** Seconds for all of a dataset's programs together. */
const within = 120;

/**
 * What is wrong with each Python program, as the machine's Python sees it: null where nothing is. Null as a whole where
 * there is no Python.
 */
export async function pythonFaults(programs: readonly string[]): Promise<(string | null)[] | null> {
  if (programs.length === 0) return [];
  if ((await findProgram("python3")) === null) return null;
  const { stdout, failed } = await execa("python3", ["-I", "-c", parser], {
    input: JSON.stringify(programs),
    reject: false,
    timeout: within * 1000,
  });
  if (failed) return null;
  const parsed = answers.safeParse(JSON.parse(stdout));
  return parsed.data?.length === programs.length ? parsed.data : null;
}
