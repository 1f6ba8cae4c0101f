import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { defaultLimits, type Engine } from "../../bridge/engines/contract.ts";
import { openEngine } from "../../bridge/engines/open.ts";
import type { Row } from "./row.ts";
import { check, inTemp } from "./selftest.ts";

const quality = { px: 320 };
const views = [{ name: "slide", camera: null }];

const program = (body: string): string => `const PptxGenJS = require("pptxgenjs");
const pptx = new PptxGenJS();
pptx.addSlide().addText("viga", { x: 1, y: 1, w: 3, h: 1, color: "000000" });
${body}
pptx.writeFile({ fileName: "output.pptx" });
`;

/** Starts the slides engine: a slide that is drawn, and a program that tries to get out. */
export async function slidesChecks(): Promise<Row[]> {
  return inTemp(async (dir) => {
    const rows: Row[] = [];
    let engine: Engine | null = null;
    const row = { name: "engine self-test", needed_for: "slides", required: true, apt: [] };
    rows.push(
      await check(row, async () => {
        engine = await openEngine("slides", { scratch: join(dir, "engine") });
        const state = await engine.run({
          job: "doctor",
          program: program(""),
          views,
          quality,
          limits: defaultLimits,
          dir,
        });
        if (!state.ok) throw new Error(`a slide is not drawn: ${state.error?.message ?? "no picture"}`);
        return { version: `LibreOffice ${engine.card.version}, ${engine.card.isolation}` };
      }),
    );
    const started = engine as Engine | null;
    if (started === null) return rows;
    try {
      rows.push(await escapeCheck(started, join(dir, "sandbox")));
    } finally {
      await started.close();
    }
    return rows;
  });
}

/** What a program managed, by name: it prints a line for each. */
const escapes = (file: string, port: number) => `
const got = (name) => console.log("GOT OUT: " + name);
const tried = (name, work) => { try { if (work()) got(name); } catch {} };
tried("read a file", () => require("fs").readFileSync(${JSON.stringify(file)}, "utf8"));
tried("wrote to a file", () => { require("fs").writeFileSync(${JSON.stringify(file)}, "x"); return true; });
tried("started a process", () => require("child_process").execFileSync("/bin/true") !== undefined);
tried("started a thread", () => new (require("worker_threads").Worker)("0", { eval: true }));
const socket = require("net").connect(${port}, "127.0.0.1", () => { got("reached this machine"); socket.destroy(); });
socket.on("error", () => {});
`;

/** Judged from outside as well: a server that hears of it, whatever the program says. */
function escapeCheck(engine: Engine, dir: string): Promise<Row> {
  const row = { name: "sandbox self-test", needed_for: "running programs of models", required: true, apt: [] };
  return check(row, async () => {
    await mkdir(dir, { mode: 0o700 });
    const secret = join(dir, "secret.txt");
    await writeFile(secret, "planted");
    let heard = 0;
    const server = createServer((socket) => {
      heard += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const code = program(escapes(secret, (server.address() as AddressInfo).port));
      const limits = { ...defaultLimits, seconds: 30 };
      const state = await engine.run({ job: "escape", program: code, views, quality, limits, dir });
      const out = [...state.log.matchAll(/GOT OUT: (.*)/g)].map(([, name]) => name);
      if (heard > 0) out.push(`${heard} connections to this machine`);
      if (out.length > 0) throw new Error(`a program got out: ${out.join(", ")}`);
      if ((await readFile(secret, "utf8")) !== "planted") throw new Error("a program wrote to a file outside");
      const { sandbox } = engine.card;
      const layers = (["namespaces", "readOnlyRoot", "noNetwork", "unprivileged"] as const).filter(
        (name) => sandbox[name],
      );
      return { version: `5 ways out tried, none found (${layers.join(", ")})`, ok: state.ok };
    } finally {
      server.close();
    }
  });
}
