/** One line of `viga doctor`. */
export interface Row {
  name: string;
  /** Version or what was found; null: not there, or it did not answer. */
  version: string | null;
  ok: boolean;
  /** False: only some modes or settings need it, so its absence is no fault of the machine. */
  required: boolean;
  needed_for: string;
  /** What a person does about it; "" where it is fine. */
  how_to_get: string;
  /** Debian packages that mend it, where there are any. */
  apt: readonly string[];
}

/** The one command that mends everything that is required and missing; null where nothing is, or no command can. */
export function mendCommand(rows: readonly Row[], root = process.getuid?.() === 0): string | null {
  const broken = rows.filter((row) => row.required && !row.ok);
  const packages = [...new Set(broken.flatMap((row) => row.apt))];
  if (packages.length > 0) {
    const sudo = root ? "" : "sudo ";
    return `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  }
  return broken.find((row) => row.how_to_get !== "")?.how_to_get ?? null;
}

/** Exit code of `viga doctor`: 0 where a run can start, 3 where something required is missing. */
export function doctorExit(rows: readonly Row[]): 0 | 3 {
  return rows.every((row) => row.ok || !row.required) ? 0 : 3;
}

/** Version of the `--json` output of `viga doctor`. */
const schema = 1;

/** The rows as one JSON document. */
export function rowsAsJson(rows: readonly Row[]): string {
  const ok = doctorExit(rows) === 0;
  return `${JSON.stringify({ schema, ok, mend: ok ? null : mendCommand(rows), checks: rows }, null, 2)}\n`;
}

/** The rows as a plain table: mark, name, version, what it is for; below it what to do. Wide texts are not cut. */
export function rowsAsTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.ok ? "ok" : row.required ? "MISSING" : "-",
    row.name,
    row.version ?? "not found",
    row.needed_for,
  ]);
  const width = (column: number): number => Math.max(0, ...cells.map((cell) => cell[column]!.length));
  const widths = [width(0), width(1), width(2)];
  const lines = cells.map((cell) =>
    cell
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const advice = rows
    .filter((row) => !row.ok && row.how_to_get !== "")
    .map((row) => `  ${row.name}: ${row.how_to_get}`);
  if (advice.length > 0) lines.push("", "what to do:", ...advice);
  if (doctorExit(rows) === 0) lines.push("", "ready: a run can start");
  else lines.push("", `to mend it: ${mendCommand(rows) ?? "see above"}`);
  return `${lines.join("\n")}\n`;
}
