import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const minutes = 60_000;

/** An empty folder with the package installed, and the home that everything in it has. */
let dir: string;
let home: string;
/** Paths in the tarball. */
let packed: string[];

/** npm's cache and settings, which an empty home hides: what `npm ci` fetched for the clone need not come again. */
let npmSettings: Record<string, string>;

/** Whatever npm was told of this checkout by who runs the tests is not for the package. */
const plainEnv = () => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_)|INIT_CWD|VITEST|NODE_ENV)/.test(name)),
  ),
  ...npmSettings,
  HOME: home,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
});
const inside = (command: string, ...args: string[]) =>
  execa(command, args, { cwd: dir, env: plainEnv(), extendEnv: false, reject: false, all: true, stdin: "ignore" });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "viga-package-"));
  home = join(dir, "home");
  await mkdir(home);
  const setting = async (name: string) => (await execa("npm", ["config", "get", name], { cwd: root })).stdout.trim();
  npmSettings = { npm_config_cache: await setting("cache"), npm_config_userconfig: await setting("userconfig") };
  const pack = await execa("npm", ["pack", "--json", "--pack-destination", dir], { cwd: root, env: plainEnv() });
  const [made] = JSON.parse(pack.stdout.slice(pack.stdout.indexOf("["))) as [
    { filename: string; files: { path: string }[] },
  ];
  packed = made.files.map(({ path }) => path);
  await writeFile(join(dir, "package.json"), '{ "private": true, "type": "module" }');
  const install = await inside("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", `./${made.filename}`);
  expect(install.exitCode, install.all).toBe(0);
}, 4 * minutes);
afterAll(() => rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

it("holds what was built, the examples and the pages for people; no sources, tests, benches or pictures of docs", () => {
  expect(packed).toContain("dist/cli/main.js");
  expect(packed).toContain("dist/observers/experiment/inpage/page.js");
  expect(packed).toContain("dist/skills/blender/backend/worker.py");
  expect(packed).toContain("dist/machines/domain/events/events.schema.json");
  expect(packed).toContain("examples/lighting/renders/goal/render1.png");
  expect(packed.filter((path) => /^(test|bench)\/|^docs\/.*\.png$|__pycache__/.test(path))).toEqual([]);
  expect(packed.filter((path) => /(?<!\.d)\.ts$/.test(path) && !path.startsWith("examples/"))).toEqual([]);
});

it(
  "runs a task of the examples by npx, and everything that it left can be observed in types",
  async () => {
    const generator = "node_modules/viga/examples/players/random_search.py";
    const run = await inside(
      "npx",
      ...["viga", "run", "node_modules/viga/examples/lighting", "--out", "out", "--hosts", "processes"],
      ...["--set", `roles.generator=command:python3 ${join(dir, generator)}`, "--set", "stop.max_rounds=1"],
      ...["--set", "render.preview={px: 32, samples: 1}", "--set", "render.final={px: 32, samples: 1}"],
    );
    expect(run.exitCode, run.all).toBe(0);
    expect(JSON.parse(await readFile(join(dir, "out", "scores.json"), "utf8"))).toMatchObject({ status: "done" });

    await writeFile(
      join(dir, "observe.ts"),
      `import { envelope, eventSubject, openReader, readBusFile, type BusFile, type Reader } from "viga/bus";
import { addEvent, newRunView, observeRun, type RunView, type TapeEvent } from "viga/observer";
const view: RunView = newRunView();
const types: string[] = [];
for await (const event of observeRun("out")) {
  const one: TapeEvent = event;
  types.push(one.type);
  addEvent(view, one);
}
const file: Promise<BusFile> | null = types.length > 0 ? null : readBusFile("out");
const open: (address: { url: string }, options: { name: string }) => Promise<Reader> = openReader;
process.stdout.write(JSON.stringify([types[0], types.at(-1), view.status, eventSubject("r", "memory", "round"), typeof open, typeof envelope, file]));
`,
    );
    await writeFile(
      join(dir, "judge.ts"),
      `import { type JudgeRequest, playCommand, type VerifierReply } from "viga/player";
const judge = ({ state }: JudgeRequest): VerifierReply => ({ overall_similarity: state.ok ? 50 : 0, thought: "seen" });
await playCommand({ judge });
`,
    );
    await writeFile(
      join(dir, "wrong.ts"),
      'import { newRunView } from "viga/observer";\nexport const best: string = newRunView().bestT;\n',
    );
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      target: "es2024",
      module: "nodenext",
      types: ["node"],
    };
    await writeFile(join(dir, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["observe.ts", "judge.ts"] }));
    await writeFile(join(dir, "tsconfig.wrong.json"), JSON.stringify({ compilerOptions, files: ["wrong.ts"] }));
    const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
    const checked = await inside(process.execPath, compiler, "-p", ".");
    expect(checked.exitCode, checked.all).toBe(0);

    const refused = await inside(process.execPath, compiler, "-p", "tsconfig.wrong.json");
    expect(refused.all).toContain("is not assignable to type 'string'");

    const observed = await inside(process.execPath, "observe.ts");
    const facts = ["run.started", "run.finished", "done", "viga.evt.r.memory.round", "function", "object", null];
    expect(JSON.parse(observed.stdout), observed.all).toEqual(facts);
  },
  3 * minutes,
);

it(
  "has one more role that its own types wrote",
  async () => {
    const again = await inside(
      "npx",
      ...["viga", "run", "node_modules/viga/examples/lighting", "--out", "judged"],
      ...["--set", `roles.verifier=command:node ${join(dir, "judge.ts")}`],
      ...[
        "--set",
        `roles.generator=command:python3 ${join(dir, "node_modules/viga/examples/players/random_search.py")}`,
      ],
      ...["--set", "stop.max_rounds=1", "--set", "render.preview={px: 32, samples: 1}"],
      ...["--set", "render.final={px: 32, samples: 1}"],
    );
    expect(again.exitCode, again.all).toBe(0);
    expect(await readFile(join(dir, "judged", "verifier_thoughts", "1.md"), "utf8")).toContain("seen");
  },
  2 * minutes,
);
