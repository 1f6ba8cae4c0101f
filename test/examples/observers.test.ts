import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Bus, openBus } from "../../bridge/bus/connection.ts";
import { observer } from "../../bridge/bus/credentials.ts";
import { makeEnvelope } from "../../bridge/bus/envelope.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { type BusServer, startBusServer } from "../../bridge/bus/server.ts";
import { eventSubject, streams } from "../../bridge/bus/subjects.ts";
import { type Workplace, workplace } from "../harness/cli.ts";

const observers = join(import.meta.dirname, "../../examples/observers");

let at: Workplace;
let server: BusServer;
let bus: Bus;
let login: string;
beforeAll(async () => {
  at = await workplace();
  server = await startBusServer({ dir: at.dir });
  bus = await openBus({ url: server.url, token: server.token }, { name: "owner" });
  login = server.url.replace("://", `://${observer}:${server.others[observer]}@`);
});
afterAll(async () => {
  await bus.close();
  await server.stop();
  await at.close();
});

const tell = (run: string, type: string) =>
  publish(
    bus,
    eventSubject(run, "supervisor", type),
    makeEnvelope({ id: `${run}/${type}`, source: `${run}/supervisor`, type, subject: run, data: { of: run } }),
    new AbortController().signal,
  );
const typesOf = (text: string) => [...text.matchAll(/run\.started|round\b|run\.finished/g)].map(([type]) => type);

test.each([
  ["Python, with nothing but its standard library,", "python3", "follow.py"],
  ["TypeScript", process.execPath, "follow.ts"],
])(
  "an observer in %s follows a run from its first event to its last",
  async (_, program, file) => {
    const run = file.replace(".", "-");
    for (const one of ["other", run]) await tell(one, "run.started");
    const where = { server: login, stream: streams.event, subject: `viga.evt.${run}.>` };
    const following = execa(program, [join(observers, file)], { input: JSON.stringify(where) });
    let said = "";
    following.stdout.on("data", (text) => (said += text));
    await expect.poll(() => said, { timeout: 30_000 }).toContain("run.started");
    for (const type of ["round", "run.finished"]) await tell(run, type);
    const { stdout } = await following;
    expect(typesOf(stdout)).toEqual(["run.started", "round", "run.finished"]);
    expect(stdout).not.toContain("other");
  },
  60_000,
);

test("an observer in bash sees what happens from now on", async () => {
  const following = execa(join(observers, "live.sh"), [`nats --server ${login} subscribe "viga.evt.shell.>"`]);
  let said = "";
  following.stdout.on("data", (text) => (said += text));
  await expect
    .poll(
      async () => {
        await tell("shell", `round.${Math.random()}`.replace("0.", ""));
        return said;
      },
      { timeout: 30_000, interval: 500 },
    )
    .toContain("round");
  await tell("shell", "run.finished");
  expect((await following).stdout).toContain('"type":"run.finished"');
}, 60_000);
