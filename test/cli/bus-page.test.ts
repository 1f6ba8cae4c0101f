import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { busPageFile, busPageText, eventSchemaFile, eventSchemaText } from "../../cli/bus-page.ts";
import { eventKinds } from "../../machines/domain/events/index.ts";

const committed = (file: string) => readFile(join(import.meta.dirname, "..", "..", file), "utf8");

it("docs/bus.md and the JSON Schema of events are those that the schemas make; mend with `node cli/bus-page.ts`", async () => {
  expect(busPageText()).toBe(await committed(busPageFile));
  expect(eventSchemaText()).toBe(await committed(eventSchemaFile));
});

it("the page names every subject and every event", () => {
  const page = busPageText();
  for (const subject of ["evt.RUN.ROLE.TYPE", "mbx.RUN.ROLE", "job.ENGINE.SLOT", "ctl.RUN.VERB", "dlq.RUN.ROLE"]) {
    expect(page).toContain(`### \`viga.${subject}\``);
  }
  for (const type of Object.keys(eventKinds)) expect(page).toContain(`#### \`${type}\``);
});
