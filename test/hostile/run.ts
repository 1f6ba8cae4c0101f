// The hostile set on one Blender: `npm run hostile -- [--blender PATH] [--isolation KIND] [--only REGEXP] [--json]`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { themes } from "./programs.ts";
import { row, summary, tableHead } from "./table.ts";
import { openGround, type Verdict } from "./trial.ts";

const { values } = parseArgs({
  options: {
    blender: { type: "string" },
    isolation: { type: "string" },
    only: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
const isolation = z.enum(["auto", "fork", "reset", "cold"]).default("auto").parse(values.isolation);
const only = values.only === undefined ? undefined : new RegExp(values.only);
const scratch = await mkdtemp(join(tmpdir(), "viga-hostile-"));
const ground = await openGround(scratch, {
  isolation,
  ...(values.blender === undefined ? {} : { blender: values.blender }),
});
const verdicts: Verdict[] = [];
try {
  if (!values.json) process.stdout.write(`${tableHead(ground.card)}\n`);
  for (const [theme, programs] of Object.entries(themes))
    for (const hostile of programs) {
      if (only !== undefined && !only.test(`${theme}: ${hostile.name}`)) continue;
      const verdict = await ground.try(hostile);
      verdicts.push(verdict);
      if (!values.json) process.stdout.write(`${row(theme, hostile, verdict)}\n`);
    }
} finally {
  await ground.close();
  await rm(scratch, { recursive: true, force: true });
}
if (values.json)
  process.stdout.write(`${JSON.stringify({ schema: 1, card: ground.card, programs: verdicts }, null, 1)}\n`);
process.stdout.write(`${summary(verdicts)}\n`);
process.exitCode = verdicts.every((v) => !v.hung && v.escapes.length === 0 && v.faults.length === 0) ? 0 : 1;
