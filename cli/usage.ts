import type { Command } from "commander";
import { VigaError } from "../config/errors.ts";
import { withoutSecrets } from "../config/secrets.ts";
import { fail } from "./exit.ts";

/** Makes a command and those below it tell wrong usage as viga tells everything: one line, or JSON with `--json`. */
export function tellUsage(command: Command, json: boolean): Command {
  command.exitOverride().configureOutput({
    outputError: (text, write) => {
      // An option that does not exist may come with a key (`--api-key=...`).
      const said = withoutSecrets(text.replace(/^error: /, "").trim()).replace(
        /(unknown option '[^=']*)=[^']*'/,
        "$1'",
      );
      if (json) fail(new VigaError("input_invalid", said, { hint: moreHelp }), { json });
      else write(`viga: ${said}\n`);
    },
    // What commander says after an error is for people.
    ...(json ? { writeErr: () => undefined } : {}),
  });
  command.showHelpAfterError(`(${moreHelp})`);
  for (const below of command.commands) tellUsage(below, json);
  return command;
}

const moreHelp = "viga --help, or viga VERB --help, says more";
