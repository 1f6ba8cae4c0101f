import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exitCodeOf, VigaError } from "../../config/errors.ts";
import { resolveConfig } from "../../config/loader.ts";
import type { ConfigRequest, ResolvedConfig } from "../../config/resolved.ts";

const folder = mkdtempSync(join(tmpdir(), "viga-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function withFile(yaml: string, request: ConfigRequest = {}): ResolvedConfig {
  writeFileSync(join(folder, "viga.yaml"), yaml);
  return resolveConfig({ cwd: folder, config: "viga.yaml", ...request });
}

/** The lines of the complaint about a configuration. */
function complaints(make: () => unknown): string[] {
  try {
    make();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(VigaError);
    const error = thrown as VigaError;
    expect(error.code).toBe("config_invalid");
    expect(exitCodeOf(error)).toBe(2);
    expect(error.hint).toBeTruthy();
    return error.message.split("\n");
  }
  throw new Error("expected a complaint");
}

const fileComplaints = (yaml: string, request: ConfigRequest = {}): string[] =>
  complaints(() => withFile(yaml, { mode: "blendergym", ...request }));

describe("what is wrong with a configuration", () => {
  const cases: [title: string, yaml: string, line: string][] = [
    [
      "an unknown key, with the one that was meant",
      "stop:\n  max_round: 3\n",
      'viga.yaml:2: stop.max_round: unknown key; did you mean "stop.max_rounds"? (expected one of max_rounds, plateau, budget)',
    ],
    [
      "a key on the wrong level",
      "max_rounds: 3\n",
      'viga.yaml:1: max_rounds: unknown key here; did you mean "stop.max_rounds"?',
    ],
    [
      "a key in another spelling",
      "stop: { maxRounds: 3 }",
      'viga.yaml:1: stop.maxRounds: unknown key; did you mean "stop.max_rounds"? (expected one of max_rounds, plateau, budget)',
    ],
    [
      "a word where a number belongs",
      "memory:\n  rounds: twelve\n",
      'viga.yaml:2: memory.rounds: expected a number, got "twelve"',
    ],
    [
      "a fraction where a whole number belongs",
      "candidates: 1.5",
      "viga.yaml:1: candidates: expected a whole number, got 1.5",
    ],
    ["a number out of range", "candidates: 0", "viga.yaml:1: candidates: expected at least 1, got 0"],
    [
      "a budget below zero",
      "stop: { budget: { usd: -5 } }",
      "viga.yaml:1: stop.budget.usd: expected more than 0, got -5",
    ],
    [
      "a wrong choice, with the one that was meant",
      "approve: allways",
      'viga.yaml:1: approve: expected one of never, always, on_error, got "allways"; did you mean "always"?',
    ],
    [
      "a wrong mode",
      "mode: blendrgym",
      'viga.yaml:1: mode: expected one of blendergym, blenderbench, static_scene, dynamic_scene, autopresent, design2code, got "blendrgym"; did you mean "blendergym"?',
    ],
    ["a list where a map belongs", "roles: [solver]", "viga.yaml:1: roles: expected a map of keys, got a list"],
    [
      "a role that is no role",
      "roles: { critic: gpt-4o }",
      "viga.yaml:1: roles.critic: unknown key (expected one of generator, verifier)",
    ],
    [
      "a role of a wrong type",
      "roles:\n  generator: 3\n",
      "viga.yaml:2: roles.generator: expected a player, or { player: ..., settings }, got 3",
    ],
    [
      "a misspelt setting of a role",
      "roles: { verifier: { player: gpt-4o, analyse_target: true } }",
      'viga.yaml:1: roles.verifier.analyse_target: unknown key; did you mean "roles.verifier.analyze_target"? (expected one of player, skills, analyze_target, calibrate, pairwise, memory, explicit_comparison, temperature, reasoning_effort, max_tokens, image_max_px, image_detail, tools, env, tune, lock, seconds)',
    ],
    [
      "a player that cannot play the role",
      "roles:\n  generator: pixels\n",
      "viga.yaml:2: roles.generator.player: pixels plays verifier, not generator; expected one of solver, replay, command, a model",
    ],
    [
      "a solver that should judge",
      "roles: { verifier: solver }",
      "viga.yaml:1: roles.verifier.player: solver plays generator, not verifier; expected one of pixels, replay, command, a model",
    ],
    [
      "a setting for a player that takes none",
      "roles: { verifier: { player: pixels, calibrate: 2 } }",
      "viga.yaml:1: roles.verifier.calibrate: pixels is no model and takes no such setting; leave it out",
    ],
    [
      "a setting of the other role",
      "roles: { generator: { player: gpt-4o, memory: none } }",
      "viga.yaml:1: roles.generator.memory: is a setting of the verifier; move it there or leave it out",
    ],
    [
      "a memory for who plays back what was said",
      "roles: { verifier: { player: 'replay:old', memory: window } }",
      "viga.yaml:1: roles.verifier.memory: replay cannot follow it: it is for a model and command; leave it out",
    ],
    [
      "a comparison by a player that is no model",
      "roles: { generator: { player: 'command:x', explicit_comparison: true } }",
      "viga.yaml:1: roles.generator.explicit_comparison: command cannot follow it: it is for a model; leave it out",
    ],
    [
      "a comparison by a model that sees nothing",
      "roles: { generator: { player: gpt-4o, image_max_px: 0, explicit_comparison: true } }",
      "viga.yaml:1: roles.generator.explicit_comparison: gpt-4o cannot see pictures; leave it out",
    ],
    [
      "a comparison of rounds that a baseline leaves out",
      "baseline: memoryless\nroles: { generator: { player: gpt-4o, explicit_comparison: true } }",
      "viga.yaml:2: roles.generator.explicit_comparison: needs earlier rounds, which baseline memoryless leaves out",
    ],
    [
      "a player without its path",
      "roles: { generator: 'replay:' }",
      "viga.yaml:1: roles.generator.player: expected replay:<output folder of a run>, got nothing after the colon",
    ],
    [
      "two executors of one name",
      "executors:\n  - { slot: a }\n  - { slot: a }\n",
      `viga.yaml:3: executors[1].slot: "a" is also executor 0's slot; expected a name of its own`,
    ],
    [
      "two executors on one GPU",
      "executors: [{ slot: a, gpu: 1 }, { slot: b, gpu: 1 }]",
      "viga.yaml:1: executors[1].gpu: GPU 1 is also executor 0's; expected one executor per GPU",
    ],
    [
      "a GPU that is none",
      "executors: [{ slot: a, gpu: '0,1' }]",
      'viga.yaml:1: executors[0].gpu: expected a GPU\'s number from 0 to 255, or its UUID as nvidia-smi -L shows it, like GPU-8932f937, got "0,1"',
    ],
    [
      "a GPU given twice by its UUID",
      "executors: [{ slot: a, gpu: GPU-8932f937 }, { slot: b, gpu: GPU-8932F937 }]",
      "viga.yaml:1: executors[1].gpu: GPU GPU-8932F937 is also executor 0's; expected one executor per GPU",
    ],
    [
      "a slot that is no NATS token",
      "executors: [{ slot: 'a.b' }]",
      'viga.yaml:1: executors[0].slot: expected 1 to 32 of A-Z a-z 0-9 _ - , like gpu0, got "a.b"',
    ],
    [
      "a key in a model's profile",
      "models: { gpt-4o: { api_key: sk-1 } }",
      "viga.yaml:1: models.gpt-4o.api_key: unknown key (expected one of",
    ],
    [
      "a password in the bus URL",
      "bus: { url: 'nats://me:pw@host:4222' }",
      'viga.yaml:1: bus.url: expected nats://host:port or tls://host:port, without user or password (put those into a creds file), got "nats://***@host:4222"',
    ],
    [
      "a gain that is neither auto nor a number",
      "stop: { plateau: { min_gain: some } }",
      'viga.yaml:1: stop.plateau.min_gain: expected "auto" or a number from 0 to 1 (photometric loss), got "some"',
    ],
    [
      "a preset that is none",
      "preset: ofline",
      'viga.yaml:1: preset: expected one of claude, gemini, hybrid, offline, openai, qwen-cloud, qwen-local, got "ofline"; did you mean "offline"?',
    ],
    [
      "a variant that the mode does not have",
      "prompt: get_asset",
      'viga.yaml:1: prompt: expected one of none, paper in mode blendergym, got "get_asset"',
    ],
    ["a key given twice", "candidates: 1\ncandidates: 2\n", "viga.yaml:2: Map keys must be unique"],
    [
      "a broken document",
      "roles: {generator: solver\n",
      "viga.yaml:2: Flow map in block collection must be sufficiently indented",
    ],
    ["two documents", "a: 1\n---\nb: 2\n", "viga.yaml:2: a second document begins here (---); expected one"],
    ["a list for a document", "- a\n", "viga.yaml:1: expected keys and values (like `mode: blendergym`), got a list"],
    ["an unknown tag", "mode: !!python/object:os.system x\n", "viga.yaml:1: Unresolved tag"],
    ["a prototype in disguise", "__proto__: { candidates: 3 }", "viga.yaml:1: __proto__: unknown key"],
  ];
  it.each(cases)("%s", (_title, yaml, line) => {
    const found = complaints(() => withFile(yaml, yaml.startsWith("mode:") ? {} : { mode: "blendergym" }));
    const shown = found.filter((text) => text.startsWith(line));
    expect(shown, found.join("\n")).toHaveLength(1);
    expect(found).toHaveLength(1);
  });

  it("names an unknown player's nearest name, and every player there is", () => {
    const [line = ""] = fileComplaints("roles: { generator: claude-sonet-4 }");
    expect(line).toContain("viga.yaml:1: roles.generator.player: expected a player (solver, pixels, replay:<run>");
    expect(line).toContain('got "claude-sonet-4"; did you mean "claude-sonnet-5-5"?');
  });

  it.each([
    ["claude-sonnet-4-20250514", "claude-sonnet-5-5"],
    ["anthropic/claude-sonnet-4", "claude-sonnet-5-5"],
    ["openai/gpt-6.1-sol", "gpt-6.1-sol"],
    ["gpt-4.0", "gpt-6-luna"],
    ["gemini-2.5-pro-latest", "gemini-3.8-flash"],
    ["qwen-vl-mx", "qwen3.7-plus"],
    ["Qwen/Qwen3-VL-8B-Instruct", "qwen3-vl-8b"],
  ])("suggests no retired model for %s but %s", (written, meant) => {
    const [line = ""] = fileComplaints(`roles: { generator: ${written} }`);
    expect(line).toContain(`; did you mean "${meant}"?`);
    expect(line.replace(/, got .*/, "")).not.toMatch(/claude-sonnet-4,|gpt-4o|gemini-2|qwen-vl/);
  });

  it("tells several mistakes, one line each, whatever layer they are in", () => {
    const found = fileComplaints("stop:\n  max_round: 3\nroles:\n  generator: pixle\n", {
      sets: ["candidates=many", "rendr.preview.px=3"],
    });
    expect(found).toHaveLength(4);
    expect(found.map((line) => line.split(": ").slice(0, 2).join(": ")).sort()).toEqual([
      "--set candidates=many: candidates",
      "--set rendr.preview.px=3: rendr",
      "viga.yaml:2: stop.max_round",
      "viga.yaml:4: roles.generator.player",
    ]);
  });

  it("names the last source that wrote a wrong value", () => {
    expect(fileComplaints("candidates: x", { sets: ["candidates=y"] })).toEqual([
      '--set candidates=y: candidates: expected a number, got "y"',
    ]);
  });

  it.each([
    ["candidates", "--set candidates: expected key=value"],
    ["=3", "--set =3: expected key=value"],
    ["a..b=1", '--set a..b=1: expected a key like stop.max_rounds, got "a..b"'],
    ["executors.7.gpu=1", "--set executors.7.gpu=1: expected a position from 0 to 1 in that list, got 7"],
    ["executors.x.gpu=1", '--set executors.x.gpu=1: expected a position from 0 to 1 in that list, got "x"'],
  ])("--set %s", (set, line) => {
    expect(complaints(() => resolveConfig({ mode: "blendergym", cwd: folder, sets: [set] }))).toEqual([line]);
  });

  it("says how to give a mode when nothing shows it", () => {
    expect(complaints(() => resolveConfig({ cwd: folder }))).toEqual([
      "command line: mode: expected one of blendergym, blenderbench, static_scene, dynamic_scene, autopresent, design2code; give --mode, or a task folder that shows it",
    ]);
  });

  it("asks for a model where the solver cannot work", () => {
    expect(complaints(() => resolveConfig({ cwd: folder, mode: "autopresent" }))).toEqual([
      expect.stringContaining(
        "roles.generator.player: solver plays for blender, web only; mode autopresent needs replay, command, a model",
      ),
    ]);
  });

  it("knows a file that is missing, huge, binary, a folder or a device for what it is", () => {
    const bad = (name: string): string[] => complaints(() => resolveConfig({ cwd: folder, config: name }));
    expect(bad("nosuch.yaml")).toEqual(["nosuch.yaml: there is no such file"]);
    expect(bad("ofline")).toEqual([
      '--config ofline: expected a preset (claude, gemini, hybrid, offline, openai, qwen-cloud, qwen-local) or a YAML file; did you mean "offline"?',
    ]);
    writeFileSync(join(folder, "huge.yaml"), "#".repeat(300 * 1024));
    expect(bad("huge.yaml")).toEqual(["huge.yaml: is 300 KiB; expected a YAML file of at most 64 KiB"]);
    writeFileSync(join(folder, "binary.yaml"), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]));
    expect(bad("binary.yaml")).toEqual(["binary.yaml: is not UTF-8 text; expected a YAML file"]);
    writeFileSync(join(folder, "nul.yaml"), "a: \0");
    expect(bad("nul.yaml")).toEqual(["nul.yaml: holds binary data; expected a YAML file"]);
    expect(bad("./")).toEqual(["./: is not a file; expected a YAML file"]);
    expect(bad("/dev/zero")).toEqual(["/dev/zero: is not a file; expected a YAML file"]);
  });

  it("ends on aliases that multiply and on nesting without end, without using up the machine", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const [from, to] of ["ab", "bc", "cd", "de", "ef", "fg"])
      bomb.push(`${to}: &${to} [${Array(9).fill(`*${from}`)}]`);
    expect(fileComplaints(bomb.join("\n"))).toEqual([
      expect.stringContaining("viga.yaml: not readable as YAML: Excessive alias count"),
    ]);
    expect(fileComplaints("[".repeat(60_000))).toEqual([expect.stringContaining("nested deeper than 64 levels")]);
    expect(fileComplaints(`${"- ".repeat(30_000)}x`)).toEqual([
      expect.stringContaining("nested deeper than 64 levels"),
    ]);
  });
});
