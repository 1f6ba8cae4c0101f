import { describe, expect, it } from "vitest";
import { configTemplate } from "../../config/init-text.ts";
import { resolveConfig } from "../../config/loader.ts";
import { presetNames } from "../../config/presets.ts";
import { livingProfileNames, loadProfiles, shippedProfileNames } from "../../config/profiles.ts";
import { retirementLine, retirementLines } from "../../config/retired.ts";

const day = (text: string): number => Date.parse(text);
const profile = (name: string) => loadProfiles().get(name)!;

describe("a retired model", () => {
  it("is announced before its day and said to fail from that day on", () => {
    const gpt4o = profile("gpt-4o");
    expect(retirementLine(gpt4o, day("2026-11-25"))).toBe("gpt-4o ends on 2027-01-14; use gpt-6-luna");
    expect(retirementLine(gpt4o, day("2027-01-14T08:00:00Z"))).toBe(
      "gpt-4o was retired on 2027-01-14: requests will fail; use gpt-6-luna",
    );
    expect(retirementLine(profile("gpt-6-luna"), day("2027-01-14"))).toBeUndefined();
  });

  it("that is routed to its successor is not said to fail", () => {
    expect(retirementLine(profile("gemini-2.5-pro"), day("2026-12-02"))).toBe(
      "gemini-2.5-pro was retired on 2026-12-01: the endpoint answers with gemini-3.8-flash; use gemini-3.8-flash",
    );
  });

  it("in two roles gives one line, and each of two models one", () => {
    const config = (generator: string, verifier: string) =>
      resolveConfig({ mode: "static_scene", sets: [`roles.generator=${generator}`, `roles.verifier=${verifier}`] });
    const today = day("2026-11-25");
    expect(retirementLines(config("gpt-4o", "gpt-4o"), today)).toHaveLength(1);
    expect(retirementLines(config("gpt-4o", "claude-sonnet-4"), today)).toHaveLength(2);
    expect(retirementLines(config("gpt-6.1-sol", "pixels"), today)).toEqual([]);
  });
});

describe("what viga proposes", () => {
  it.each(presetNames())("names only living models in preset %s", (preset) => {
    expect(retirementLines(resolveConfig({ mode: "static_scene", config: preset }), day("2999-01-01"))).toEqual([]);
  });

  it("names only living models in the template of viga init", () => {
    const text = configTemplate();
    for (const name of shippedProfileNames()) {
      if (livingProfileNames().includes(name)) expect(text).toContain(name);
      else expect(text).not.toMatch(new RegExp(`(?<![\\w.-])${name.replaceAll(".", "\\.")}(?![\\w.-])`));
    }
  });
});
