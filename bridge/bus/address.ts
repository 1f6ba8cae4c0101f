import { join } from "node:path";
import { z } from "zod";
import { VigaError } from "../../config/errors.ts";
import { readRegularFile } from "../files/regular-file.ts";
import { writeAtomic } from "../files/write-atomic.ts";

/** Where a bus is, and how to log in. */
export interface BusAddress {
  url: string;
  /** A token, or the password of `user`; alone it is also tried as that of the owner of a bus of our own. */
  token?: string | undefined;
  user?: string | undefined;
  /** Path of a NATS credentials file. */
  creds?: string | undefined;
}

/** `<out>/bus.json`: where the bus of a run, or of a batch's runs, is. Mode 0600, for it holds passwords. */
export const busFile = z.object({
  schema: z.literal(1),
  /** Null: all runs of the bus, which are a batch's. */
  run: z.string().nullable(),
  url: z.string(),
  token: z.string().optional(),
  /** Passwords of others on a bus of our own, by user: an observer, each slot. */
  others: z.record(z.string(), z.string()).optional(),
  creds: z.string().optional(),
  /** Process that owns the run. */
  pid: z.number().int(),
  /** The same process by a name that no other ever has (bridge/processes); absent where the system does not say. */
  process: z.string().optional(),
});
export type BusFile = z.infer<typeof busFile>;

export async function writeBusFile(out: string, content: BusFile): Promise<void> {
  await writeAtomic(join(out, "bus.json"), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

/** Reads `<out>/bus.json`. Throws `not_found` or `input_invalid`. */
export async function readBusFile(out: string): Promise<BusFile> {
  const path = join(out, "bus.json");
  const text = await readRegularFile(path).catch((cause: unknown) => {
    throw new VigaError("not_found", `no run with a bus in ${out}`, {
      cause,
      hint: "start one (viga run ...), name its output folder, or give --bus URL",
    });
  });
  try {
    return busFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new VigaError("input_invalid", `${path} is not a bus file`, {
      cause,
      hint: "viga run writes it; do not edit it",
    });
  }
}
