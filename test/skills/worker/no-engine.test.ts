import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";

const skills = join(import.meta.dirname, "..", "..", "..", "skills");
const modules = ["sandbox", "worker"].flatMap((folder) =>
  readdirSync(join(skills, folder))
    .filter((file) => file.endsWith(".py"))
    .map((file) => ({ folder, name: file.slice(0, -3), text: readFileSync(join(skills, folder, file), "utf8") })),
);

/** Imports each module alone in a plain Python that refuses Blender's modules. */
const alone = `
import importlib, sys, types
sys.dont_write_bytecode = True
package = types.ModuleType("viga_engine")
package.__path__ = [sys.argv[1]]
names = sys.argv[2:]
for name in names:
    for loaded in [key for key in sys.modules if key.startswith("viga_engine")]:
        del sys.modules[loaded]
    sys.modules.update({"viga_engine": package, "bpy": None, "mathutils": None})
    importlib.import_module("viga_engine." + name)
print(len(names), any(key.startswith("viga_engine.blender") for key in sys.modules))
`;

it("every module of the sandbox and of the worker can be imported where there is no Blender", async () => {
  const names = modules.map(({ folder, name }) => `${folder}.${name}`);
  const { stdout } = await execa("python3", ["-c", alone, skills, ...names]);
  expect(stdout).toBe(`${names.length} False`);
});

it("no module of the sandbox or the worker names Blender or imports what does", () => {
  const wrong = modules
    .filter(({ text }) => /\bbpy\b|blender/i.test(text))
    .map(({ folder, name }) => `${folder}/${name}`);
  expect(wrong).toEqual([]);
});

it("the sandbox imports nothing of the worker", () => {
  const wrong = modules.filter(({ folder, text }) => folder === "sandbox" && /from \.\.|\bworker\b.*import/.test(text));
  expect(wrong.map(({ name }) => name)).toEqual([]);
});
