import { print } from "../print.ts";
import { machineRows } from "./machine.ts";
import { programRows } from "./programs.ts";
import { doctorExit, type Row, rowsAsJson, rowsAsTable } from "./row.ts";

export interface DoctorOptions {
  /** Decides which programs are required; default: blendergym. */
  mode?: string;
  /** Folder that results go to; default: ./output. */
  out?: string;
  json?: boolean;
  /** Further checks (engine, sandbox and bus self-tests), each run where the rows it rests on, by name, are right. */
  further?: readonly { on: readonly string[]; check: () => Promise<Row | Row[]> }[];
}

/** Looks at the machine and writes a table or JSON to stdout. Resolves with the exit code: 0, or 3 with what to do. */
export async function doctor(options: DoctorOptions = {}): Promise<0 | 3> {
  const rows = (await Promise.all([machineRows(options.out), programRows(options.mode)])).flat();
  // What a missing or hanging program's own row says need not be found out again, slowly.
  const worth = (options.further ?? []).filter(({ on }) => rows.every(({ name, ok }) => ok || !on.includes(name)));
  rows.push(...(await Promise.all(worth.map(({ check }) => check()))).flat());
  print(options.json ? rowsAsJson(rows) : rowsAsTable(rows));
  return doctorExit(rows);
}
