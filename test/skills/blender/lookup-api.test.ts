import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allTools } from "../../../skills/tool.ts";
import { cube, type Lab, openLab } from "../../bridge/engines/lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
}, 60_000);
afterAll(() => lab.close());

interface Found {
  version: string;
  found: { name: string; kind: string; text: string }[];
}
async function look(query: unknown): Promise<Found> {
  const { result, error } = await lab.call("lookup_api", { query });
  if (error) throw new Error(`${error.message} (${error.hint})`);
  return result as Found;
}

describe("looking up the API of the Blender that runs", () => {
  it.each([
    ["mesh.primitive_torus_add", /^bpy\.ops\.mesh\.primitive_torus_add\(.*major_radius=1, minor_radius=0\.25/],
    [
      "principled bsdf sockets",
      /^nodes\.new\('ShaderNodeBsdfPrincipled'\), called Principled BSDF\. Inputs: 'Base Color'=/,
    ],
    ["how to add a sun light", /^bpy\.ops\.object\.light_add\(type='POINT' of POINT\|SUN\|SPOT\|AREA/],
    ["noise texture", /^nodes\.new\('ShaderNodeTexNoise'\)/],
    ["emission strength", /^node\.inputs\['Emission Strength'\] of nodes\.new\('ShaderNodeBsdfPrincipled'\)/],
    ["camera lens", /^bpy\.types\.Camera\.lens: 50\. Perspective Camera focal length/],
  ])("finds %s first", async (query, text) => {
    const { found } = await look(query);
    expect(found[0]!.text).toMatch(text);
    expect(found.length).toBeLessThanOrEqual(8);
  });

  it("says what to write for a name of another version", async () => {
    const { found } = await look("object.lamp_add");
    expect(found[0]).toMatchObject({
      kind: "other version",
      text: expect.stringContaining("bpy.ops.object.light_add"),
    });
  });

  it("finds nothing where there is nothing, and refuses what are no words", async () => {
    expect((await look("zzqx")).found).toEqual([]);
    await expect(look("")).rejects.toThrow(/some words \(e\.g\. "principled bsdf"/);
    await expect(look(7)).rejects.toThrow(/some words/);
    await expect(look("?!")).rejects.toThrow(/no words/);
  });

  it("is told as one line a name, what it names renders, and the scene is not touched", async () => {
    const tool = (await allTools()).find(({ name }) => name === "lookup_api")!;
    const text = tool.text!(await look("primitive_ico_sphere_add"));
    expect(text).toMatch(/^Blender \d+\.\d+.*:\n- bpy\.ops\.mesh\.primitive_ico_sphere_add\(/);
    const call = /bpy\.ops\.mesh\.primitive_ico_sphere_add/.exec(text)![0];
    expect((await lab.run(`${cube}${call}(radius=0.5)\n`)).error).toBeUndefined();
    expect(tool.text!({ version: "9", found: [] })).toBe("Blender 9 has nothing under these words.");
  });
});
