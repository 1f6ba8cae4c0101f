import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { TapeEvent } from "../../observers/observer.ts";

const schema = new URL("../../machines/domain/events/events.schema.json", import.meta.url);
const ajv = new Ajv2020({ strict: false, allErrors: false });
ajv.addSchema(JSON.parse(readFileSync(schema, "utf8")), "events");

/** Events that the published JSON Schema does not know or does not fit, with what is wrong; each type once. */
export function misfits(events: readonly Pick<TapeEvent, "type" | "data">[]): string[] {
  const found = events.flatMap(({ type, data }) => {
    const check = ajv.getSchema(`events#/$defs/${type}`);
    if (check === undefined) return [`${type} is in no schema`];
    return check(data) ? [] : [`${type}: ${ajv.errorsText(check.errors)}`];
  });
  return [...new Set(found)];
}
