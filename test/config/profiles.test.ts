import { describe, expect, it } from "vitest";
import { keyNames, profileOverride } from "../../config/profile.ts";
import { findProfile, loadProfiles, shippedProfileNames } from "../../config/profiles.ts";

describe("shipped profiles", () => {
  it("cover every model that users name", () => {
    expect(shippedProfileNames()).toEqual([
      "claude-opus-4.5",
      "claude-sonnet-4",
      "gemini-2.0-flash",
      "gemini-2.5-pro",
      "gpt-4-turbo",
      "gpt-4o",
      "gpt-4o-mini",
      "gpt-5",
      "qwen-vl-max",
      "qwen-vl-plus",
      "qwen2-vl-72b",
      "qwen2-vl-7b",
      "qwen3-vl-32b",
      "qwen3-vl-8b",
    ]);
    expect(loadProfiles().size).toBe(14);
  });

  it("name a key's variable and never hold a key; a server of one's own needs none", () => {
    for (const profile of loadProfiles().values()) {
      expect(keyNames(profile).length).toBeGreaterThan(0);
      expect(profile.key_required).toBe(!/^qwen[23]-vl/.test(profile.name));
      expect(profile.max_tokens * 2).toBeLessThanOrEqual(profile.context_tokens);
    }
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

  it("that are wrong name the key and what to do", () => {
    expect(() => loadProfiles({ mine: { base_url: "http://x/v1" } })).toThrow(/models\.mine\.model/);
    expect(() => loadProfiles({ "gpt-4o": { tools: "xml" } })).toThrow(/models\.gpt-4o\.tools/);
    expect(() => loadProfiles({ "gpt-4o": { base_url: "ftp://x" } })).toThrow(/models\.gpt-4o\.base_url/);
    expect(() => loadProfiles({ a: { like: "b" }, b: { like: "a" } })).toThrow(/circle: a -> b -> a/);
    expect(() => loadProfiles({ a: { like: "gpt-9" } })).toThrow(/no profile named "gpt-9"/);
    expect(() => loadProfiles({ "gpt-4o": { key_env: "sk-1234567890" } })).toThrow(/never the key itself/);
  });
});
