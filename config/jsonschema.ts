import { z } from "zod";
import { experimentFile } from "./experiment/experiment-file.ts";
import { configSchema } from "./schema.ts";

/** Where the generated schemas lie, relative to the repository. Regenerate with `node config/jsonschema.ts`. */
export const schemaFile = "config/viga.schema.json";
export const experimentSchemaFile = "config/experiment.schema.json";

/** JSON Schema (draft 2020-12) of viga.yaml as a person writes it: every key optional, defaults named. For editors. */
export function configJsonSchema(): Record<string, unknown> {
  const { required: _everythingHasADefault, ...schema } = z.toJSONSchema(configSchema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema, path }) => {
      // A mode's defaults fill these in, so a file may leave any part out.
      const section = ["roles", "memory", "stop", "render"].includes(String(path[1])) && path[0] === "properties";
      if (section && zodSchema._zod.def.type === "object") delete jsonSchema.required;
    },
  });
  return { ...schema, title: "viga.yaml", description: "A run of viga. Unknown keys are refused." };
}

/** The schema as the committed file holds it. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}

/** JSON Schema of an experiment's file, as the committed file holds it. */
export function experimentJsonSchemaText(): string {
  const schema = z.toJSONSchema(experimentFile, { io: "input", unrepresentable: "any" });
  const about = { title: "experiment", description: "An experiment of viga. Unknown keys are refused." };
  return `${JSON.stringify({ ...schema, ...about }, null, 2)}\n`;
}

if (import.meta.main) {
  const { writeFileSync } = await import("node:fs");
  writeFileSync(new URL("./viga.schema.json", import.meta.url), configJsonSchemaText());
  writeFileSync(new URL("./experiment.schema.json", import.meta.url), experimentJsonSchemaText());
}
