import { expect, test } from "vitest";
import { openBus } from "../../bridge/bus/connection.ts";
import { observer } from "../../bridge/bus/credentials.ts";
import { makeEnvelope } from "../../bridge/bus/envelope.ts";
import { publish } from "../../bridge/bus/publish.ts";
import { startBusServer } from "../../bridge/bus/server.ts";
import { eventSubject } from "../../bridge/bus/subjects.ts";
import { workplace } from "../harness/cli.ts";

test("viga observe --bus follows a run with an observer's login, from its first event to its last", async () => {
  const at = await workplace();
  const server = await startBusServer({ dir: at.dir });
  const bus = await openBus({ url: server.url, token: server.token }, { name: "owner" });
  const tell = (run: string, type: string, text: string) =>
    publish(
      bus,
      eventSubject(run, "supervisor", type),
      makeEnvelope({ id: `${run}/${type}`, source: `${run}/supervisor`, type, subject: run, data: { text } }),
      new AbortController().signal,
    );
  try {
    for (const run of ["other", "mine"]) await tell(run, "run.started", run);
    const login = server.url.replace("://", `://${observer}:${server.others[observer]}@`);
    const observing = at.viga("observe", "--bus", login, "--json");
    let said = "";
    observing.all.on("data", (text) => (said += text));
    await expect.poll(() => said, { timeout: 30_000 }).toContain("run.started");
    await tell("mine", "run.finished", "later");
    const { exitCode, stdout } = await observing;
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ type, data }) => [type, data.text])).toEqual([
      ["run.started", "mine"],
      ["run.finished", "later"],
    ]);
    expect(exitCode).toBe(0);
  } finally {
    await bus.close();
    await server.stop();
    await at.close();
  }
}, 90_000);
