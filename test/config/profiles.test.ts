import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { keyNames, profileOverride } from "../../config/profile.ts";
import { findProfile, livingProfileNames, loadProfiles, shippedProfileNames } from "../../config/profiles.ts";

describe("shipped profiles", () => {
  it("cover every model that users name", () => {
    const families: Record<string, string[]> = {
      claude: ["claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-4", "claude-opus-4.5"],
      openai: [
        "gpt-6.1-sol",
        "gpt-6.1-terra",
        "gpt-6-astra",
        "gpt-6-luna",
        "gpt-5",
        "gpt-4o",
        "gpt-4o-mini",
        "gpt-4-turbo",
      ],
      gemini: [
        "gemini-3.8-flash",
        "gemini-3.5-flash-lite",
        "gemini-3.1-pro-preview",
        "gemini-2.5-pro",
        "gemini-2.0-flash",
      ],
      qwen: ["qwen3.8-max", "qwen3.8-flash", "qwen3.7-plus", "qwen-vl-max", "qwen-vl-plus"],
      local: [
        "qwen2-vl-7b",
        "qwen2-vl-72b",
        "qwen3-vl-8b",
        "qwen3-vl-32b",
        "qwen3.5-27b",
        "qwen3.6-35b-a3b",
        "qwen3.8-27b",
      ],
      others: ["gemma-4-31b", "gemma-4-26b-a4b", "glm-5v-turbo", "glm-4.6v"],
    };
    expect(shippedProfileNames()).toEqual(expect.arrayContaining(Object.values(families).flat()));
    expect(loadProfiles().size).toBe(shippedProfileNames().length);
  });

  it("name a key's variable and never hold a key; a server of one's own needs none", () => {
    for (const profile of loadProfiles().values()) {
      expect(keyNames(profile).length).toBeGreaterThan(0);
      expect(profile.key_required).toBe(!profile.base_url.startsWith("http://localhost"));
      expect(profile.max_tokens * 2).toBeLessThanOrEqual(profile.context_tokens);
    }
  });

  it("say of each retired one when it ends and which living one follows", () => {
    const all = loadProfiles();
    const retired = [...all.values()].filter((profile) => profile.retired !== undefined);
    expect(retired.map(({ name }) => name).sort()).toEqual([
      "claude-sonnet-4",
      "gemini-2.0-flash",
      "gemini-2.5-pro",
      "gpt-4-turbo",
      "gpt-4o",
      "gpt-4o-mini",
      "gpt-5",
      "qwen-vl-max",
      "qwen-vl-plus",
    ]);
    for (const profile of retired) {
      expect(all.get(profile.retired!.successor), profile.name).toBeDefined();
      expect(livingProfileNames(), profile.name).toContain(profile.retired!.successor);
      expect(livingProfileNames()).not.toContain(profile.name);
    }
  });

  it("cite the page that each one was looked up on, and the day", () => {
    const folder = new URL("../../config/profiles/", import.meta.url);
    const cited: string[] = [];
    for (const file of readdirSync(folder)) {
      const text = readFileSync(new URL(file, folder), "utf8");
      expect(text, file).toMatch(/read 2026-\d\d-\d\d/);
      for (const [, comments = "", name = ""] of text.matchAll(/((?: {2}#.*\n)*) {2}([\w.-]+):\n {4}/g)) {
        if (/https:\/\/\S+/.test(comments)) cited.push(name);
      }
    }
    expect(livingProfileNames().filter((name) => !cited.includes(name))).toEqual([]);
  });

  it("are found by the names people type", () => {
    const all = loadProfiles();
    for (const name of ["qwen3-vl-32b", "Qwen3-VL-32B", "Qwen3-VL-32B-Instruct"]) {
      expect(findProfile(all, name)?.model).toBe("Qwen3-VL-32B-Instruct");
    }
    expect(findProfile(all, "gpt-9")).toBeUndefined();
  });
});

describe("overrides", () => {
  it("change single keys, nested ones too, and leave the rest", () => {
    const over = { "qwen3-vl-32b": { image_max_px: 640, prices: { input_per_mtok: 2 }, timeouts: { stall_s: 5 } } };
    const profile = loadProfiles(over).get("qwen3-vl-32b")!;
    expect(profile).toMatchObject({
      image_max_px: 640,
      prices: { input_per_mtok: 2, output_per_mtok: 0 },
      timeouts: { stall_s: 5, first_s: 180 },
      tools: "inline",
      max_tokens: 8000,
    });
  });

  it("fill in no defaults, which would hide what is shipped", () => {
    expect(profileOverride.parse({ image_max_px: 640, timeouts: { stall_s: 5 } })).toEqual({
      image_max_px: 640,
      timeouts: { stall_s: 5 },
    });
  });

  it("add models of their own, alone or like another", () => {
    const over = {
      mine: { like: "claude-sonnet-4", base_url: "http://gateway:9/v1" },
      second: { like: "mine", max_tokens: 99 },
    };
    const all = loadProfiles(over);
    expect(all.get("second")).toMatchObject({
      name: "second",
      base_url: "http://gateway:9/v1",
      max_tokens: 99,
      model: "claude-sonnet-4-20250514",
    });
  });

  it("of another model or server are not retired with the one they are like", () => {
    const all = loadProfiles({
      mine: { like: "gpt-4o", model: "mine" },
      proxied: { like: "gpt-4o", base_url: "http://gateway:9/v1" },
      warmer: { like: "gpt-4o", temperature: 1 },
      "gpt-4o": { max_tokens: 100 },
    });
    expect(all.get("mine")!.retired).toBeUndefined();
    expect(all.get("proxied")!.retired).toBeUndefined();
    expect(all.get("warmer")!.retired?.successor).toBe("gpt-6-luna");
    expect(all.get("gpt-4o")!.retired?.on).toBe("2027-01-14");
  });

  it("that are wrong name the key and what to do", () => {
    expect(() => loadProfiles({ mine: { base_url: "http://x/v1" } })).toThrow(/models\.mine\.model/);
    expect(() => loadProfiles({ "gpt-4o": { tools: "xml" } })).toThrow(/models\.gpt-4o\.tools/);
    expect(() => loadProfiles({ "gpt-4o": { base_url: "ftp://x" } })).toThrow(/models\.gpt-4o\.base_url/);
    expect(() => loadProfiles({ a: { like: "b" }, b: { like: "a" } })).toThrow(/circle: a -> b -> a/);
    expect(() => loadProfiles({ a: { like: "gpt-9" } })).toThrow(/no profile named "gpt-9"/);
    expect(() => loadProfiles({ a: { like: "gpt-4o", retired: { on: "soon", successor: "b" } } })).toThrow(
      /a day like/,
    );
    expect(() => loadProfiles({ "gpt-4o": { key_env: "sk-1234567890" } })).toThrow(/never the key itself/);
  });
});
