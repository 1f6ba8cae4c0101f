import { existsSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { plainText } from "../config/plain-text.ts";
import { withoutSecrets } from "../config/secrets.ts";
import { printError } from "./print.ts";

/** Where a process's own log goes, as JSON lines. */
export const logFile = "viga.log";

export interface Log {
  (line: string): void;
  /** From now on every line is also kept in `<out>/viga.log`, where that folder is on this host. */
  keepIn: (out: string) => void;
}

/**
 * What a process says of itself: a line on stderr for people, and a JSON line in the run's folder for machines. Never
 * a key: keys are in no message, and fields that are named like one are censored.
 * @param options.print where lines go instead of stderr, plain already
 */
export function makeLog(name: string, options: { prefix?: boolean; print?: (line: string) => void } = {}): Log {
  const show = options.print ?? ((line: string) => printError(`${line}\n`));
  let file: pino.Logger | null = null;
  const log = (said: string) => {
    const line = plainText(withoutSecrets(said));
    show(options.prefix === false ? line : `${name}: ${line}`);
    file?.info(line);
  };
  return Object.assign(log, {
    keepIn(out: string) {
      if (!existsSync(out)) return;
      const destination = pino.destination({ dest: join(out, logFile), append: true, sync: true, mode: 0o600 });
      const redact = { paths: ["*.key", "*.token", "*.authorization"], censor: "[kept out]" };
      file = pino({ name, redact, timestamp: pino.stdTimeFunctions.isoTime }, destination);
    },
  });
}
