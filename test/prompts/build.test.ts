import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { modeNames, modeOf, promptSettings } from "../../config/modes/index.ts";
import { eeveeName, principledInputs, versionOf } from "../../prompts/facts.ts";
import { buildPrompt, type PromptRole, promptModes, sharedPart } from "../../prompts/index.ts";
import { fillTemplate, valuesOf } from "../../prompts/template.ts";

const roles: PromptRole[] = ["generator", "verifier", "analyze"];
const styles = ["native", "inline", "json"];
const tools = [{ name: "execute_code", description: "Runs a program. More words." }];
const request = { mode: "static_scene", role: "generator" as const, setting: "none", style: "native", tools };
const card = { engine: "blender", version: "3.4.1", denoiser: false };

describe("system prompts", () => {
  it("exist for every mode of the configuration, and for no other", () => {
    expect(promptModes()).toEqual([...modeNames].sort());
  });

  it.each(modeNames)("of %s leave no placeholder open, in any role, style and setting", (mode) => {
    for (const role of roles) {
      for (const style of styles) {
        for (const setting of modeOf(mode).promptSettings) {
          for (const given of [card, null]) {
            const pictures = { views: modeOf(mode).views, px: 256 };
            const text = buildPrompt({ mode, role, setting, style, tools, card: given, pictures });
            expect(text).not.toMatch(/\{\{|undefined|\[object/);
            expect(text.length).toBeGreaterThan(400);
            // An 8192-token endpoint must keep room for a target, a program and an answer.
            expect(text.length).toBeLessThan(8_000);
          }
        }
      }
    }
  });

  it("tell each prompt setting of static scenes apart", () => {
    const all = promptSettings.map((setting) => buildPrompt({ ...request, setting }));
    expect(new Set(all).size).toBe(promptSettings.length);
  });

  it("describe the form of a call only to models that write it as text", () => {
    expect(buildPrompt({ ...request, style: "inline" })).toContain("<tool_call>");
    expect(buildPrompt({ ...request, style: "json" })).toContain("whole reply is one JSON object");
    expect(buildPrompt(request)).not.toContain("<tool_call>");
  });

  it("list the tools that are offered, one line each", () => {
    expect(buildPrompt(request)).toContain("- `execute_code`: Runs a program.\n");
    expect(buildPrompt(request)).not.toContain("More words");
  });

  it("say whether programs start on the task's scene or on an empty one", () => {
    expect(buildPrompt({ ...request, base: true })).toContain("came with the task");
    expect(buildPrompt(request)).toContain("in an empty scene");
  });

  it("say which pictures are taken and how large, and that the program's own resolution is overruled", () => {
    const views = [
      { name: "render1", camera: "Camera1", aspect: { width: 1080, height: 1920 } },
      { name: "render2", camera: "Camera2", optional: true, aspect: { width: 601, height: 400 } },
      { name: "end", camera: null, frame: 40, aspect: { width: 3000, height: 10 } },
    ];
    for (const role of ["generator", "verifier"] as const) {
      const text = buildPrompt({ ...request, role, pictures: { views, px: 256 } });
      expect(text).toContain("- `render1` through camera `Camera1`: 144 x 256 px (9:16)\n");
      expect(text).toContain(
        "- `render2` through camera `Camera2` (left out where the scene has no such camera): 256 x 170 px (1.50:1)\n",
      );
      expect(text).toContain("- `end` through the scene's active camera at frame 40: 256 x 1 px (300.00:1)\n");
      expect(text).toContain("of the program or its .blend are overruled.");
    }
    const own = buildPrompt({ ...request, pictures: { views: [{ name: "render", camera: null }], px: 64 } });
    expect(own).toContain("longer side 64 px, in the shape of the scene's resolution");
    expect(own).toContain("save the shape of the resolution");
    expect(buildPrompt(request)).not.toContain("## Pictures");
    const page = buildPrompt({ ...request, mode: "design2code", pictures: { views, px: 64 } });
    expect(page).toContain("The whole page, laid out 1080 px wide; the target is 1080 x 1920 px.");
    expect(page).not.toContain("camera");
  });

  it("name each photograph's camera, and the cameras that the program must make", () => {
    const aspect = { width: 3, height: 2 };
    const views = [
      { name: "render", camera: null, frame: "start" as const, aspect },
      { name: "target2", camera: "target2", aspect },
      { name: "render_end", camera: null, frame: "end" as const, aspect },
    ];
    const pictures = { views, px: 90, targets: ["render", "target2"] };
    const text = buildPrompt({ ...request, pictures });
    expect(text).toContain(
      "- `render` through the scene's active camera at the first frame of the scene's range: 90 x 60 px (3:2), compared with target `render`\n",
    );
    expect(text).toContain("- `target2` through camera `target2`: 90 x 60 px (3:2), compared with target `target2`\n");
    expect(text).toContain("at the last frame of the scene's range: 90 x 60 px (3:2)\n");
    expect(text).toContain("The scene needs a camera object of each of these names: `target2`.");
    expect(buildPrompt({ ...request, role: "verifier", pictures })).not.toContain("needs a camera object");
  });

  it("have the verifier go through the paper's aspects, as far as the mode leaves them open", () => {
    const aspectsOf = (mode: string, setting = "none", names: string[] = []) => {
      const text = buildPrompt({
        ...request,
        mode,
        setting,
        role: "verifier",
        tools: names.map((name) => ({ name, description: "x" })),
      });
      return {
        text,
        found: [...text.matchAll(/^- (Camera|Objects|Layout|Environment|Animation):/gm)].map(([, a]) => a),
      };
    };
    const still = ["Camera", "Objects", "Layout", "Environment"];
    expect(aspectsOf("static_scene").found).toEqual(still);
    expect(aspectsOf("blenderbench").found).toEqual(still);
    expect(aspectsOf("dynamic_scene").found).toEqual([...still, "Animation"]);
    expect(aspectsOf("blendergym").found).toEqual(still.slice(1));
    expect(aspectsOf("dynamic_scene", "init").found).toEqual([...still.slice(1), "Animation"]);
    expect(aspectsOf("dynamic_scene", "init").text).toContain("The camera was given: suggest no change of it.");
    for (const mode of ["autopresent", "design2code"]) expect(aspectsOf(mode).found).toEqual([]);
    const blind = aspectsOf("static_scene").text;
    expect(blind).toContain("give the exact `location` and `rotation_euler`");
    expect(blind).not.toContain("`investigate`");
    const { text } = aspectsOf("static_scene", "none", ["investigate", "set_camera", "end_process"]);
    expect(text).toContain("look for a better pose with `set_camera` and `investigate` and give the exact");
  });

  it("keep a given scene and its camera with init", () => {
    for (const mode of ["static_scene", "dynamic_scene"]) {
      const text = buildPrompt({ ...request, mode, setting: "init" });
      expect(text).toMatch(
        /Call `get_scene_info` before any other tool[\s\S]*Leave the camera alone[\s\S]*background, the light/,
      );
    }
  });

  it.each(modeNames)("of %s are role and form of the reply alone with paper", (mode) => {
    for (const role of ["generator", "verifier"] as const) {
      const text = buildPrompt({ ...request, mode, role, setting: "paper", card });
      expect(text.match(/^#+ .*/gm)).toEqual(["# Role", "# Response format"]);
      expect(text).toContain("exactly one tool call together with your reasoning");
      expect(text).toContain("- `execute_code`: Runs a program.");
      expect(text.length).toBeLessThan(1500);
    }
    expect(buildPrompt({ ...request, mode, role: "analyze", setting: "paper" })).toContain("How to answer");
  });

  it("refuse a mode, setting or style that has none, naming those that do", () => {
    expect(() => buildPrompt({ ...request, mode: "nowhere" })).toThrow(/nowhere/);
    expect(() => buildPrompt({ ...request, setting: "../index" })).toThrow(/setting/);
    expect(() => buildPrompt({ ...request, style: "morse" })).toThrow(/morse/);
  });
});

describe("facts about the engine", () => {
  it("name sockets and EEVEE as the executor's version does", () => {
    const old = buildPrompt({ ...request, card });
    expect(old).toContain('"Transmission",');
    expect(old).toContain('EEVEE is called "BLENDER_EEVEE" here');
    expect(old).toContain("no denoiser");
    const young = buildPrompt({ ...request, card: { engine: "blender", version: "4.3.2", denoiser: true } });
    expect(young).toContain('inputs of this version: "Transmission Weight"');
    expect(young).toContain('EEVEE is called "BLENDER_EEVEE_NEXT" here');
    expect(young).not.toContain("no denoiser");
    expect(eeveeName(versionOf("5.2.2 LTS")!)).toBe("BLENDER_EEVEE");
  });

  it("agree with the Blender of this machine", async () => {
    const script = [
      "import bpy, json",
      "m = bpy.data.materials.new('a'); m.use_nodes = True",
      "n = next(n for n in m.node_tree.nodes if n.type == 'BSDF_PRINCIPLED')",
      "print('FACTS', json.dumps({'version': bpy.app.version_string, 'inputs': [i.name for i in n.inputs]}))",
      "bpy.context.scene.render.engine = 'CYCLES'",
    ].join("\n");
    const { stdout } = await promisify(execFile)("blender", ["-b", "--factory-startup", "--python-expr", script]);
    const facts = JSON.parse(/FACTS (.*)/.exec(stdout)![1]!) as { version: string; inputs: string[] };
    expect(facts.inputs).toEqual(expect.arrayContaining(principledInputs(versionOf(facts.version)!)));
  });
});

describe("templates", () => {
  it("take values as they are, braces and all", () => {
    expect(fillTemplate("a {{x}} b", { x: "{{y}} $& {{> z}}" }, () => undefined)).toBe("a {{y}} $& {{> z}} b");
  });

  it("refuse a missing value, a missing part and parts in a circle", () => {
    expect(() => fillTemplate("{{x}}", {}, () => undefined)).toThrow(/x/);
    expect(() => fillTemplate("{{> p}}", {}, () => undefined)).toThrow(/p/);
    expect(() => fillTemplate("{{> p}}", {}, () => "{{> p}}")).toThrow(/circle/);
    expect(() => fillTemplate("{{constructor}}", {}, () => undefined)).toThrow(/constructor/);
  });

  it("name the values they ask for", () => {
    expect(valuesOf("{{> turn_generator}}", sharedPart)).toEqual(["tools", "style"]);
    expect(valuesOf("{{> turn_verifier}}", sharedPart)).toEqual(["pictures", "tools", "style"]);
  });
});
