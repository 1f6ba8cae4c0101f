import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { defaultLimits, type Engine } from "../../bridge/engines/contract.ts";
import { openEngine } from "../../bridge/engines/open.ts";
import type { Row } from "./row.ts";
import { check, inTemp } from "./selftest.ts";

const quality = { px: 320, samples: 1 };
const views = [{ name: "page", camera: null }];

/** Starts the web engine: a page that is drawn, and one that tries to get out. */
export async function webChecks(): Promise<Row[]> {
  return inTemp(async (dir) => {
    const rows: Row[] = [];
    let engine: Engine | null = null;
    const row = { name: "engine self-test", needed_for: "pages", required: true, apt: [] };
    rows.push(
      await check(row, async () => {
        engine = await openEngine("web", { scratch: join(dir, "engine") });
        const program = "<h1>viga</h1>";
        const job = { job: "doctor", program, views, quality, limits: defaultLimits, dir };
        const state = await engine.run(job);
        if (!state.ok) throw new Error(`a page is not drawn: ${state.error?.message ?? "no picture"}`);
        const { card } = engine;
        return { version: `Chromium ${card.version}, ${card.isolation}`, how: card.isolationNotes.join("; ") };
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

/** What a page managed, by name: it prints a line for each. */
const escapes = (file: string, port: number) => `<h1>out</h1><script>
const got = (name) => console.log("GOT OUT: " + name);
fetch("file://${file}").then((answer) => answer.text()).then((text) => text && got("read a file")).catch(() => 0);
fetch("http://127.0.0.1:${port}/", { mode: "no-cors" }).then(() => got("reached this machine")).catch(() => 0);
const socket = new WebSocket("ws://127.0.0.1:${port}/");
socket.onopen = () => got("opened a web socket");
const image = new Image();
image.onload = () => got("loaded a picture from elsewhere");
image.src = "http://127.0.0.1:${port}/picture.png";
</script>`;

/** Judged from outside as well: a server that hears of it, whatever the page says. */
function escapeCheck(engine: Engine, dir: string): Promise<Row> {
  const row = { name: "sandbox self-test", needed_for: "running programs of models", required: true, apt: [] };
  return check(row, async () => {
    await mkdir(dir, { mode: 0o700 });
    const secret = join(dir, "secret.txt");
    await writeFile(secret, "planted");
    let heard = 0;
    const server = createServer((_, answer) => {
      heard += 1;
      answer.end("x");
    });
    server.on("upgrade", (_, socket) => {
      heard += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const program = escapes(secret, (server.address() as AddressInfo).port);
      const limits = { ...defaultLimits, seconds: 30 };
      const state = await engine.run({ job: "escape", program, views, quality, limits, dir });
      const out = [...state.log.matchAll(/GOT OUT: (.*)/g)].map(([, name]) => name);
      if (heard > 0) out.push(`${heard} requests to this machine`);
      if (out.length > 0) throw new Error(`a page got out: ${out.join(", ")}`);
      if ((await readFile(secret, "utf8")) !== "planted") throw new Error("a page wrote to a file outside");
      const { sandbox } = engine.card;
      const layers = (["namespaces", "readOnlyRoot", "noNetwork", "seccomp", "unprivileged"] as const).filter(
        (name) => sandbox[name],
      );
      return {
        version: `4 ways out tried, none found (${layers.join(", ")})`,
        how: sandbox.notes.join("; "),
        ok: state.ok,
      };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
}
