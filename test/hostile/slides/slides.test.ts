import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultLimits, type Engine } from "../../../bridge/engines/contract.ts";
import { openEngine } from "../../../bridge/engines/open.ts";
import { treeOf } from "../../../bridge/processes/tree.ts";
import { noOffice, program as written } from "../../bridge/engines/office.ts";
import { secret } from "../field.ts";
import { slides } from "./set.ts";

/** `npm test` runs these; VIGA_HOSTILE_SLIDES=all runs the whole set. */
const usual = [
  "process.exit",
  "starts processes, threads and native code",
  "reads files and secrets",
  "links to a file of the machine",
];
const chosen = slides.filter(({ name }) => process.env.VIGA_HOSTILE_SLIDES === "all" || usual.includes(name));

const good = written(`pptx.addSlide().addText("good", { x: 1, y: 1, w: 3, h: 1, fontFace: "Arial", color: "123456" });
console.log([typeof Object.prototype.left, require("fs").readdirSync(".").join()].join("|"));`);

let root: string;
let engine: Engine;
let server: Server;
let reached = 0;
let jobs = 0;
let reference: Buffer;

async function run(program: string, seconds = 60) {
  jobs += 1;
  const dir = join(root, `job${jobs}`);
  await mkdir(dir);
  const views = [{ name: "slide", camera: null }];
  const limits = { ...defaultLimits, seconds, memoryMb: 900, logKb: 8 };
  const state = await engine.run({ job: `job${jobs}`, program, views, quality: { px: 320 }, limits, dir });
  const picture = await readFile(join(dir, "slide.png")).catch(() => Buffer.alloc(0));
  return { state, picture };
}

describe.skipIf(noOffice !== null)(
  `hostile programs of slides${noOffice === null ? "" : ` (left out: ${noOffice})`}`,
  () => {
    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), "viga-hostile-slides-"));
      await writeFile(join(root, "secret.txt"), secret);
      server = createServer((_, answer) => answer.end("x"));
      server.on("connection", () => {
        reached += 1;
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      engine = await openEngine("slides", { scratch: join(root, "engine") });
      reference = (await run(good)).picture;
    }, 120_000);
    afterAll(async () => {
      await engine.close();
      server.closeAllConnections();
      server.close();
      await rm(root, { recursive: true, force: true });
    });

    it.each(chosen)(
      "$name",
      async ({ program, outcomes, seconds = 20 }) => {
        const file = join(root, "secret.txt");
        const pid = engine.pid;
        const { state } = await run(program({ file, port: (server.address() as AddressInfo).port }), seconds);
        expect(state.log).not.toMatch(/ESCAPED/);
        expect(outcomes, JSON.stringify(state.error)).toContain(state.ok ? "ok" : state.error?.kind);
        expect(JSON.stringify(state)).not.toContain(secret);
        expect(state.log.length).toBeLessThanOrEqual(8 * 1024);
        expect(reached).toBe(0);
        // Neither this program nor what it started goes on, and the next finds nothing of it.
        const next = await run(good);
        expect(next.state).toMatchObject({ ok: true, log: "undefined|program.js\n" });
        expect(next.picture.equals(reference)).toBe(true);
        expect(engine.pid).toBe(pid);
        expect(treeOf(engine.pid!).length).toBeLessThan(12);
        expect((await stat(file)).size).toBe(secret.length);
      },
      180_000,
    );
  },
);
