import { appendFileSync, readFileSync } from "node:fs";
import { z } from "zod";
import { programOf } from "./programs.ts";

/**
 * The generator of the chaos fixture, as a `command:` player: notes that it was really called (argument 1: the file),
 * takes as long as a quick model would, answers the program of the round.
 */
const { t } = z.object({ t: z.number().int() }).parse(JSON.parse(readFileSync(0, "utf8")));
appendFileSync(process.argv[2] ?? "calls.log", `${JSON.stringify({ t, at: Date.now() })}\n`);
process.stdout.write(JSON.stringify({ thought: `round ${t}`, code: programOf(t) }));
