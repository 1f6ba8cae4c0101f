import { join } from "node:path";
import { Command } from "commander";
import { ArtifactStore } from "../../bridge/artifacts/store.ts";
import { plainJson } from "../../config/plain-text.ts";
import { writeReport } from "../../observers/report/report.ts";
import { findOut } from "../launch/out.ts";
import { print } from "../print.ts";

/** `viga report [OUT]`: the report of a run again, from its folder alone. */
export function reportCommand(): Command {
  return new Command("report")
    .description("write report.html of a run again, from its folder alone, and print its path")
    .argument("[OUT]", "output folder of the run; default: the newest (output/latest)")
    .option("--json", "answer as JSON")
    .addHelpText(
      "after",
      `
Runs that were interrupted, or made by an older version, have a report as well.

Examples:
  viga report
  viga report output/static_scene/20260102-030405/cup`,
    )
    .action(async (given: string | undefined, options: { json?: boolean }) => {
      const out = await findOut(given);
      const store = new ArtifactStore(join(out, "artifacts"));
      const report = await writeReport({ out, read: (ref) => store.get(ref) });
      print(options.json ? `${plainJson({ schema: 1, out, report })}\n` : `${report}\n`);
    });
}
