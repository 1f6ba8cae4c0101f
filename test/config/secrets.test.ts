import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VigaError } from "../../config/errors.ts";
import { resolveConfig } from "../../config/loader.ts";
import { holdsSecret, shownSetting, withoutSecrets } from "../../config/secrets.ts";

/** What the loader says of one `--set`. */
function said(set: string): string {
  try {
    resolveConfig({ mode: "blendergym", sets: [set] });
  } catch (thrown) {
    if (!(thrown instanceof VigaError)) throw thrown;
    return `${thrown.message} ${thrown.hint}`;
  }
  return "";
}

describe("secrets in messages", () => {
  it.each([
    ["nats://a:hunter2@host:4222", "nats://***@host:4222"],
    ["no answer from http://user:hun/ter2@h:1/v1 (m)", "no answer from http://***@h:1/v1 (m)"],
    ["got sk-proj-hunter2hunter2", "got [key]"],
    ["Incorrect API key provided: sk-ab****yz.", "Incorrect API key provided: [key]."],
    ["Authorization: Bearer hunter2.x", "Authorization: [key]"],
    ["AIzaSyHunter2hunter2hunter2 is not valid", "[key] is not valid"],
  ])("%s is told as %s", (text, told) => expect(withoutSecrets(text)).toBe(told));

  it.each([
    "desk-lamp_with_a_long_name.blend",
    "max_tokens: expected a number",
    "sk-learn-tests/a.png",
    "keyboard-layout",
  ])("%s is no secret", (text) => expect(withoutSecrets(text)).toBe(text));

  const places = [
    "models.m.key_env",
    "models.m.key_file.x",
    "models.m.api_key",
    "models.m.extra.anything",
    "models.m.headers.X",
    "skills.s.headers.Authorization",
    "skills.s.env",
    "bus.password",
    "bus.token",
    "openai_api_key",
  ];
  const secret = fc.stringMatching(/^[A-Za-z0-9+/]{8,24}$/).map((text) => `q${text}`);

  it("never stand in the label of a --set, nor behind got, whatever the key", () => {
    fc.assert(
      fc.property(fc.constantFrom(...places), secret, (place, value) => {
        expect(said(`${place}=${value}`)).not.toContain(value);
        expect(said(`${place}=[${value}`)).not.toContain(value);
        const [section, name, ...rest] = place.split(".");
        if (rest.length > 0) expect(said(`${section}={${name}: {${rest[0]}: ${value}}}`)).not.toContain(value);
      }),
      { numRuns: 60 },
    );
  });

  it("values of other settings are shown", () => {
    expect(said("models.gpt-4o.max_tokens=many")).toMatch(/max_tokens=many: .*got "many"/);
    expect(holdsSecret(["models", "m", "key_required"])).toBe(false);
    expect(shownSetting(["roles"], "roles={generator: m}")).toBe("roles={generator: m}");
    expect(shownSetting(["models", "m"], "models.m={extra: {x: hunter2}}")).toBe("models.m={...");
  });

  it("a user or a query in base_url is refused", () => {
    for (const url of ["http://user:hunter2@127.0.0.1:1/v1", "http://h/v1?key=1", "http://h/v1#x"]) {
      const line = said(`models.gpt-4o.base_url=${url}`);
      expect(line).toContain("without user, password, ? or #");
      expect(line).not.toContain("hunter2");
    }
  });
});
