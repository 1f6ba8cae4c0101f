import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { dropRound, paired } from "../../../../bridge/models/budget/drop.ts";
import { fitRequest } from "../../../../bridge/models/budget/fit.ts";
import { imageTokens } from "../../../../bridge/models/budget/image-tokens.ts";
import { montage } from "../../../../bridge/models/budget/montage.ts";
import { PictureCache, pictureSize } from "../../../../bridge/models/budget/pictures.ts";
import { textTokens } from "../../../../bridge/models/budget/text.ts";
import type { ChatMessage, ImagePart } from "../../../../bridge/models/contract.ts";
import { freshState } from "../../../../bridge/models/model-state.ts";
import { loadProfiles } from "../../../../config/profiles.ts";
import { picture, testProfile, tools, user } from "../setup.ts";

const profile = testProfile("http://localhost:1/v1", "m", { context_tokens: 8192, image_max_px: 512 });
const fitted = (messages: ChatMessage[], over: Record<string, unknown> = {}, maxTokens = 2000) => {
  const own = { ...profile, ...over };
  return fitRequest({ messages, tools, overhead: 0, maxTokens }, own, freshState(own));
};
const codes = (found: { problems: { code: string }[] }) => found.problems.map(({ code }) => code);
const see = (part: ImagePart, more: Partial<ChatMessage> = {}): ChatMessage => ({
  role: "user",
  parts: [part],
  ...more,
});

describe("picture tokens", () => {
  it.each([
    // As the makers document them for these sizes.
    ["gpt-4o", 1024, 1024, 85 + 4 * 170],
    ["gpt-4o", 2048, 4096, 85 + 6 * 170],
    ["gpt-4o-mini", 512, 512, 2833 + 5667],
    ["gpt-5", 1024, 1024, 70 + 4 * 140],
    ["claude-sonnet-4", 1000, 1000, 1334],
    ["gemini-2.5-pro", 300, 300, 258],
    ["gemini-2.5-pro", 960, 540, 6 * 258],
    ["qwen2-vl-72b", 3200, 2082, 114 * 74 + 2],
    ["qwen3-vl-32b", 512, 512, 256 + 2],
  ])("%s counts a picture of %d x %d as %d tokens", (name, width, height, expected) => {
    expect(imageTokens(loadProfiles().get(name)!.image_tokens, width, height)).toBe(expected);
  });

  it("the target of 3200 x 2082 alone is more than an 8192-token endpoint takes", () => {
    expect(
      imageTokens({ kind: "patch", patch: 28, min_tokens: 4, max_tokens: 16384, multiplier: 1 }, 3200, 2082),
    ).toBeGreaterThan(8192);
  });

  it("low detail costs the base alone, and a fixed price is fixed", () => {
    const formula = loadProfiles().get("gpt-4o")!.image_tokens;
    expect(imageTokens(formula, 2000, 2000, "low")).toBe(85);
    expect(imageTokens({ kind: "fixed", tokens: 300 }, 9, 9)).toBe(300);
  });
});

describe("text tokens", () => {
  it("are estimated on the high side of what tokenizers count", () => {
    // The larger of cl100k and o200k, with one token per digit as Qwen's tokenizer has it.
    const counted: [string, number][] = [
      ["The quick brown fox jumps over the lazy dog.", 10],
      ["bpy.ops.mesh.primitive_cube_add(size=2, location=(0, 0, 1))\n", 22],
      ["0123456789", 10],
      ["红色的立方体在桌子上", 12],
      ["Красный куб стоит на деревянном столе рядом с кувшином.", 30],
      ["مكعب أحمر على الطاولة", 15],
      ["मेज पर एक लाल घन है", 18],
    ];
    for (const [text, tokens] of counted) {
      expect(textTokens(text)).toBeGreaterThanOrEqual(tokens);
      expect(textTokens(text)).toBeLessThanOrEqual(tokens * 1.5);
    }
    expect(textTokens("")).toBe(0);
  });

  it("never shrink when text is added, and never run away", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        const [one, both] = [textTokens(a), textTokens(a + b)];
        expect(both).toBeGreaterThanOrEqual(one - 3);
        expect(both).toBeLessThanOrEqual(3 * (a + b).length + 2);
      }),
    );
  });
});

describe("fitting a request", () => {
  it("leaves one that fits as it is", async () => {
    const part = await picture(300, 200, "small");
    const found = await fitted([user("hello"), see(part)]);
    expect(found).toMatchObject({ problems: [], maxTokens: 2000 });
    expect(found.messages).toEqual([user("hello"), see(part)]);
  });

  it("scales pictures to the profile's size first", async () => {
    const part = await picture(3200, 2082, "target");
    const found = await fitted([see(part)]);
    expect(found.px.get(part)).toBe(512);
    expect(codes(found)).toEqual(["images_scaled"]);
    expect(found.problems[0]!.message).toContain("target 3200x2082 -> 512x333");
  });

  it("shrinks the pictures of old rounds before those of the task, and drops the oldest round first", async () => {
    const target = await picture(512, 512, "target");
    const rounds = await Promise.all(
      Array.from({ length: 30 }, async (_, t): Promise<ChatMessage> => {
        const parts = [
          { type: "text" as const, text: `round ${t} ${"word ".repeat(160)}` },
          await picture(512, 512, `render ${t}`),
        ];
        return { role: "user", parts, drop: t };
      }),
    );
    const found = await fitted([user("task"), see(target), ...rounds, user("now write")]);
    const said = JSON.stringify(
      found.messages.flatMap((message) => message.parts.filter((part) => part.type === "text")),
    );
    expect(said).toContain("round 29");
    expect(said).not.toContain("round 0 ");
    expect(said).toContain("now write");
    expect(found.px.get(target)).toBeGreaterThanOrEqual(384);
    expect(found.messages.some((message) => message.parts.includes(target))).toBe(true);
    expect(found.tokens).toBeLessThan(8192 - 2000);
    expect(codes(found)).toContain("parts_dropped");
    const kept = found.messages.filter((message) => message.drop !== undefined).map((message) => message.drop);
    expect(kept).toEqual([...kept].sort((a, b) => a! - b!));
    expect(kept.at(-1)).toBe(29);
  });

  it("lowers the room for the answer last, and gives up with numbers and advice", async () => {
    const found = await fitted([user("word ".repeat(3600))], {}, 4000);
    expect(codes(found)).toEqual(["output_lowered"]);
    expect(found.tokens + found.maxTokens).toBeLessThanOrEqual(8192);
    await expect(fitted([user("word ".repeat(6000))])).rejects.toMatchObject({
      code: "model_context",
      hint: expect.stringContaining("image_max_px"),
    });
  });

  it("uses what the handle has learned", async () => {
    const state = { ...freshState(profile), scale: 2, contextTokens: 6000, outputTokens: 500 };
    const found = await fitRequest(
      { messages: [user("word ".repeat(500))], tools: [], overhead: 0, maxTokens: 2000 },
      profile,
      state,
    );
    const plain = await fitted([user("word ".repeat(500))]);
    expect(found.maxTokens).toBe(500);
    expect(found.tokens).toBeGreaterThan(plain.tokens);
  });

  it("tells a model without vision that a picture was there", async () => {
    const found = await fitted([see(await picture(10, 10, "target"))], { image_max_px: 0 });
    expect(found.messages[0]!.parts).toEqual([{ type: "text", text: '(picture "target" not shown)' }]);
    expect(codes(found)).toEqual(["parts_dropped"]);
  });

  it("never exceeds the context, whatever is asked, and keeps what must stay", async () => {
    const shapes = fc.array(
      fc.record({
        words: fc.integer({ min: 0, max: 700 }),
        drop: fc.option(fc.integer({ min: 0, max: 9 })),
        shown: fc.boolean(),
      }),
      { maxLength: 14 },
    );
    const part = await picture(900, 600, "p");
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 16, max: 9000 }), async (all, maxTokens) => {
        const messages = all.map(
          ({ words, drop, shown }): ChatMessage => ({
            role: "user",
            parts: [{ type: "text", text: `${"word ".repeat(words)}x` }, ...(shown ? [{ ...part }] : [])],
            ...(drop === null ? {} : { drop }),
          }),
        );
        const found = await fitted(messages, {}, maxTokens).catch((error: { code: string }) =>
          expect(error.code).toBe("model_context"),
        );
        if (!found) return;
        expect(found.tokens + found.maxTokens).toBeLessThanOrEqual(8192);
        expect(found.maxTokens).toBeGreaterThan(0);
        const firm = messages.filter((message) => message.drop === undefined).length;
        expect(found.messages.filter((message) => message.drop === undefined).length).toBe(firm);
      }),
      { numRuns: 40 },
    );
  });
});

describe("dropping rounds", () => {
  const call = (id: string, drop?: number): ChatMessage => ({
    role: "assistant",
    parts: [],
    toolCalls: [{ id, name: "execute_code", arguments: {} }],
    ...(drop === undefined ? {} : { drop }),
  });
  const answer = (id: string, drop?: number): ChatMessage => ({
    role: "tool",
    toolCallId: id,
    parts: [{ type: "text", text: "ok" }],
    ...(drop === undefined ? {} : { drop }),
  });

  it("keeps calls and their answers together, whichever half is marked", () => {
    expect(dropRound([user("a"), call("1"), answer("1", 3), user("b")], 3)).toEqual([user("a"), user("b")]);
    expect(dropRound([user("a"), call("1", 3), answer("1"), user("b")], 3)).toEqual([user("a"), user("b")]);
    expect(paired([call("1"), answer("1"), call("2")])).toEqual([call("1"), answer("1"), call("2")]);
  });
});

describe("pictures", () => {
  const shop = new PictureCache();

  it("are sent as they are when small enough, and made once", async () => {
    const part = await picture(100, 50, "p");
    const ready = await shop.ready(part, 512);
    expect(ready.bytes).toBe(part.bytes);
    expect(await shop.ready(part, 512)).toBe(ready);
    expect(await shop.ready(part, 40)).toMatchObject({ width: 40, height: 20, media: "image/png" });
  });

  it("of other formats, turned by EXIF, or damaged are handled", async () => {
    const tiff = await sharp({ create: { width: 30, height: 20, channels: 3, background: "red" } })
      .tiff()
      .toBuffer();
    const part: ImagePart = { type: "image", bytes: tiff, media: "image/tiff", label: "scan" };
    expect(await shop.ready(part, 512)).toMatchObject({ width: 30, height: 20, media: "image/png" });
    const turned = await sharp({ create: { width: 40, height: 20, channels: 3, background: "red" } })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(await pictureSize({ ...part, bytes: turned })).toMatchObject({ width: 20, height: 40 });
    expect(await shop.ready({ ...part, bytes: turned }, 20)).toMatchObject({
      width: 10,
      height: 20,
      media: "image/jpeg",
    });
    await expect(shop.ready({ ...part, bytes: Buffer.from("no picture") }, 512)).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining("scan"),
    });
    const whole = await sharp({
      create: {
        width: 900,
        height: 900,
        channels: 3,
        background: "red",
        noise: { type: "gaussian", mean: 120, sigma: 60 },
      },
    })
      .png()
      .toBuffer();
    await expect(shop.ready({ ...part, bytes: whole.subarray(0, whole.length / 3) }, 512)).rejects.toMatchObject({
      code: "input_invalid",
    });
  });

  it("too heavy for an endpoint are sent as JPEG", async () => {
    const noise = await sharp({
      create: {
        width: 1500,
        height: 1400,
        channels: 3,
        background: "red",
        noise: { type: "gaussian", mean: 120, sigma: 80 },
      },
    })
      .png()
      .toBuffer();
    expect(noise.length).toBeGreaterThan(3_600_000);
    const ready = await shop.ready({ type: "image", bytes: noise, media: "image/png", label: "noise" }, 1568);
    expect(ready).toMatchObject({ media: "image/jpeg", width: 1500, height: 1400 });
    expect(ready.bytes.length).toBeLessThan(3_600_000);
  });

  it("put side by side keep their places", async () => {
    const red = await sharp({ create: { width: 80, height: 60, channels: 3, background: "#ff0000" } })
      .png()
      .toBuffer();
    const blue = await sharp({ create: { width: 60, height: 80, channels: 3, background: "#0000ff" } })
      .png()
      .toBuffer();
    const parts = [red, blue].map(
      (bytes, i): ImagePart => ({ type: "image", bytes, media: "image/png", label: `p${i}` }),
    );
    const sheet = await montage(parts, 164);
    const { data, info } = await sharp(sheet.bytes).raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * info.channels, (y * info.width + x) * info.channels + 3),
    ];
    expect(at(10, 10)).toEqual([255, 0, 0]);
    expect(at(95, 10)).toEqual([0, 0, 255]);
    expect(sheet.label).toContain("column 1: p0; column 2: p1");
  });
});
