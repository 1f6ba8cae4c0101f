import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { Command } from "commander";
import { VigaError } from "../../config/errors.ts";
import { configTemplate } from "../../config/init-text.ts";
import { plainJson } from "../../config/plain-text.ts";
import { print } from "../print.ts";

/** `viga init`: writes a commented viga.yaml. */
export function initCommand(): Command {
  return new Command("init")
    .description("write a commented viga.yaml")
    .argument("[FILE]", "where to", "viga.yaml")
    .option("--json", "answer as JSON")
    .action(async (file: string, options: { json?: boolean }) => {
      const path = resolve(file);
      await writeFile(path, configTemplate(), { flag: "wx" }).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === "EEXIST")
          throw new VigaError("input_invalid", `${file} is there already`, { cause, hint: "give another name" });
        throw new VigaError("input_invalid", `cannot write ${file}: ${cause.message}`, { cause });
      });
      print(
        options.json
          ? `${plainJson({ schema: 1, written: path })}\n`
          : `wrote ${file}; run it with: viga run TASK_DIR --config ${file}\n`,
      );
    });
}
