import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resolveConfig } from "../../config/loader.ts";
import { drawnText } from "../../config/preview.ts";
import type { ConfigRequest } from "../../config/resolved.ts";

const cwd = mkdtempSync(join(tmpdir(), "viga-preview-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const preview = (request: ConfigRequest) => resolveConfig({ cwd, mode: "static_scene", ...request }).render.preview;
const cheap = { px: 256, samples: 16 };
const clean = { px: 512, samples: 32 };

describe("previews", () => {
  it("are large and clean where a model plays either role, and cheap where none does", () => {
    expect(preview({})).toEqual(cheap);
    expect(preview({ model: "claude-opus-5-5" })).toEqual(clean);
    expect(preview({ sets: ["roles.verifier=qwen3-vl-8b"] })).toEqual(clean);
    expect(preview({ sets: ["roles.generator={player: claude-opus-5-5}"] })).toEqual(clean);
    expect(preview({ sets: ["roles.verifier=command:judge"] })).toEqual(cheap);
  });

  it("are what is set, whoever plays", () => {
    const file = join(cwd, "own.yaml");
    writeFileSync(file, "roles: { generator: claude-opus-5-5 }\nrender: { preview: { px: 96, samples: 2 } }\n");
    expect(preview({ config: file })).toEqual({ px: 96, samples: 2 });
    expect(preview({ model: "claude-opus-5-5", sets: ["render.preview.px=128"] })).toEqual({ px: 128, samples: 32 });
  });

  it("of slides and pages are the mode's own", () => {
    const request = { cwd, model: "claude-opus-5-5" };
    expect(resolveConfig({ ...request, mode: "autopresent" }).render.preview.px).toBe(1920);
    expect(drawnText(resolveConfig({ ...request, mode: "autopresent" }))).toBe(
      "pictures: previews of 1920 px, final ones of 1920 px",
    );
  });

  it("are told in a plan", () => {
    expect(drawnText(resolveConfig({ cwd, mode: "static_scene", sets: ["render.preview.renderer=WORKBENCH"] }))).toBe(
      "pictures: previews of 256 px, 16 samples by WORKBENCH, final ones of 512 px, 512 samples",
    );
  });
});
