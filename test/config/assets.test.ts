import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../../config/loader.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-assets-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function assetsIn(yaml: string) {
  writeFileSync(join(folder, "viga.yaml"), `mode: static_scene\n${yaml}`);
  return resolveConfig({ cwd: folder, config: "viga.yaml" }).assets;
}

describe("assets in viga.yaml", () => {
  it("are none where nothing is said", () => {
    expect(assetsIn("")).toEqual({ folders: [], services: [] });
  });

  it("have folders beside the file or at home, and services with their defaults", () => {
    const { folders, services } = assetsIn(
      "assets: { folders: [props, ~/models], services: [{ kind: tripo }, { kind: sam3d, url: 'http://gpu:8100/make' }] }",
    );
    expect(folders).toEqual([join(folder, "props"), join(homedir(), "models")]);
    expect(services).toEqual([
      {
        kind: "tripo",
        url: "https://api.tripo3d.ai/v2/openapi",
        key_env: "TRIPO_API_KEY",
        minutes: 30,
        megabytes: 128,
      },
      { kind: "sam3d", url: "http://gpu:8100/make", minutes: 30, megabytes: 128 },
    ]);
  });

  it.each([
    ["services: [{ kind: meshi }]", /viga.yaml:2: assets.services/],
    ["services: [{ kind: sam3d }]", /url/],
    ["services: [{ kind: meshy }, { kind: meshy }]", /twice/],
    ["services: [{ kind: meshy, minutes: 0 }]", /minutes/],
    ["services: [{ kind: sam3d, url: 'ftp://x' }]", /expected http/],
    ["folder: [x]", /folders/],
  ])("are refused where they are wrong: %s", (line, message) => {
    expect(() => assetsIn(`assets: { ${line} }`)).toThrow(message);
  });

  it("take the name of a variable for a key, and never show a key that stands there", () => {
    const key = "msy_aB3dE5fG7hJ9kL1mN3pQ5rS7";
    expect(() => assetsIn(`assets: { services: [{ kind: meshy, key_env: ${key} }] }`)).toThrow(/environment variable/);
    expect(() => assetsIn(`assets: { services: [{ kind: meshy, key_env: ${key} }] }`)).not.toThrow(key);
  });
});
