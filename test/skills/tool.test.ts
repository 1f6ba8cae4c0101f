import { describe, expect, it } from "vitest";
import { z } from "zod";
import { modes } from "../../config/modes/index.ts";
import { type Audience, allTools, isFor, told, toolRoles } from "../../skills/tool.ts";

const tools = await allTools();
const audiences: Audience[] = (["player", "mcp"] as const).flatMap((client) =>
  (["native", "inline", "json"] as const).flatMap((style) =>
    (["python", "html"] as const).map((language) => ({ client, style, language })),
  ),
);

describe("tool definitions", () => {
  it("are found in every skill's folder, one a file", () => {
    const names = tools.map(({ name }) => name).sort();
    const known = ["execute_code", "get_scene_info", "make_plan", "measure_difference", "undo_last_step"];
    expect(names).toEqual(expect.arrayContaining([...known, "end_process"]));
  });

  it("name no two tools of one role and engine alike, aliases included", () => {
    for (const role of toolRoles) {
      for (const engine of ["blender", "slides", "web"]) {
        const names = tools
          .filter((tool) => isFor(tool, role, engine))
          .flatMap((tool) => [tool.name, ...(tool.aliases ?? [])]);
        expect(new Set(names).size).toBe(names.length);
      }
    }
  });

  it("ask for a plan in four stages, of a scene, a surface or edits, by the same two texts", () => {
    const plan = tools.find(({ name }) => name === "make_plan")!;
    const schemas = ([undefined, "slides", "edit"] as const).map((kind) => {
      const { description, args } = told(plan, { ...audiences[0]!, ...(kind === undefined ? {} : { plan: kind }) });
      expect(description).toContain("You must call this first");
      return z.toJSONSchema(args) as { required: string[]; properties: Record<string, { description: string }> };
    });
    for (const { required, properties } of schemas) {
      expect(required).toEqual(["overall_description", "detailed_plan"]);
      const { description } = properties.detailed_plan!;
      expect(description).toMatch(/1\. Preparation:[\s\S]*2\. Rough:[\s\S]*3\. Intermediate:[\s\S]*4\. Refinement:/);
    }
    const [scene, slides, edit] = schemas.map(({ properties }) => properties.detailed_plan!.description);
    expect(scene).toContain("assets");
    expect(slides).toMatch(/no area stays empty[\s\S]*spacing[\s\S]*contrast/);
    expect(edit).toMatch(/visual analysis[\s\S]*lines and numbers of the program[\s\S]*small steps/);
  });

  it("can be told to every audience, as JSON Schema of an object in which each argument is explained", () => {
    for (const tool of tools) {
      for (const to of audiences) {
        const { description, args } = told(tool, to);
        expect(description.length).toBeGreaterThan(20);
        const schema = z.toJSONSchema(args, { io: "input" }) as { type: string; properties?: object };
        expect(schema.type).toBe("object");
        for (const [key, property] of Object.entries(schema.properties ?? {})) {
          expect([tool.name, key, Object.keys(property)]).toEqual([
            tool.name,
            key,
            expect.arrayContaining([(property as { properties?: object }).properties ? "properties" : "description"]),
          ]);
        }
      }
    }
  });

  it.each(Object.values(modes))("exist for every tool that mode $name offers a role", ({ skills, engine }) => {
    for (const role of toolRoles) {
      const known = tools.filter((tool) => isFor(tool, role, engine)).map(({ name }) => name);
      expect(known).toEqual(expect.arrayContaining([...skills[role]]));
    }
  });
});
