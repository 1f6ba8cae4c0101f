import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { configTemplate } from "../../config/init-text.ts";
import { configJsonSchema, schemaFile } from "../../config/jsonschema.ts";
import { resolveConfig } from "../../config/loader.ts";
import { configSchema } from "../../config/schema.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-template-"));
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string): ReturnType<typeof resolveConfig> {
  writeFileSync(join(folder, "viga.yaml"), yaml);
  return resolveConfig({ cwd: folder, config: "viga.yaml" });
}

describe("the viga.yaml that viga init writes", () => {
  it("is the offline preset as it stands", () => {
    expect(load(`${configTemplate()}mode: blendergym\n`)).toEqual(resolveConfig({ cwd: folder, mode: "blendergym" }));
  });

  it("shows every key, and every shown key works when its comment sign is taken away", () => {
    const shown = new Set<string>();
    // A commented line, with the more indented lines below it.
    for (const [block] of configTemplate().matchAll(/^#? ?\w+:.*\n(?:#? {2,}.*\n)*/gm)) {
      const yaml = block.replaceAll(/^# ?/gm, "").replaceAll(/^ +# /gm, "  ");
      const key = yaml.split(":")[0]!;
      shown.add(key);
      if (key === "models") continue;
      const mode = key === "mode" || key === "roles" ? "" : "mode: static_scene\n";
      if (key === "mode" && /autopresent|design2code/.test(yaml)) continue;
      if (key === "roles") continue;
      expect(() => load(`${mode}${yaml}`), yaml).not.toThrow();
    }
    expect([...shown].sort()).toEqual(Object.keys(configSchema.shape).sort());
  });

  it("names the schema for editors when it is told where it is", () => {
    expect(configTemplate("/x/viga.schema.json").split("\n")[0]).toBe(
      "# yaml-language-server: $schema=/x/viga.schema.json",
    );
  });
});

describe("the JSON Schema for editors", () => {
  it("is the one the configuration's schema makes; mend with `node config/jsonschema.ts`", () => {
    const committed: unknown = JSON.parse(readFileSync(resolve(import.meta.dirname, "../..", schemaFile), "utf8"));
    expect(committed).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });

  it("requires nothing of a file, since defaults fill it in, and refuses unknown keys", () => {
    const schema = configJsonSchema();
    expect(schema.required).toBeUndefined();
    expect(schema.additionalProperties).toBe(false);
    const { roles, render } = schema.properties as Record<string, { required?: string[] }>;
    expect([roles?.required, render?.required]).toEqual([undefined, undefined]);
  });
});
