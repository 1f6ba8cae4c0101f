import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { withoutKey } from "../../bridge/models/endpoint/keys.ts";
import { resolveConfig } from "../../config/loader.ts";
import { looksLikeKey, withoutSecrets } from "../../config/secrets.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function complaint(yaml: string): string {
  const file = join(folder, "viga.yaml");
  writeFileSync(file, `mode: static_scene\n${yaml}\n`);
  try {
    resolveConfig({ config: file, cwd: folder });
    return "";
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

const key = "q0123456789secretabcdef0123";
const model = (settings: string) => `models: { m: { like: gpt-6.1-sol, ${settings} } }`;

describe("keys in a configuration", () => {
  it.each([
    [model(`extra: { api_key: ${key} }`), "key_env"],
    [model(`extra: { inner: { Authorization: ${key} } }`), "key_env"],
    [model(`key_env: ${key}`), "never the key itself"],
    [model(`base_url: 'https://me:${key}@host/v1'`), "without user, password"],
    [model(`base_url: 'https://host/v1?api_key=${key}'`), "without user, password, ?"],
    [`skills: { s: { command: [a], env: [${key}] } }`, "never its value"],
    [`skills: { s: { url: 'https://host/mcp?token=${key}' } }`, "no place in a URL"],
    [`bus: { url: 'nats://me:${key}@host:4222' }`, "creds file"],
    [`roles: { generator: { player: "command:node", env: [${key}] } }`, "never its value"],
  ])("%s is refused with what to do, and not repeated", (yaml, said) => {
    const message = complaint(yaml);
    expect(message).toContain(said);
    expect(message).not.toContain(key);
  });

  it("fields and names that only sound like keys are taken", () => {
    expect(complaint(model("extra: { prompt_cache_key: x, min_tokens: 3, seed: 1 }, key_env: OPENAI_API_KEY_2"))).toBe(
      "",
    );
    expect(looksLikeKey("MY_COMPANY_OPENAI_API_KEY_2026")).toBe(false);
  });

  it("URLs in messages lose them", () => {
    const text = withoutSecrets(`GET https://me:${key}@host/a?x=1&api_key=${key}&y=2`);
    expect(text).toBe("GET https://***@host/a?x=1&api_key=***&y=2");
  });

  it("an answer that echoes the key is kept without it", () => {
    const answer = { content: `your key is ${key}`, toolCalls: [{ arguments: `{"a":"${key}"}` }], usage: null, n: 3 };
    const kept = withoutKey(answer, key);
    expect(JSON.stringify(kept)).not.toContain(key);
    expect(kept).toMatchObject({ content: "your key is [key]", n: 3, usage: null });
    expect(withoutKey(answer, "none")).toBe(answer);
  });
});
